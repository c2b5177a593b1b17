"""The findings as a report: Markdown, HTML, JSON and plots, from one set of tables.

Everything that comes from the input is escaped for where it stands. The report has no date and no path of the machine: the same
input gives the same bytes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from fmgenomics.figures.display import NARROW, WIDE, Chart, Shown, to_html
from fmgenomics.figures.palette import style_rules
from fmgenomics.figures.svg import to_svg

from . import charts
from .findings import Findings, Scored
from .measures import NAMES, Estimate
from .problem import cut, printable
from .writing import write_report

if TYPE_CHECKING:
    from collections.abc import Iterator

TITLE = "A model against the baselines everyone owes"
_TEMPLATE = Path(__file__).with_name("report.html")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#!|~$])")


def markdown(text: str) -> str:
    """Text that Markdown shows as it is."""
    safe = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("://", ":&#47;/")
    return _MARKDOWN.sub(r"\\\1", safe)


@dataclass(frozen=True)
class Table:
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def _number(value: float | None) -> str:
    return "-" if value is None or not math.isfinite(value) else f"{value:.3f}"


def _interval(estimate: Estimate) -> str:
    return f"{_number(estimate.value)} ({_number(estimate.low)} to {_number(estimate.high)})"


def _signed(estimate: Estimate) -> str:
    numbers = [
        f"{value:+.3f}" if math.isfinite(value) else "-" for value in (estimate.value, estimate.low, estimate.high)
    ]
    return f"{numbers[0]} ({numbers[1]} to {numbers[2]})"


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"


class Report:
    """What the protocol found, to look at, to save, or to go on with."""

    def __init__(self, findings: Findings):
        self.findings = findings

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict on each model in the book's words."""
        return {verdict.model: verdict.words for verdict in self.findings.verdicts}

    # ---------------------------------------------------------------------------------------------------------- tables

    def _splits(self) -> Table:
        classify = self.findings.task == "classification"
        rows = tuple(
            (
                split.name, f"{split.rows:,}", f"{split.clusters:,}",
                _percent(split.positives or 0, split.rows) if classify else "-",
                f"{split.shortest:,}", f"{split.median:,.0f}", f"{split.longest:,}",
            )
            for split in self.findings.splits
        )  # fmt: skip
        head = ("split", "sequences", "clusters", "positive", "shortest (bp)", "median (bp)", "longest (bp)")
        return Table("The data", head, rows, "A cluster holds sequences linked by near copies.")

    def _leaks(self) -> Table:
        rows = tuple(
            (
                f"{leak.split} in {leak.among}", leak.level, f"{leak.exact:,}", f"{leak.reverse_complement:,}", f"{leak.near:,}",
                f"{leak.clustered:,}", _percent(max(leak.copies, leak.clustered), leak.rows), f"{leak.other_label:,}",
            )
            for leak in self.findings.leaks
        )  # fmt: skip
        head = ("copies of", "leakage", "exact", "reverse complement", "near", "in one cluster", "share", "other label")
        kept = (
            ""
            if self.findings.words_kept == 1
            else f"; {self.findings.words_kept:.0%} of the words, chosen by a hash, were compared"
        )
        note = (
            f"Near: about 90% identical over the shorter sequence, by shared words of {self.findings.word} bases{kept}. Scores below are on the "
            f"{self.findings.used:,} test sequences whose cluster touches no other split; {self.findings.left_out:,} were left out."
        )
        return Table("Leakage between the splits", head, rows, note)

    def _confounders(self) -> Table:
        name = "AUROC" if self.findings.task == "classification" else "Spearman"
        rows = tuple((c.name, _interval(c.alone), "yes" if c.flagged else "no") for c in self.findings.confounders)
        note = "How far one feature gets that should not decide, on the test set, no model fitted. Soft-masked bases are known repeats."
        return Table("Confounders", ("feature", f"{name} alone (95% interval)", "flagged"), rows, note)

    def _scores(self) -> Table:
        leaking = any(model.leaked is not None for model in self.findings.models)
        metrics = tuple(self.findings.models[0].scores)

        def row(model: Scored) -> tuple[str, ...]:
            values = tuple(_interval(model.scores[metric]) for metric in metrics)
            return (model.name, model.kind, *values, *((_number(model.leaked),) if leaking else ()))

        head = ("name", "what", *(NAMES[metric] for metric in metrics))
        if leaking:
            head += (f"{NAMES[self.findings.metric]} with the copies",)
        note = "Intervals: 95%, bootstrap of clusters."
        if "auroc-matched" in metrics:
            note += " Matched: among test items alike in GC content, length and complexity only."
        return Table("Scores", head, tuple(map(row, self.findings.models)), note)

    def _margins(self) -> Table:
        rows = tuple(
            (m.model, m.baseline, _signed(m.estimate), "-" if m.error_closed is None else f"{m.error_closed:+.0%}")
            for m in self.findings.margins
        )
        head = ("model", "baseline", f"{NAMES[self.findings.metric]} margin (95% interval)", "of its error closed")
        return Table("Margins", head, rows, "Model minus baseline on the same draws.")

    def _fitted(self) -> Table:
        rows = tuple(
            (model.name, model.about, _number(model.inner), self.findings.thresholds.get(model.name, "-"))
            for model in self.findings.models
        )
        return Table("How each was made", ("name", "what it is", "inner score", "called positive"), rows)

    def _examples(self) -> Table | None:
        rows = tuple(
            (leak.split, cut(a), leak.among, cut(b), kind)
            for leak in self.findings.leaks
            for a, b, kind in leak.examples
        )
        return Table("Examples of copies", ("split", "id", "its copy in", "id", "kind"), rows) if rows else None

    def tables(self) -> list[Table]:
        tables = [
            self._scores(),
            self._margins(),
            self._splits(),
            self._leaks(),
            self._examples(),
            self._confounders(),
            self._fitted(),
        ]
        return [table for table in tables if table is not None and table.rows]

    def method(self) -> list[str]:
        f = self.findings
        what = (
            "Scores above are of" if f.task == "regression" else f"Positive is {cut(f.positive or '')!r}. Scores are of"
        )
        return [
            f"{what} {f.used:,} test sequences in {f.clusters:,} clusters; {f.draws:,} bootstrap draws of clusters, the same for every model; seed {f.seed}.",
            "The baseline to beat has the best inner score: three folds within the training rows, clusters kept together. Clear gain: the interval of "
            "the margin lies above zero, also over the baseline that is best on the test set, and at least 10% of the error is closed. Small "
            "gain: above zero, but not all of that. Worse: below zero. Too little evidence: fewer than 30 clusters, or fewer than 10 of a class.",
            *(f"{name}, SHA-256 {digest}" for name, digest in sorted(f.files.items())),
        ]  # fmt: skip

    # ---------------------------------------------------------------------------------------------------------- plots

    def _drawings(self) -> dict[str, tuple[str, Callable[[Findings, int], Figure]]]:
        found: dict[str, tuple[str, Callable[[Findings, int], Figure]]] = {
            "scores": ("Scores of models and baselines with 95% intervals; the table has the numbers.", charts.scores),
            "margins": ("Margins over each baseline with 95% intervals; the table has the numbers.", charts.margins),
        }
        if self.findings.confounders:
            found["confounders"] = ("How far single features get; the table has the numbers.", charts.confounders)
        return found

    # ---------------------------------------------------------------------------------------------------------- formats

    def to_json(self) -> str:
        def clean(value: Any) -> Any:
            if isinstance(value, float):
                return round(value, 6) if math.isfinite(value) else None
            if isinstance(value, dict):
                return {str(key): clean(item) for key, item in value.items()}
            return [clean(item) for item in value] if isinstance(value, list | tuple) else value

        return (
            json.dumps(clean({"protocol": 1, **asdict(self.findings)}), indent=1, sort_keys=True, allow_nan=False)
            + "\n"
        )

    def to_markdown(self) -> str:
        def lines() -> Iterator[str]:
            yield f"# {TITLE}\n"
            for verdict in self.findings.verdicts:
                yield f"**{markdown(cut(verdict.model))}: {verdict.words}**\n"
                yield from (f"- {markdown(reason)}" for reason in verdict.reasons)
                yield ""
            yield "## What would make it stronger\n"
            yield from (f"- {markdown(item)}" for item in self.findings.advice)
            for table in self.tables():
                yield f"\n## {table.title}\n"
                if table.title.lower() in self._drawings():
                    yield f"![{self._drawings()[table.title.lower()][0]}](plots/{table.title.lower()}.svg)\n"
                yield "| " + " | ".join(map(markdown, table.head)) + " |"
                yield "| " + " | ".join("---" for _ in table.head) + " |"
                for row in table.rows:
                    yield "| " + " | ".join(markdown(cut(cell, 200)) for cell in row) + " |"
                if table.note:
                    yield f"\n{markdown(table.note)}"
            yield "\n## Method\n"
            yield from (f"{markdown(text)}\n" for text in self.method())

        return "\n".join(lines())

    @cached_property
    def _environment(self) -> Environment:
        environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        environment.filters["cut"] = cut
        environment.filters["printable"] = printable
        return environment

    @cached_property
    def _svgs(self) -> dict[tuple[str, str], str]:
        """Every plot at both widths; matplotlib and :func:`to_svg` escape what they print."""
        return {
            (name, kind): to_svg(draw(self.findings, width), f"protocol-{name}-{kind}", alt)
            for name, (alt, draw) in self._drawings().items()
            for kind, width in (("narrow", NARROW), ("wide", WIDE))
        }

    def _drawing(self, name: str) -> Markup:
        drawings = (f'<div class="{kind}">{charts.inline(self._svgs[name, kind])}</div>' for kind in ("narrow", "wide"))
        return Markup("".join(drawings))

    def to_html(self) -> str:
        template = self._environment.from_string(_TEMPLATE.read_text("utf-8"))
        return template.render(
            title=TITLE,
            verdicts=self.findings.verdicts,
            advice=self.findings.advice,
            tables=self.tables(),
            drawings={name: self._drawing(name) for name in self._drawings()},
            method=self.method(),
            colours=Markup(style_rules()),
        )

    def files(self) -> dict[str, str]:
        """Every file of the report by its name."""
        plots = {f"plots/{name}.svg": charts.standalone(self._svgs[name, "wide"]) for name in self._drawings()}
        return {"report.html": self.to_html(), "report.md": self.to_markdown(), "report.json": self.to_json(), **plots}

    def save(self, out: str | Path) -> None:
        """Write the report into the folder ``out``, whole or not at all; only an earlier report is replaced."""
        write_report(Path(out), self.files())

    # ---------------------------------------------------------------------------------------------------------- notebook

    def _verdict_html(self) -> str:
        parts = []
        for verdict in self.findings.verdicts:
            why = "".join(f"<li>{escape(printable(reason))}</li>" for reason in verdict.reasons)
            parts.append(f"<p><strong>{escape(cut(verdict.model))}: {verdict.words}</strong></p><ul>{why}</ul>")
        return "".join(parts)

    def _repr_html_(self) -> str:
        return self._verdict_html() + charts.inline(self._svgs["margins", "wide"])

    def __repr__(self) -> str:
        return f"Report({self.verdicts})"

    def show(self, name: str = "protocol") -> Shown:
        """Scores and verdicts as a chart of the book's pages."""
        metric = self.findings.metric
        leaking = any(model.leaked is not None for model in self.findings.models)

        def row(model: Scored) -> dict[str, str | float]:
            estimate = model.scores[metric]
            values = {NAMES[metric]: estimate.value, "Low": estimate.low, "High": estimate.high}
            if leaking and model.leaked is not None:
                values["With the copies"] = model.leaked
            return {
                "Name": cut(model.name),
                "What": model.kind,
                **{key: round(value, 3) for key, value in values.items()},
            }

        said = [f"{cut(verdict.model)}: {verdict.words}" for verdict in self.findings.verdicts]
        why = [f"{cut(v.model)}: {' '.join(map(printable, v.reasons))}" for v in self.findings.verdicts]
        return Shown(
            to_html(
                Chart(
                    name=name,
                    title=f"The protocol's verdict. {'; '.join(said)}",
                    alt=" ".join(why),
                    draw=lambda width: charts.scores(self.findings, width),
                    table=pd.DataFrame([row(model) for model in self.findings.models]),
                    notes=[escape(text) for text in why],
                )
            )
        )
