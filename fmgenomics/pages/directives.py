"""Tables that the evidence generates inside the chapters: the model field guide, the benchmark table, the atlas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from fmgenomics.evidence import Evidence
from fmgenomics.evidence.records import Model
from fmgenomics.evidence.schema import read_schema
from fmgenomics.verdict.contests import CLASS_GROUPS
from fmgenomics.verdict.guide import decision_guide
from fmgenomics.verdict.scale import Summary
from fmgenomics.verdict.summary import BANDS, SCOPES
from fmgenomics.verdict.summary import cuts as verdict_cuts

from . import addresses
from .book import ROOT, evidence_of
from .downloads import CHECKSUMS, CONTESTS_CSV, JSON_FILE, PARQUET_FILE, VERDICT_CSV, VERDICT_JSON

Columns = dict[str, Callable[[Any], str]]

_SHORT = str.maketrans({"|": r"\|", "\n": " ", "*": r"\*", "_": r"\_", "`": r"\`", "<": r"\<", "[": r"\[", "$": r"\$"})


def plain(text: str) -> str:
    """``text`` with nothing in it that the page would read as markup."""
    return text.translate(_SHORT)


def pipe_table(rows: Iterable[Any], columns: Columns) -> list[str]:
    """A MyST table, one line a row."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines.extend("| " + " | ".join(read(row) for read in columns.values()) + " |" for row in rows)
    return lines


LONG_TABLE = 32
"""Lines; a longer table scrolls inside a box of its own, so that the text after it stays near."""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class GeneratedTable(SphinxDirective):
    """A table whose rows come from the evidence; the body of the directive, if any, is its caption."""

    has_content = True
    classes: ClassVar[tuple[str, ...]] = ()

    def lines(self, evidence: Evidence) -> list[str]:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """The caption, and the table in a box that scrolls by itself and that the keyboard reaches."""
        body = nodes.container()
        source, line = self.get_source_info()
        lines = self.lines(evidence_of(self.env.app))
        self.state.nested_parse(StringList(lines, source=source), line, body)
        caption = nodes.container(classes=["generated-caption"])
        if self.content:
            self.state.nested_parse(self.content, self.content_offset, caption)
        label = escape(" ".join(caption.astext().split()) or self.name.replace("-", " "), quote=True)
        long = ("long",) if len(lines) > LONG_TABLE else ()
        classes = " ".join(("scroll", "generated-table", *self.classes, *long))
        opening = f'<div class="{classes}" tabindex="0" role="region" aria-label="{label}">'
        return [
            *([caption] if self.content else []),
            nodes.raw("", opening, format="html"),
            *body.children,
            nodes.raw("", "</div>", format="html"),
        ]


def _cite(source: str) -> str:
    return f"{{cite:p}}`{source}`" if source else ""


def _number(row: Any, column: str) -> str:
    return f"{{fact}}`{row.id}.{column}`" if getattr(row, column) is not None else "not seen"


class ModelTable(GeneratedTable):
    """``:kind:`` and ``:class:`` take ids separated by commas; ``:parameters:`` keeps models whose size is known."""

    option_spec: ClassVar[dict[str, Any]] = {
        "kind": directives.unchanged_required,
        "class": directives.unchanged_required,
        "parameters": directives.flag,
    }

    def _wanted(self, model: Model) -> bool:
        for option, value in (("kind", model.kind), ("class", model.class_)):
            if option in self.options and value not in [word.strip() for word in self.options[option].split(",")]:
                return False
        return model.parameters is not None or "parameters" not in self.options

    def lines(self, evidence: Evidence) -> list[str]:
        rows = sorted(
            (model for model in evidence.models.values() if self._wanted(model)),
            key=lambda model: (model.year or 9999, model.family.casefold(), model.parameters or 0),
        )

        def reviewed(model: Model) -> str:
            entry = evidence.bibliography.get(model.source)
            return "" if entry is None else "yes" if entry.peer_reviewed else "no"

        columns: Columns = {
            "Model": lambda m: f"{plain(m.name)} {_cite(m.source)}".strip(),
            "Year": lambda m: str(m.year or ""),
            "Parameters": lambda m: _number(m, "parameters"),
            "Context": lambda m: _number(m, "context_bp"),
            "Tokens": lambda m: m.tokenization,
            "Backbone": lambda m: m.architecture,
            "Objective": lambda m: m.objective,
            "Peer review": reviewed,
            "Weights": lambda m: plain(m.weights_licence),
        }
        return pipe_table(rows, columns)


class BenchmarkTable(GeneratedTable):
    """Every benchmark that says what it asks."""

    classes: ClassVar[tuple[str, ...]] = ("prose-cells",)

    def lines(self, evidence: Evidence) -> list[str]:
        rows = sorted((b for b in evidence.benchmarks.values() if b.asks), key=lambda b: b.name.casefold())
        columns: Columns = {
            "Benchmark": lambda b: f"{plain(b.name)} {_cite(b.source)}".strip(),
            "Tasks": lambda b: _number(b, "tasks"),
            "Asks": lambda b: plain(b.asks),
            "Splits by": lambda b: plain(b.split_policy) or "not said",
            "Homology-aware": lambda b: b.homology_aware,
            "Baselines": lambda b: plain(b.baselines_included) or "not said",
            "Forgets": lambda b: plain(b.forgets),
        }
        return pipe_table(rows, columns)


def _sources(evidence: Evidence) -> list[tuple[str, str, int, int, int]]:
    """Key, short citation, and the numbers of tables, results and facts of each source that has any."""
    tables = Counter(table.source for table in evidence.tables.values())
    results = Counter(evidence.tables[result.table].source for result in evidence.results.values())
    facts = Counter(fact.source for fact in evidence.facts.values())
    keys = sorted(evidence.bibliography)
    return [(k, addresses.cited(evidence.bibliography[k]), tables[k], results[k], facts[k]) for k in keys]


COMPARATOR_SCOPES = ("any", "weak", "strong", *CLASS_GROUPS)


def _score(summary: Summary) -> str:
    return f"{summary.score:+.2f} ({summary.low:+.2f} to {summary.high:+.2f})".replace("-", "−")


def _verdict_cell(summary: Summary | None) -> str:
    if summary is None:
        return "none run"
    return f"{summary.verdict}; {_score(summary)}; {_count(summary.papers, 'paper')}, {_count(summary.contests, 'contest')}"


class VerdictTable(GeneratedTable):
    """The verdict by task; ``:comparators:`` is ``any`` or a strength of comparator."""

    option_spec: ClassVar[dict[str, Any]] = {
        "comparators": lambda argument: directives.choice(argument, COMPARATOR_SCOPES)
    }

    def lines(self, evidence: Evidence) -> list[str]:
        wanted = self.options.get("comparators", "any")
        by_scope: dict[str, dict[str, Summary]] = {}
        for cut in verdict_cuts(evidence):
            if cut.comparators == wanted and not cut.scope.startswith("without-"):
                by_scope.setdefault(cut.scope, {})[cut.filter] = cut.summary
        columns: Columns = {
            "Task": lambda scope: SCOPES[scope][0],
            "In independent hands": lambda scope: _verdict_cell(by_scope[scope].get("independent")),
            "In the authors' hands": lambda scope: _verdict_cell(by_scope[scope].get("model-authors")),
            "All contests": lambda scope: _verdict_cell(by_scope[scope][""]),
            "Won, tied, lost": lambda scope: "{0.wins}, {0.ties}, {0.losses}".format(by_scope[scope][""]),
        }
        return pipe_table(by_scope, columns)


class VerdictSensitivity(GeneratedTable):
    """How the verdict of each task shifts: with another tie band, with measured or printed numbers only, with a paper less."""

    def lines(self, evidence: Evidence) -> list[str]:
        summaries = {cut.name: cut.summary for cut in verdict_cuts(evidence)}
        scopes = [scope for scope in SCOPES if scope in summaries]

        def short(scope: str, filter_: str) -> str:
            summary = summaries.get(f"{scope}.{filter_}" if filter_ else scope)
            return "none" if summary is None else f"{summary.verdict} ({summary.score:+.2f})".replace("-", "−")

        def one_paper_less(scope: str) -> str:
            bounds = summaries[scope].leave_one_out
            return "one paper only" if bounds is None else "{:+.2f} to {:+.2f}".format(*bounds).replace("-", "−")

        columns: Columns = {
            "Task": lambda scope: SCOPES[scope][0],
            "As stated": lambda scope: short(scope, ""),
            "Tie band halved": lambda scope: short(scope, f"band-{BANDS[0]:g}"),
            "Tie band doubled": lambda scope: short(scope, f"band-{BANDS[1]:g}"),
            "No quoted number decides": lambda scope: short(scope, "measured"),
            "Read in print only": lambda scope: short(scope, "print"),
            "Score with any one paper left out": one_paper_less,
        }
        return pipe_table(scopes, columns)


class DecisionGuide(GeneratedTable):
    """What to try first for each kind of task, and which baseline to beat."""

    classes: ClassVar[tuple[str, ...]] = ("prose-cells",)

    def lines(self, evidence: Evidence) -> list[str]:
        columns: Columns = {
            "Task": lambda line: line.name,
            "What to do": lambda line: line.advice,
            "Baseline to beat": lambda line: f"{line.beat}: {plain(', '.join(line.names))}",
            "Foundation models that led": lambda line: plain(", ".join(line.leaders)),
            "All contests": lambda line: _verdict_cell(line.all),
            "Independent contests": lambda line: _verdict_cell(line.independent),
        }
        return pipe_table(decision_guide(evidence), columns)


class Diagram(SphinxDirective):
    """A drawing from ``chapters/diagrams/``, put into the page so that it follows light and dark; the body is its caption."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        path = ROOT / "chapters" / "diagrams" / f"{self.arguments[0]}.svg"
        if "alt" not in self.options:
            raise self.error(f"diagram {self.arguments[0]}: say its finding in words with :alt:")
        if not path.exists():
            raise self.error(f"diagram {self.arguments[0]}: there is no chapters/diagrams/{path.name}")
        self.env.note_dependency(str(path))
        svg = path.read_text("utf-8")
        svg = svg[svg.index("<svg") :]
        alt = escape(self.options["alt"], quote=True)
        svg = svg.replace("<svg", f'<svg role="img" aria-label="{alt}"', 1)
        figure = nodes.container(classes=["book-figure", "book-diagram"])
        figure += nodes.raw("", svg, format="html")
        caption = nodes.container(classes=["book-diagram-caption"])
        self.state.nested_parse(self.content, self.content_offset, caption)
        figure += caption
        return [figure]


class EvidenceAtlas(SphinxDirective):
    """The search over all rows, and below it the plain list of sources for readers without scripts."""

    def run(self) -> list[nodes.Node]:
        evidence = evidence_of(self.env.app)
        base = "../" * self.env.docname.count("/") + addresses.FOLDER + "/"
        rows = "".join(
            f'<tr><td><a href="{base}{escape(key)}.html">{escape(short)}</a></td>'
            f'<td class="n">{tables}</td><td class="n">{results:,}</td><td class="n">{facts}</td></tr>\n'
            for key, short, tables, results, facts in _sources(evidence)
        )
        html = f"""<div id="atlas" class="atlas" data-base="{base}" hidden></div>
<script defer src="{base}atlas.js"></script>
<p>All sources, each with a page that holds its rows; these pages need no script.
The <a href="{base}models.html">models</a> and the <a href="{base}benchmarks.html">benchmarks</a> have pages of their own.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Sources of the evidence"><table class="table">
<thead><tr><th scope="col">Source</th><th scope="col">Tables</th><th scope="col">Results</th><th scope="col">Facts</th></tr></thead>
<tbody>
{rows}</tbody></table></div>
"""
        return [nodes.raw("", html, format="html")]


class EvidenceDownloads(SphinxDirective):
    """The list of files that a reader can take away."""

    def run(self) -> list[nodes.Node]:
        evidence = evidence_of(self.env.app)
        base = "../" * self.env.docname.count("/") + addresses.FOLDER + "/download/"
        files = [resource.path for resource in read_schema(ROOT / "evidence").values()]
        described = [(name, "one table as CSV") for name in files] + [
            (JSON_FILE, "every table in one JSON"),
            (PARQUET_FILE, "the results, joined with what their tables, tasks and models say, as Parquet"),
            (VERDICT_CSV, "the verdict under every cut, as CSV"),
            (CONTESTS_CSV, "every contest with its margins, as CSV"),
            (VERDICT_JSON, "every number the text takes from the verdict, with the version of the evidence, as JSON"),
            ("datapackage.yaml", "the schema, a Frictionless data package"),
            ("references.bib", "the bibliography"),
            (CHECKSUMS, "checksums"),
        ]
        items = "".join(f'<li><a href="{base}{name}">{name}</a>: {text}</li>\n' for name, text in described)
        html = f"<p>Evidence version <code>{evidence.version}</code>.</p>\n<ul>\n{items}</ul>\n"
        return [nodes.raw("", html, format="html")]


def setup(app: Sphinx) -> None:
    app.add_directive("model-table", ModelTable)
    app.add_directive("benchmark-table", BenchmarkTable)
    app.add_directive("verdict-table", VerdictTable)
    app.add_directive("verdict-sensitivity", VerdictSensitivity)
    app.add_directive("decision-guide", DecisionGuide)
    app.add_directive("diagram", Diagram)
    app.add_directive("evidence-atlas", EvidenceAtlas)
    app.add_directive("evidence-downloads", EvidenceDownloads)
