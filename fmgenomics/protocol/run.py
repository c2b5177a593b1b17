"""The protocol, step by step: read, look for copies, fit the baselines, score everything on the same draws, judge."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from fmgenomics.lab.finding import SEED
from fmgenomics.lab.simulate import Numbers, Truth, Whole

from . import baselines as base
from . import measures
from .advice import advise, reasons
from .findings import (
    LEAST_CLUSTERS,
    LEAST_CLUSTERS_OF_CLASS,
    POWER_80,
    Confounder,
    Findings,
    Leak,
    Margin,
    Scored,
    Split,
    Verdict,
    judge,
    margin,
)
from .leakage import Copies, find_copies
from .measures import Estimate
from .problem import InputError, shown
from .reading import Dataset, read
from .report import Report
from .writing import check_target

DRAWS = 1000
EXAMPLES = 5
MOST_STRATA = 10
ROWS_A_STRATUM = 50

Progress = Callable[[str], None]


def _split(data: Dataset, copies: Copies, name: str) -> Split:
    rows = data.rows(name)
    lengths = data.sequences.lengths[rows]
    return Split(
        name=name,
        rows=len(rows),
        positives=int(data.labels[rows].sum()) if data.is_classification else None,
        clusters=len(np.unique(copies.cluster[rows])),
        shortest=int(lengths.min()),
        median=float(np.median(lengths)),
        longest=int(lengths.max()),
    )


def _leak(data: Dataset, copies: Copies, split: str, among: str) -> Leak:
    rows, others = data.rows(split), data.rows(among)
    partner = copies.partner(rows, others)
    exact = np.isin(copies.forward[rows], copies.forward[others])
    either = np.isin(copies.same[rows], copies.same[others])
    near = (partner >= 0) & ~either
    total = np.bincount(copies.same[others], data.labels[others], len(copies.same))
    mean = total / np.maximum(np.bincount(copies.same[others], minlength=len(copies.same)), 1)
    first = {int(copies.same[row]): int(row) for row in others[::-1]}
    examples = []
    for kind, chosen in (("exact", exact), ("reverse complement", either & ~exact), ("near copy", near)):
        for place in np.flatnonzero(chosen)[:EXAMPLES]:
            examples.append((data.ids[rows[place]], data.ids[first[int(partner[place])]], kind))
    return Leak(
        split=split,
        among=among,
        rows=len(rows),
        exact=int(exact.sum()),
        reverse_complement=int((either & ~exact).sum()),
        near=int(near.sum()),
        clustered=int(copies.clustered(rows, others).sum()),
        other_label=int((either & (mean[copies.same[rows]] != data.labels[rows])).sum()),
        examples=tuple(examples),
    )


def _called(scores: Numbers, share: float, threshold: float | None) -> tuple[Truth, str]:
    """Which items a model calls positive, and by what rule; no label of the test set is used."""
    if threshold is not None:
        return scores >= threshold, f"at or above {threshold:g}"
    if scores.min() >= 0 and scores.max() <= 1:
        return scores >= 0.5, "at or above 0.5"
    cut = np.sort(scores)[::-1][max(0, min(len(scores) - 1, round(share * len(scores)) - 1))]
    return scores >= cut, "as many as the share of positives in training"


def _strata(composition: Numbers) -> Whole:
    """Items in groups that a model of GC content, length and complexity cannot tell apart."""
    count = max(1, min(MOST_STRATA, len(composition) // ROWS_A_STRATUM))
    edges = np.unique(np.quantile(composition, np.linspace(0, 1, count + 1)[1:-1]))
    return np.searchsorted(edges, composition, side="right")


def _enough(data: Dataset, clusters: Whole, labels: Numbers) -> bool:
    if len(np.unique(clusters)) < LEAST_CLUSTERS:
        return False
    of_class = [len(np.unique(clusters[labels == value])) for value in (0, 1)] if data.is_classification else []
    return all(count >= LEAST_CLUSTERS_OF_CLASS for count in of_class)


def _intact(data: Dataset, copies: Copies) -> tuple[Whole, bool]:
    """Places in the test set whose clusters touch neither training nor validation, and whether they can be scored at all."""
    rows = data.rows("test")
    others = np.concatenate([data.rows("train"), data.rows("validation")])
    places = np.flatnonzero(~copies.clustered(rows, others))
    labels = data.labels[rows[places]]
    usable = len(places) >= 3 and len(np.unique(labels)) > 1
    return (places, True) if usable else (np.arange(len(rows)), False)


def examine(
    data: Dataset,
    *,
    metric: str | None = None,
    threshold: float | None = None,
    cnn: bool = False,
    draws: int = DRAWS,
    seed: int = SEED,
    progress: Progress = lambda _: None,
) -> Findings:
    """Run the protocol on checked input."""
    known = measures.CLASSIFICATION if data.is_classification else measures.REGRESSION
    metric = metric or known[0]
    if metric not in known:
        raise InputError(f"metric {shown(metric)}: expected one of {', '.join(known)}")
    if not 100 <= draws <= 100_000:
        raise InputError(f"draws {draws}: expected 100 to 100,000")
    with threadpool_limits(1):  # one order of sums: the same numbers on every run
        return _examine(data, metric, threshold, cnn, draws, seed, progress)


def _examine(
    data: Dataset, metric: str, threshold: float | None, cnn: bool, draws: int, seed: int, progress: Progress
) -> Findings:
    copies = find_copies(data.sequences, progress)
    train, test = data.rows("train"), data.rows("test")
    task = base.Task(data.sequences, data.labels, copies.cluster, train, test, data.is_classification, seed)
    progress("describing the sequences")
    described = base.describe(data.sequences)
    fitted = base.fit_all(task, described, progress, cnn=cnn, random_probe=data.embeddings is not None)
    composition = next(model.scores for model in fitted if model.name == base.COMPOSITION)
    places, intact = _intact(data, copies)
    leaks = tuple(
        _leak(data, copies, split, among)
        for split, among in (("test", "train"), ("test", "validation"), ("validation", "train"))
        if split in data.splits and among in data.splits
    )
    if leaks[0].copies:
        fitted.append(base.nearest_copy(task, copies.partner(test, train), copies.same))
    under_test = [
        base.Baseline(name, "column of the table", data.predictions[name][test], 0.0) for name in data.predictions
    ]
    if data.embeddings is not None:
        progress("fitting: linear probe on the embeddings")
        under_test.append(base.probe(task, data.embeddings))
    taken = {model.name for model in fitted}
    if clash := taken & {model.name for model in under_test}:
        raise InputError(f"column {shown(min(clash))} has the name of a baseline; rename it")

    progress(f"scoring on {draws:,} bootstrap draws")
    labels, clusters = data.labels[test], copies.cluster[test]
    strata = _strata(composition)
    share = float(data.labels[train].mean())
    thresholds: dict[str, str] = {}

    def measured(scores: Numbers, where: Whole, name: str = "") -> dict[str, measures.Measure]:
        if not data.is_classification:
            return measures.regression(labels[where], scores[where])
        called, how = _called(scores[where], share, threshold)
        if name:
            thresholds[name] = how
        return measures.classification(labels[where] > 0.5, scores[where], called, strata[where])

    everyone = [*under_test, *fitted]
    functions = {model.name: measured(model.scores, places, model.name) for model in everyone}
    features = {name: numbers[test] for name, numbers in described.items() if np.ptp(numbers[test[places]]) > 0}
    for name, numbers in features.items():
        functions[f"\0{name}"] = {metric_of_features(data): measured(numbers, places)[metric_of_features(data)]}
    values, drawn = measures.bootstrap(functions, clusters[places], draws, seed)

    leaked: dict[str, float] = {}
    if intact and len(places) < len(test):
        every = np.arange(len(test))
        one = np.ones((1, len(test)))
        leaked = {model.name: float(measured(model.scores, every)[metric](one)[0]) for model in everyone}
    models = tuple(
        Scored(
            name=model.name,
            kind="model" if model in under_test else "baseline",
            about=model.about,
            scores={
                key: Estimate.of(float(values[model.name][key][0]), drawn[model.name][key])
                for key in values[model.name]
            },
            inner=None if model in under_test else round(model.inner, 6),
            leaked=leaked.get(model.name),
        )
        for model in everyone
    )
    own = [model for model in models if model.kind == "model"]
    owed = [model for model in models if model.kind == "baseline"]

    def over(model: Scored, baseline: Scored) -> Margin:
        difference = float(values[model.name][metric][0] - values[baseline.name][metric][0])
        return margin(
            model, baseline, metric, Estimate.of(difference, drawn[model.name][metric] - drawn[baseline.name][metric])
        )

    margins = tuple(over(model, baseline) for model in own for baseline in owed)
    to_beat = max(owed, key=lambda baseline: baseline.inner or 0.0)
    best = max(owed, key=lambda baseline: baseline.scores[metric].value)
    enough = intact and _enough(data, clusters[places], labels[places])
    chance = task.chance
    confounders = tuple(
        Confounder(
            name,
            Estimate.of(
                float(values[f"\0{name}"][metric_of_features(data)][0]), drawn[f"\0{name}"][metric_of_features(data)]
            ),
            chance,
        )
        for name in features
    )
    verdicts = []
    for model in own:
        against, strictest = over(model, to_beat), over(model, best)
        words = judge(against, strictest, enough)
        why = reasons(model, words, against, strictest, enough, intact, confounders, metric, len(test) - len(places))
        verdicts.append(Verdict(model.name, words, against, strictest, POWER_80 * against.estimate.error, why))
    findings = Findings(
        task="classification" if data.is_classification else "regression",
        positive=data.positive,
        metric=metric,
        splits=tuple(_split(data, copies, name) for name in ("train", "validation", "test") if name in data.splits),
        word=copies.word,
        words_kept=copies.kept,
        leaks=leaks,
        used=len(places),
        left_out=len(test) - len(places),
        clusters=len(np.unique(clusters[places])),
        confounders=confounders,
        models=models,
        margins=margins,
        verdicts=tuple(verdicts),
        thresholds=thresholds,
        advice=(),
        draws=draws,
        seed=seed,
    )
    return advise(findings, intact=intact, cnn=cnn)


def metric_of_features(data: Dataset) -> str:
    return "auroc" if data.is_classification else "spearman"


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def evaluate(
    table: str | Path | pd.DataFrame,
    *,
    label: str = "label",
    split: str = "split",
    predictions: Sequence[str] = (),
    sequence: str = "sequence",
    id: str = "id",
    sequences: str | Path | None = None,
    embeddings: str | Path | npt.ArrayLike | None = None,
    task: str = "classification",
    positive: str | None = None,
    metric: str | None = None,
    threshold: float | None = None,
    cnn: bool = False,
    draws: int = DRAWS,
    seed: int = SEED,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Evaluate columns of predictions, or embeddings, against the baselines everyone owes.

    ``table`` is a CSV, TSV or Parquet file or a data frame, with a row a sequence. Its sequences stand in the column ``sequence``, or
    in the FASTA file ``sequences`` under the table's ``id``. ``split`` says train, validation or test. Predictions are needed in test
    rows only; larger means more likely positive. ``embeddings`` has a row for each row of the table, in its order. With
    ``out`` the report is written there. Bad input raises :class:`InputError`.
    """
    say = progress or (lambda _: None)
    if out is not None:
        check_target(Path(out))
    paths = {"table": table, "sequences": sequences, "embeddings": embeddings}
    say("reading")
    data = read(
        Path(table) if isinstance(table, str | Path) else table,
        label=label, split=split, predictions=predictions, sequence=sequence, id=id,
        sequences=None if sequences is None else Path(sequences),
        embeddings=Path(embeddings) if isinstance(embeddings, str | Path) else embeddings,
        task=task, positive=positive,
    )  # fmt: skip
    findings = examine(data, metric=metric, threshold=threshold, cnn=cnn, draws=draws, seed=seed, progress=say)
    for name, path in paths.items():
        if isinstance(path, str | Path):
            findings.files[f"{name}: {Path(path).name}"] = _digest(Path(path))
    report = Report(findings)
    if out is not None:
        say("writing the report")
        report.save(Path(out))
    return report
