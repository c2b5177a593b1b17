"""The book's charts of the evidence and of the verdict. Each function takes the evidence and returns a :class:`Chart`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from fmgenomics.bibliography import short_citation
from fmgenomics.evidence import Evidence
from fmgenomics.evidence.records import Model
from fmgenomics.verdict.contests import CLASS_GROUPS, Contest, contests
from fmgenomics.verdict.gap import self_report_gap
from fmgenomics.verdict.scale import LEAST_PAPERS, TIE_BAND, Summary
from fmgenomics.verdict.summary import CATEGORY_NAMES, SCOPES, slug
from fmgenomics.verdict.summary import cuts as all_cuts

from .display import NARROW, Chart
from .palette import ACCENT, COMPARATOR, FOUNDATION, FOURTH, INK, SECOND, SOFT, THIRD, TIE
from .svg import RC, new_figure

BIAS = (
    "Not comparable: contests differ in metric, data and in how well the comparator was trained. "
    "Papers that found nothing are published less often, which favours foundation models here."
)


def _genomic(evidence: Evidence) -> list[Contest]:
    return [contest for contest in contests(evidence) if contest.category != "protein"]


def _figure(width: int, height: int) -> tuple[Figure, Axes]:
    with mpl.rc_context(RC):
        figure = new_figure(width, height)
        axes = figure.subplots()
    return figure, axes


def _interval(axes: Axes, y: float, summary: Summary, colour: str, marker: str, filled: bool) -> None:
    axes.plot([summary.low, summary.high], [y, y], color=colour, linewidth=2.2, solid_capstyle="round")
    axes.plot(
        [summary.score], [y], marker=marker, color=colour, markersize=8, markerfacecolor=colour if filled else "none",
        markeredgewidth=1.8, linestyle="none",
    )  # fmt: skip


def _score_axis(axes: Axes, narrow: bool) -> None:
    axes.set_xlim(-1.05, 1.05)
    axes.axvline(0, color=SOFT, linewidth=1)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1], ["−1\nall lost", "−0.5", "0", "0.5", "1\nall won"])
    axes.set_xlabel("score: share won minus share lost" if narrow else "score: share of contests won minus share lost")
    axes.grid(axis="y", visible=False)


Rows = Sequence[tuple[str, Summary | None, Summary | None]]


def _two_hands(rows: Rows, width: int) -> Figure:
    """For each row, the score in independent hands and in the hands of a model's authors."""
    narrow = width <= NARROW
    with mpl.rc_context(RC):
        figure, axes = _figure(width, 90 + 46 * len(rows))
        for index, (name, independent, own) in enumerate(rows):
            y = len(rows) - index
            for summary, offset, colour, marker, filled in (
                (independent, 0.08, ACCENT, "o", True),
                (own, -0.2, FOUNDATION, "s", False),
            ):
                if summary is None:
                    continue
                _interval(axes, y + offset, summary, colour, marker, filled)
            axes.text(-1.05, y + 0.34, name, fontsize=11, fontweight="bold", va="center")
        axes.set_ylim(0.3, len(rows) + 0.7)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        _score_axis(axes, narrow)
        handles = [
            mpl.lines.Line2D([], [], color=ACCENT, marker="o", linestyle="-", label="independent"),
            mpl.lines.Line2D([], [], color=FOUNDATION, marker="s", markerfacecolor="none", linestyle="-", label="by a model's authors"),
        ]  # fmt: skip
        figure.legend(handles=handles, loc="outside upper left", ncols=2, fontsize=11)
    return figure


def _enough(summary: Summary | None) -> Summary | None:
    """Three papers at least: an interval over fewer is a point that looks certain."""
    return summary if summary is not None and summary.papers >= LEAST_PAPERS else None


def _summaries(evidence: Evidence) -> dict[str, Summary]:
    return {cut.name: cut.summary for cut in all_cuts(evidence)}


def _row(summaries: dict[str, Summary], key: str, name: str) -> dict[str, object]:
    row: dict[str, object] = {"what": name}
    for label, suffix in (("all", ""), ("independent", ".independent"), ("authors", ".model-authors")):
        summary = summaries.get(key + suffix)
        row |= {
            f"{label}: verdict": summary.verdict if summary else "none",
            f"{label}: score": round(summary.score, 2) if summary else float("nan"),
            f"{label}: interval": f"{summary.low:.2f} to {summary.high:.2f}" if summary else "",
            f"{label}: papers": summary.papers if summary else 0,
            f"{label}: contests": summary.contests if summary else 0,
        }
    return row


def verdict(evidence: Evidence) -> Chart:
    """The verdict at a glance: score by task, in independent hands and in the authors'."""
    summaries = _summaries(evidence)
    rows = []
    for category, name in CATEGORY_NAMES.items():
        whole = summaries.get(category)
        if whole is None or whole.contests < 10 or category in ("other", "protein"):
            continue
        pair = (_enough(summaries.get(f"{category}.independent")), _enough(summaries.get(f"{category}.model-authors")))
        if any(pair):
            rows.append((name, *pair, category, whole))
    rows.sort(key=lambda row: -row[4].score)
    wide = [(SCOPES[key][0], key) for key in ("all", "dna", "single-cell")]
    shown: list[tuple[str, Summary | None, Summary | None]]
    shown = [(name, summaries[f"{key}.independent"], summaries[f"{key}.model-authors"]) for name, key in wide]
    shown += [(name, independent, own) for name, independent, own, _, _ in rows]
    table = pd.DataFrame(
        [_row(summaries, key, name) for name, key in wide]
        + [_row(summaries, category, name) for name, _, _, category, _ in rows]
    )
    independent, own = summaries["all.independent"], summaries["all.model-authors"]
    ahead = [name for name, i, o, _, _ in rows if i is not None and i.verdict in ("clear gain", "small gain")]
    behind = [name for name, i, o, _, _ in rows if i is not None and i.verdict == "worse"]
    alt = (
        f"Scores by kind of task. Over all of genomics the score is {independent.score:.2f} in independent papers and "
        f"{own.score:.2f} in papers by a model's authors. In independent papers foundation models are clearly ahead on: "
        f"{', '.join(ahead) or 'none'}; clearly behind on: {', '.join(behind) or 'none'}."
    )
    return Chart(
        name="verdict",
        title=(
            "Foundation models lead in papers by their authors and trail in independent ones"
            if own.low > 0 > independent.high
            else "Best foundation model against best comparator, by who ran the comparison"
        ),
        alt=alt,
        draw=lambda width: _two_hands(shown, width),
        table=table,
        notes=(
            f"{summaries['all'].contests:,} contests from {summaries['all'].papers} papers; each paper counts once; bars are 95% "
            "intervals from a bootstrap over papers. A point needs three papers.",
            f"{summaries['all.not-print'].contests:,} of these contests were read in a preprint or repository and not in print; "
            "the downloads mark each. Tasks with few independent papers would change most with one more.",
            BIAS,
        ),
    )


def self_report(evidence: Evidence) -> Chart:
    """Score by strength of the comparator, in independent hands and in the authors', and the matched gap."""
    summaries = _summaries(evidence)
    rows = []
    for group in CLASS_GROUPS:
        key = f"all.vs-{slug(group)}"
        pair = (_enough(summaries.get(f"{key}.independent")), _enough(summaries.get(f"{key}.model-authors")))
        if any(pair):
            rows.append((group, *pair, key))
    gap = self_report_gap(evidence)
    bounded = [m.difference for m in gap.matches if evidence.metrics[m.metric].max == 1]
    median = float(np.median(bounded)) if bounded else float("nan")
    table = pd.DataFrame([_row(summaries, key, group) for group, _, _, key in rows])
    both = [(group, i, o) for group, i, o, _ in rows if i is not None and o is not None]
    lower = [group for group, i, o in both if i.score < o.score]
    tasks = Counter(evidence.tasks[match.task].name for match in gap.matches).most_common(1)
    return Chart(
        name="self-report",
        title=(
            f"Against {len(lower)} of {len(both)} kinds of comparator, independent papers report fewer wins than a model's authors"
        ),
        alt=(
            "Scores by strength of comparator. The independent score is lower than the authors' against: "
            f"{', '.join(lower) or 'none'}. Over {len(bounded)} values of one model on one data set that authors and others both "
            f"measured, the authors' value minus the others' has a median of {median:+.3f}."
        ),
        draw=lambda width: _two_hands([(group, i, o) for group, i, o, _ in rows], width),
        table=table,
        notes=(
            "The two kinds of paper differ in models, tasks and baselines as well as in who wrote them.",
            f"Where a model was put to use in the same way on data of the same name by its authors and by others ({len(bounded)} "
            f"matched values of {gap.own:,}; {gap.unmatched:,} have no match), the authors' value minus the others' has a median of "
            f"{median:+.3f}. "
            + (f"Of the matches, {tasks[0][1]} are on one task, {tasks[0][0].lower()}." if tasks else ""),
            BIAS,
        ),
    )


def margins(evidence: Evidence) -> Chart:
    """Every contest as one mark: the share of the comparator's remaining error that the best foundation model closes."""
    found = [(contest, contest.error_closed("best")) for contest in _genomic(evidence)]
    usable = [(contest, closed) for contest, closed in found if closed is not None]
    order = [c for c in CATEGORY_NAMES if sum(contest.category == c for contest, _ in usable) >= 10]
    medians = {c: float(np.median([closed for contest, closed in usable if contest.category == c])) for c in order}
    order.sort(key=lambda category: -medians[category])
    colours = {1: FOUNDATION, 0: TIE, -1: COMPARATOR}

    def draw(width: int) -> Figure:
        narrow = width <= NARROW
        with mpl.rc_context(RC):
            figure, axes = _figure(width, 80 + 58 * len(order))
            for index, category in enumerate(order):
                y = len(order) - index
                mine = [(contest, closed) for contest, closed in usable if contest.category == category]
                jitter = np.random.default_rng(index).uniform(-0.24, 0.16, len(mine))
                for outcome, colour in colours.items():
                    chosen = [i for i, (contest, _) in enumerate(mine) if contest.outcome("best", TIE_BAND) == outcome]
                    if not chosen:
                        continue
                    marks = axes.scatter(
                        [float(np.clip(mine[i][1], -1, 1)) for i in chosen], [y + jitter[i] for i in chosen],
                        s=12 if narrow else 20, color=colour, alpha=0.55, linewidths=0,
                    )  # fmt: skip
                    if not narrow:
                        marks.set_urls([_mark_address(mine[i][0]) for i in chosen])
                axes.plot([medians[category]] * 2, [y - 0.3, y + 0.22], color=INK, linewidth=2.4)
                axes.text(-1.05, y + 0.36, f"{CATEGORY_NAMES[category]} ({len(mine)})", fontsize=11, fontweight="bold", va="center")  # fmt: skip
            axes.axvline(0, color=SOFT, linewidth=1)
            axes.set_xlim(-1.07, 1.07)
            axes.set_ylim(0.4, len(order) + 0.7)
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
            axes.grid(axis="y", visible=False)
            axes.set_xticks([-1, -0.5, 0, 0.5, 1], ["−100%\nor worse", "−50%", "0", "50%", "100%"])
            axes.set_xlabel("share of the comparator's remaining error closed")
            handles = [
                mpl.lines.Line2D([], [], color=colour, marker="o", linestyle="none", label=label)
                for colour, label in ((FOUNDATION, "won"), (TIE, "tied"), (COMPARATOR, "lost"))
            ]
            figure.legend(handles=handles, loc="outside upper left", ncols=3, fontsize=11)
        return figure

    rows = []
    for category in order:
        by_paper: dict[str, list[tuple[Contest, float]]] = defaultdict(list)
        for contest, closed in usable:
            if contest.category == category:
                by_paper[contest.source].append((contest, closed))
        for source, mine in sorted(by_paper.items()):
            outcomes = [contest.outcome("best", TIE_BAND) for contest, _ in mine]
            rows.append(
                {
                    "task": CATEGORY_NAMES[category],
                    "paper": short_citation(evidence.bibliography[source]),
                    "run by": mine[0][0].run_by,
                    "won": outcomes.count(1),
                    "tied": outcomes.count(0),
                    "lost": outcomes.count(-1),
                    "median error closed": round(float(np.median([closed for _, closed in mine])), 3),
                }
            )
    outcomes_of = {
        c: {contest.outcome("best", TIE_BAND) for contest, _ in usable if contest.category == c} for c in order
    }
    unbeaten = [CATEGORY_NAMES[c] for c in order if -1 not in outcomes_of[c]]
    winless = [CATEGORY_NAMES[c] for c in order if 1 not in outcomes_of[c]]
    positive = [CATEGORY_NAMES[c] for c in order if medians[c] > 0]
    negative = [CATEGORY_NAMES[c] for c in order if medians[c] < 0]
    return Chart(
        name="margins",
        title="Margins by task: each mark is one contest, the bar its median",
        alt=(
            f"The median contest is won on {', '.join(positive) or 'no task'}, and lost on {', '.join(negative) or 'no task'}. "
            f"Tasks without a single loss: {', '.join(unbeaten) or 'none'}; without a single win: {', '.join(winless) or 'none'}."
        ),
        draw=draw,
        table=pd.DataFrame(rows),
        notes=(
            f"{len(usable):,} of {len(found):,} contests; the others use metrics without a perfect score. "
            "Marks beyond ±100% stand at the edge. On a wide screen a mark links to its source.",
            BIAS,
        ),
        links=True,
    )


def _mark_address(contest: Contest) -> str:
    """Where a mark leads, with what it is after a bar; the display turns that into its title."""
    side = contest.best_foundation
    words = (
        f"{contest.source}: {contest.dataset}, {side.printed} {side.value:.3g} against "
        f"{contest.best_comparator.printed} {contest.best_comparator.value:.3g} ({contest.metric})"
    )
    return f"../evidence/{contest.source}.html#{side.results[0]}|{words}"


def size(evidence: Evidence) -> Chart:
    """Model size against performance in independent hands, within each comparison of several sizes."""
    groups: dict[tuple[str, ...], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for result in evidence.results.values():
        table = evidence.tables[result.table]
        metric = evidence.metrics[result.metric]
        model = evidence.models[result.model]
        if (
            result.role != "foundation"
            or result.quoted_from
            or metric.direction == "none"
            or model.parameters is None
            or evidence.tasks[result.task].category == "protein"
            or evidence.run_by(result) == "own-model"
        ):
            continue
        what = (table.source, table.benchmark, result.dataset, result.task, result.task_printed, result.metric)
        sign = 1 if metric.direction == "higher" else -1
        groups[(*what, result.metric_printed, result.setting)][model.id].append(sign * result.natural)
    rows = []
    for key, values in groups.items():
        sizes = [np.log10(evidence.models[m].parameters or 1) for m in values]
        if len(values) < 5 or len(set(sizes)) < 4:
            continue
        scores = [float(np.mean(v)) for v in values.values()]
        if len(set(scores)) < 3:
            continue
        rows.append((key[0], evidence.tasks[key[3]].category, float(spearmanr(sizes, scores).statistic), len(values)))
    frame = pd.DataFrame(rows, columns=["source", "category", "correlation", "models"])
    by_paper = frame.groupby("source")["correlation"].agg(["median", "count"]).sort_values("median", ascending=False)
    by_paper = by_paper[by_paper["count"] >= 3]
    frame = frame[frame["source"].isin(by_paper.index)]
    overall = float(by_paper["median"].median())

    def draw(width: int) -> Figure:
        with mpl.rc_context(RC):
            figure, axes = _figure(width, 70 + 44 * len(by_paper))
            for index, (source, row) in enumerate(by_paper.iterrows()):
                y = len(by_paper) - index
                values = frame.loc[frame["source"] == source, "correlation"].to_numpy()
                jitter = np.random.default_rng(index).uniform(-0.2, 0.12, len(values))
                axes.scatter(values, y + jitter, s=14, color=FOUNDATION, alpha=0.45, linewidths=0)
                axes.plot([row["median"]] * 2, [y - 0.28, y + 0.2], color=INK, linewidth=2.4)
                name = f"{short_citation(evidence.bibliography[str(source)])} ({int(row['count'])})"
                axes.text(-1.05, y + 0.36, name, fontsize=11, fontweight="bold", va="center")
            axes.axvline(0, color=SOFT, linewidth=1)
            axes.set_xlim(-1.07, 1.07)
            axes.set_ylim(0.4, len(by_paper) + 0.7)
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
            axes.grid(axis="y", visible=False)
            axes.set_xlabel("rank correlation of parameters and score")
        return figure

    table = by_paper.reset_index().rename(columns={"median": "median correlation", "count": "comparisons"})
    table.insert(0, "paper", [short_citation(evidence.bibliography[s]) for s in table["source"]])
    return Chart(
        name="size",
        title=(
            f"Larger models score higher in {int((by_paper['median'] > 0).sum())} of {len(by_paper)} papers, and not in every comparison"
        ),
        alt=(
            f"Rank correlation between model size and score inside {len(frame)} comparisons from {len(by_paper)} papers not written "
            f"by the model's authors; the median over papers is {overall:.2f}, from {by_paper['median'].min():.2f} to "
            f"{by_paper['median'].max():.2f}."
        ),
        draw=draw,
        table=table.round(3),
        notes=(
            "Papers with at least three comparisons; a comparison is one dataset and metric in which at least five foundation models of known size were run by people other "
            "than their authors. Size goes together with architecture, data and year: the correlation is no effect of size alone.",
        ),
    )


def random_init(evidence: Evidence) -> Chart:
    """The pre-trained model against its untrained copy, where both were trained on the task in the same way."""
    rows = []
    for contest in _genomic(evidence):
        against = contest.against(CLASS_GROUPS["untrained copy"])
        if against is None or not against.bounded:
            continue
        copies = {side.model: side for side in against.comparators}
        for side in against.foundation:
            copy = copies.get(side.model)
            if copy is None and len(against.comparators) == 1 and len(against.foundation) == 1:
                copy = against.comparators[0]
            if copy is not None:
                rows.append((contest, side, copy))
    frame = pd.DataFrame(
        [
            {
                "paper": short_citation(evidence.bibliography[contest.source]),
                "task": CATEGORY_NAMES[contest.category],
                "dataset": contest.dataset,
                "model": evidence.models[side.model].name,
                "setting": contest.setting,
                "metric": contest.metric,
                "untrained": round(copy.value, 4),
                "pre-trained": round(side.value, 4),
            }
            for contest, side, copy in rows
        ]
    )
    gain = frame["pre-trained"] - frame["untrained"]
    papers = list(dict.fromkeys(frame["paper"]))
    styles = list(zip((FOUNDATION, COMPARATOR, ACCENT, SECOND, THIRD, FOURTH), "osD^vP", strict=True))

    def draw(width: int) -> Figure:
        with mpl.rc_context(RC):
            figure, axes = _figure(width, int(width * (1.25 if width <= NARROW else 0.85)))
            low = float(min(frame["untrained"].min(), frame["pre-trained"].min())) - 0.03
            axes.plot([low, 1], [low, 1], color=SOFT, linewidth=1)
            for index, paper in enumerate(papers):
                mine = frame[frame["paper"] == paper]
                colour, marker = styles[index % len(styles)]
                axes.scatter(mine["untrained"], mine["pre-trained"], s=26, color=colour, marker=marker, alpha=0.7, linewidths=0, label=paper)  # fmt: skip
            axes.set_xlabel("score of the untrained copy")
            axes.set_ylabel("score of the pre-trained model")
            axes.set_aspect("equal")
            figure.legend(loc="outside upper left", ncols=1 if width <= NARROW else 2, fontsize=11)
        return figure

    return Chart(
        name="random-init",
        title=(
            f"Pre-training beats an untrained copy of the same network in {int((gain > 0).sum())} of {len(frame)} pairs, "
            f"by a median of {gain.median():.2f}"
        ),
        alt=(
            f"{len(frame)} pairs from {len(papers)} papers: the pre-trained model scores higher in {int((gain > 0).sum())}; "
            f"the median gain is {gain.median():.3f}, and {int((gain < 0.02).sum())} pairs gain less than 0.02."
        ),
        draw=draw,
        table=frame,
        notes=(
            "Points above the line gain from pre-training. Each pair is one model, dataset and metric that ends at 1; metrics are mixed.",
            "Authors decide how long the untrained copy is trained, and rarely say that it was tuned as long.",
        ),
    )


def _short(value: float, _: object = None) -> str:
    """A power of ten as a reader says it: 10k, 1M, 100G would be a file size, so billions are B."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _by_year(evidence: Evidence, wanted: Callable[[Model], bool]) -> list[Model]:
    return [m for m in evidence.models.values() if m.class_ == "foundation" and m.year and m.source and wanted(m)]


KINDS = {
    "language-model": ("DNA", FOUNDATION, "o"),
    "rna": ("RNA", SECOND, "^"),
    "single-cell": ("single-cell", COMPARATOR, "s"),
    "protein": ("protein", THIRD, "D"),
}


def timeline(evidence: Evidence) -> Chart:
    """Models against year of publication, size and context."""
    sized = _by_year(evidence, lambda m: m.kind in KINDS and m.parameters is not None)
    long = _by_year(evidence, lambda m: m.kind in KINDS and m.context_bp is not None)

    def draw(width: int) -> Figure:
        with mpl.rc_context(RC):
            figure = new_figure(width, 560 if width <= NARROW else 620)
            panels = figure.subplots(2, 1, sharex=True)
            for axes, models, value, label in (
                (panels[0], sized, lambda m: m.parameters, "parameters"),
                (panels[1], long, lambda m: m.context_bp, "context (bp)"),
            ):
                for kind, (name, colour, marker) in KINDS.items():
                    mine = [m for m in models if m.kind == kind]
                    jitter = np.random.default_rng(len(kind)).uniform(-0.3, 0.3, len(mine))
                    axes.scatter([(m.year or 0) + j for m, j in zip(mine, jitter, strict=True)], [value(m) for m in mine], s=22, color=colour, marker=marker, alpha=0.7, linewidths=0, label=name)  # fmt: skip
                axes.set_yscale("log")
                axes.yaxis.set_major_formatter(_short)
                axes.set_ylabel(label)
                axes.minorticks_off()
            years = sorted({m.year for m in (*sized, *long) if m.year})
            panels[1].set_xticks(
                years, [f"{year}" if i % 2 == 0 or width > NARROW else "" for i, year in enumerate(years)]
            )
            panels[1].set_xlabel("year of the cited version")
            handles, labels = panels[0].get_legend_handles_labels()
            figure.legend(
                handles, labels, loc="outside upper left", ncols=4, fontsize=11, columnspacing=0.8, handletextpad=0.2
            )
        return figure

    table = pd.DataFrame(
        [
            {"model": m.name, "kind": m.kind, "year": str(m.year), "parameters": m.parameters, "context (bp)": m.context_bp}
            for m in sorted({*sized, *long}, key=lambda m: (m.year or 0, m.name))
        ]
    ).astype({"parameters": "Int64", "context (bp)": "Int64"})  # fmt: skip
    largest = max(sized, key=lambda m: m.parameters or 0)
    longest = max(long, key=lambda m: m.context_bp or 0)
    return Chart(
        name="timeline",
        title=(
            f"Sizes span {np.log10((largest.parameters or 1) / min(m.parameters or 1 for m in sized)):.0f} orders of magnitude, "
            "and small models keep appearing"
        ),
        alt=(
            f"{len(sized)} foundation models with known size and {len(long)} with known context by year of the cited version. "
            f"The largest is {largest.name}, the longest context is that of {longest.name}; small models appear in every year."
        ),
        draw=draw,
        table=table,
        notes=(
            "Models whose size or context was not seen at the source are left out. The year is that of the version cited.",
        ),
    )


COMPUTE = {
    "gpn-msa": "marin2026ragenome.gpu-hours-gpn-msa",
    "gpn-star-v100-200m": "marin2026ragenome.gpu-hours-gpn-star",
    "hyenadna-large-1m": "marin2026ragenome.gpu-hours-hyenadna",
    "dnabert-2": "marin2026ragenome.gpu-hours-dnabert2",
    "nt-2.5b-multispecies": "marin2026ragenome.gpu-hours-nt-2-5b",
    "evo2-40b": "marin2026ragenome.gpu-hours-evo2",
    "generator-1.2b": "wu2025generator.a100-hours-1-2b",
}
"""Models whose pre-training cost stands in the evidence, and the fact that holds it."""


def cost(evidence: Evidence) -> Chart:
    """Pre-training cost against how often the model beats the best comparator."""
    rows = []
    found = _genomic(evidence)
    for model, fact_id in COMPUTE.items():
        fact = evidence.facts.get(fact_id)
        played = [
            (contest.category, outcome)
            for contest in found
            for name, outcome in contest.wins_of_each(TIE_BAND)
            if name == model
        ]
        if fact is None or len(played) < 5:
            continue
        score = sum(outcome for _, outcome in played) / len(played)
        rows.append(
            {
                "model": evidence.models[model].name,
                "GPU-hours of pre-training": fact.value,
                "contests": len(played),
                "score": round(score, 3),
                "cost stands in": short_citation(evidence.bibliography[fact.source]) + ", " + fact.locator,
            }
        )
    frame = pd.DataFrame(rows).sort_values("GPU-hours of pre-training")

    def draw(width: int) -> Figure:
        with mpl.rc_context(RC):
            figure, axes = _figure(width, 380)
            axes.scatter(frame["GPU-hours of pre-training"], frame["score"], s=48, color=FOUNDATION)
            for row in frame.to_dict("records"):
                late = row["GPU-hours of pre-training"] > 1e5
                axes.annotate(row["model"], (row["GPU-hours of pre-training"], row["score"]), xytext=(-6 if late else 6, 8 if (row["score"] > 0) != late else -14), textcoords="offset points", fontsize=11, ha="right" if late else "left")  # fmt: skip
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(_short)
            axes.minorticks_off()
            axes.axhline(0, color=SOFT, linewidth=1)
            axes.set_ylim(-1.1, 1.1)
            axes.set_xlabel("GPU-hours of pre-training")
            axes.set_ylabel("share won minus share lost")
        return figure

    best = frame.sort_values("score").iloc[-1]
    rank = float(spearmanr(frame["GPU-hours of pre-training"], frame["score"]).statistic)
    dearest = frame.iloc[-1]
    return Chart(
        name="cost",
        title=(
            f"Cost of pre-training against how often a model wins: rank correlation {rank:.2f} over {len(frame)} models"
        ),
        alt=(
            f"{len(frame)} models with a known pre-training cost. The best score, {best['score']:.2f}, belongs to {best['model']}; "
            f"the dearest, {dearest['model']}, has {dearest['score']:.2f}."
        ),
        draw=draw,
        table=frame,
        notes=(
            "Costs are as listed by one later paper or by the model's authors; GPUs differ, and two of the listed costs do not follow "
            "from the GPUs and days that their sources print. The contests of the models differ.",
            "Energy is published for too few of these models to draw.",
        ),
    )


CHARTS: dict[str, Callable[[Evidence], Chart]] = {
    "verdict": verdict,
    "margins": margins,
    "self-report": self_report,
    "size": size,
    "random-init": random_init,
    "timeline": timeline,
    "cost": cost,
}
