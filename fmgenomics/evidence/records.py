"""The typed records that a validated row becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ROLE_OF_CLASS = {
    "foundation": "foundation",
    "strong-supervised": "supervised",
    "integrative": "supervised",
    "supervised-scratch": "supervised",
    "alignment": "simple",
    "conservation": "simple",
    "classical": "simple",
    "linear": "simple",
    "trivial": "simple",
    "hybrid": "other",
    "llm": "other",
    "upper-bound": "other",
}
"""The part a model of each class plays in a comparison; an untrained copy of a model plays ``random_init`` instead."""

SCALE_OF_UNIT = {"fraction": 1.0, "native": 1.0, "percent": 100.0}
"""How many times its natural size a published value is."""


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    family: str
    name: str
    source: str
    year: int | None
    parameters: int | None
    context_bp: int | None
    tokenization: str
    architecture: str
    objective: str
    pretraining_data: str
    modality: str
    kind: str
    class_: str
    organisation: str
    weights_licence: str
    code_url: str
    locator: str
    note: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    id: str
    name: str
    source: str
    tasks: int | None
    species: str
    metrics: str
    split_policy: str
    homology_aware: str
    negatives: str
    baselines_included: str
    url: str
    asks: str
    forgets: str
    locator: str


@dataclass(frozen=True, slots=True)
class Metric:
    id: str
    name: str
    direction: str
    min: float | None
    max: float | None
    description: str


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    name: str
    category: str
    description: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table, figure panel or result file of a source."""

    id: str
    source: str
    locator: str
    seen_at: str
    checked_on: date
    benchmark: str
    setting: str
    split_policy: str
    homology_aware: str
    run_by: str
    version: str
    what_is_measured: str
    note: str


@dataclass(frozen=True, slots=True)
class Result:
    """One published number. ``value`` is as published, ``printed`` keeps its digits; see :attr:`natural`."""

    id: str
    table: str
    dataset: str
    task: str
    task_printed: str
    model: str
    model_printed: str
    role: str
    setting: str
    metric: str
    metric_printed: str
    unit: str
    value: float
    uncertainty: str
    uncertainty_kind: str
    n_test: str
    quoted_from: str
    locator: str
    note: str
    printed: str

    @property
    def natural(self) -> float:
        """The value on the metric's natural scale: percent divided by 100."""
        return self.value / SCALE_OF_UNIT[self.unit]


@dataclass(frozen=True, slots=True)
class Fact:
    id: str
    source: str
    subject: str
    quantity: str
    value: float
    unit: str
    bound: str
    locator: str
    seen_at: str
    checked_on: date
    confidence: str
    statement: str
    note: str
    printed: str


@dataclass(frozen=True, slots=True)
class Alias:
    kind: str
    source: str
    printed: str
    id: str


@dataclass(frozen=True, slots=True)
class Correction:
    id: str
    file: str
    row: str
    field: str
    was: str
    is_: str
    reason: str
    date: date
