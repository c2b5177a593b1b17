"""In words: why a verdict is what it is, and what would make the evaluation stronger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .findings import (
    LEAST_CLUSTERS,
    LEAST_CLUSTERS_OF_CLASS,
    Confounder,
    Findings,
    Margin,
    Scored,
)
from .measures import NAMES

IMBALANCED = 0.2


def reasons(
    model: Scored,
    words: str,
    to_beat: Margin,
    best: Margin,
    enough: bool,
    intact: bool,
    confounders: Sequence[Confounder],
    metric: str,
    left_out: int,
) -> tuple[str, ...]:
    """What the verdict rests on, and what speaks against leaning on it."""
    found = []
    estimate = to_beat.estimate
    found.append(
        f"{NAMES[metric]} margin over {to_beat.baseline}: {estimate.value:+.3f}, 95% interval {estimate.low:+.3f} to {estimate.high:+.3f}."
    )
    if left_out and model.leaked is not None:
        found.append(
            f"{left_out:,} test sequences with copies in another split were left out; with them the score is {model.leaked:.3f} instead of "
            f"{model.scores[metric].value:.3f}."
        )
    if not intact:
        found.append("No test set is left once copies of training and validation sequences are taken out.")
    elif not enough:
        found.append(
            f"The test set has fewer than {LEAST_CLUSTERS} clusters, or fewer than {LEAST_CLUSTERS_OF_CLASS} with one of the classes."
        )
    if words == "small gain":
        if best.estimate.low <= 0:
            found.append(f"Over {best.baseline}, the best baseline on this test set, the interval holds zero.")
        if to_beat.error_closed is not None and to_beat.error_closed < 0.1:
            found.append(f"It closes {to_beat.error_closed:.0%} of the error that the baseline leaves.")
    flagged = [confounder.name for confounder in confounders if confounder.flagged]
    matched = model.scores.get("auroc-matched")
    if flagged and matched is not None:
        found.append(
            f"{', '.join(flagged)} alone predict{'s' if len(flagged) == 1 else ''} the label; among items alike in these the model's AUROC is "
            f"{matched.value:.3f} ({matched.low:.3f} to {matched.high:.3f}), overall {model.scores['auroc'].value:.3f}."
        )
    whole = model.scores.get("auroc")
    if whole is not None and whole.high < 0.5:
        found.append("The scores rank the classes the wrong way round; larger must mean more likely positive.")
    return tuple(found)


def advise(findings: Findings, *, intact: bool, cnn: bool) -> Findings:
    """The findings with the list of what would make them stronger."""
    advice = []
    serious = [leak for leak in findings.leaks if leak.level != "none"]
    for leak in serious:
        advice.append(
            f"Split again so that clusters stay together: {max(leak.copies, leak.clustered):,} of {leak.rows:,} {leak.split} sequences have a copy in "
            f"{leak.among} or are linked to one. "
            + (
                "Retrain on the new split; taking them out of the test set, as done here, mends the score but "
                "not a training set that was tuned on them."
                if leak.split == "test"
                else "Settings tuned on it lean towards memory."
            )
        )
    if any(leak.other_label for leak in findings.leaks):
        advice.append("Look at the sequences that stand with one label in one split and with another in the other.")
    flagged = [confounder.name for confounder in findings.confounders if confounder.flagged]
    if flagged:
        advice.append(f"Draw negatives that match the positives in {', '.join(flagged)}, and report the score on them.")
    test = findings.splits[-1]
    if not intact or findings.clusters < 10 * LEAST_CLUSTERS:
        advice.append(f"Test on more independent sequences: {findings.clusters:,} clusters decide here.")
    for verdict in findings.verdicts:
        if verdict.words == "no gain":
            advice.append(
                f"{verdict.model}: with this test set a margin of about {verdict.detectable:.3f} is found four times in five; for half of that, four "
                "times as many independent test sequences are needed."
            )
    if test.positives is not None and min(test.positives, test.rows - test.positives) < IMBALANCED * test.rows:
        advice.append(
            f"Classes are unequal ({test.positives:,} of {test.rows:,} positive in the test set): quote AUPRC beside that share, not accuracy."
        )
    if findings.task == "classification" and not cnn:
        advice.append("Fit the small convolutional network too (--cnn): it is often the baseline that decides.")
    advice.append(
        "Add columns that this protocol cannot make: the same architecture without pre-training, and the strongest published specialist for "
        "the task."
    )
    if len(findings.verdicts) == 1:
        advice.append(
            "Give several seeds of the model, a column each: one run does not show how far the seed alone moves it."
        )
    advice.append(
        "Say whether test sequences or their homologues were in the pre-training data; this cannot be seen from here."
    )
    return replace(findings, advice=tuple(advice))
