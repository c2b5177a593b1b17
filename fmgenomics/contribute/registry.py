"""``python -m fmgenomics.contribute.registry``: which sources changed after they were read, as one issue that keeps itself.

A report and never a gate. Crossref knows of a work whether it was published after the preprint, retracted or corrected; arXiv
knows the DOI of what was published since. Evidence that nobody reviewed for a year is found without asking anybody.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fmgenomics.bibliography import BibliographyError, Entry
from fmgenomics.evidence import ROOT, Evidence, EvidenceError, load
from fmgenomics.evidence.records import Fact, Table
from fmgenomics.links.external import Answer, Client, WebClient
from fmgenomics.links.issue import Action, Close, GitHub, Issue, Open, Tracker, TrackerError, Update

from .diff import quoted

TITLE = "Sources that need another look"
LABEL = "sources"
MARK = "<!-- kept by fmgenomics.contribute.registry -->"
UNCHANGED = "This issue is updated by the scheduled report and closes itself when nothing is left to do."
REVIEW_DAYS = 365
CROSSREF = "https://api.crossref.org/works/"
ARXIV = "https://export.arxiv.org/api/query"
ARXIV_BATCH = 50
LONGEST_BODY = 60_000

_NOT_CROSSREF = ("10.48550/", "10.5281/", "10.6084/", "10.57967/")
"""DOIs of arXiv and of archives for data, which are registered elsewhere."""
_ATOM = {"atom": "http://www.w3.org/2005/Atom", "arxiv": "http://arxiv.org/schemas/atom"}
_SERIOUS = ("retraction", "withdrawal", "removal", "partial_retraction", "expression_of_concern")


@dataclass(frozen=True, order=True)
class Finding:
    """Something about one source that a person should look at."""

    kind: str
    key: str
    detail: str


HEADINGS = {
    "retracted": "Retracted, withdrawn or under concern: say so beside its numbers, or take them out",
    "corrected": "Corrected: compare the numbers again",
    "published": "Published since: read the print, change references.bib and the version of its tables",
    "old": f"Not reviewed for {REVIEW_DAYS} days: open the source again and set checked_on",
    "unknown": "The registry could not say; asked again next time",
}


class Registry:
    """Asks Crossref and arXiv, patiently; what is no answer becomes an ``unknown`` and never an all-clear."""

    def __init__(
        self,
        client: Client,
        crossref: str = CROSSREF,
        arxiv: str = ARXIV,
        pause: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._client = client
        self._crossref = crossref
        self._arxiv = arxiv
        self._pause = pause
        self._sleep = sleep

    def _ask(self, url: str) -> Answer:
        answer = Answer(None, error="not asked")
        for attempt in range(3):
            answer = self._client.ask("GET", url)
            if answer.status not in (None, 429, 500, 502, 503, 504):
                break
            wait = float(answer.retry_after) if answer.retry_after.isdigit() else self._pause * 2**attempt
            if attempt < 2:
                self._sleep(min(wait, 120.0))
        return answer

    def works(self, entries: Iterable[Entry]) -> Iterator[Finding]:
        """What Crossref knows of each work with a DOI there."""
        for entry in entries:
            if not entry.doi or entry.doi.startswith(_NOT_CROSSREF):
                continue
            answer = self._ask(self._crossref + quote(entry.doi, safe=""))
            if answer.status == 404:
                continue  # another agency's DOI; whether it exists is asked by the report on links
            try:
                message = json.loads(answer.body)["message"] if answer.status == 200 else None
            except (ValueError, KeyError, TypeError):
                message = None
            if not isinstance(message, dict):
                yield Finding("unknown", entry.key, f"Crossref: {answer.status or answer.error}")
            else:
                yield from _of_work(entry, message)

    def preprints(self, entries: Iterable[Entry]) -> Iterator[Finding]:
        """What arXiv knows of the preprints that stand in the bibliography as preprints."""
        wanted = {entry.arxiv: entry for entry in entries if entry.arxiv and not entry.peer_reviewed}
        ids = sorted(wanted)
        for start in range(0, len(ids), ARXIV_BATCH):
            batch = ids[start : start + ARXIV_BATCH]
            if start:
                self._sleep(3 * self._pause)
            answer = self._ask(f"{self._arxiv}?id_list={','.join(batch)}&max_results={len(batch)}")
            try:
                found = _of_feed(answer.body) if answer.status == 200 else None
            except ElementTree.ParseError:
                found = None
            if found is None:
                yield from (
                    Finding("unknown", wanted[id_].key, f"arXiv: {answer.status or answer.error}") for id_ in batch
                )
                continue
            for id_ in batch:
                doi, comment = found.get(id_, ("", ""))
                if "withdrawn" in comment.casefold():
                    yield Finding("retracted", wanted[id_].key, f"arXiv comment: {comment}")
                elif doi and doi.casefold() != (wanted[id_].doi or "").casefold():
                    yield Finding("published", wanted[id_].key, f"arXiv {id_} names the DOI {doi}")


def _of_work(entry: Entry, message: Mapping[str, Any]) -> Iterator[Finding]:
    for update in message.get("updated-by") or []:
        kind = str(update.get("type", "update"))
        detail = f"{kind.replace('_', ' ')}: {update.get('DOI', 'without a DOI')}"
        serious = kind in _SERIOUS
        if serious or kind in ("correction", "corrigendum", "erratum", "addendum"):
            yield Finding("retracted" if serious else "corrected", entry.key, detail)
    if not entry.peer_reviewed:
        for relation in (message.get("relation") or {}).get("is-preprint-of") or []:
            yield Finding("published", entry.key, f"{entry.doi} is the preprint of {relation.get('id')}")


def _of_feed(body: bytes) -> dict[str, tuple[str, str]]:
    """DOI and comment of each preprint of an answer of arXiv, by its identifier without version."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ElementTree.ParseError("an answer with its own entities is not read")
    found = {}
    for item in ElementTree.fromstring(body).findall("atom:entry", _ATOM):
        address = item.findtext("atom:id", "", _ATOM)
        id_ = address.rpartition("/abs/")[2].partition("v")[0]
        doi, comment = item.findtext("arxiv:doi", "", _ATOM), item.findtext("arxiv:comment", "", _ATOM)
        found[id_] = (doi.strip(), comment.strip())
    return found


def unreviewed(evidence: Evidence, today: date) -> Iterator[Finding]:
    """One finding for each source of which a table or a fact was last read too long ago."""
    old: dict[str, list[tuple[date, str]]] = {}
    rows: list[Table | Fact] = [*evidence.tables.values(), *evidence.facts.values()]
    for row in rows:
        if (today - row.checked_on).days > REVIEW_DAYS:
            old.setdefault(row.source, []).append((row.checked_on, row.id))
    for source, found in sorted(old.items()):
        when, first = min(found)
        yield Finding("old", source, f"{len(found)} table(s) and fact(s), the first {first}, read {when}")


def survey(evidence: Evidence, registry: Registry, today: date) -> list[Finding]:
    entries = list(evidence.bibliography.values())
    found = [*registry.works(entries), *registry.preprints(entries), *unreviewed(evidence, today)]
    return sorted(set(found))


def text(findings: Sequence[Finding]) -> str:
    """The text of the issue; the same findings give the same text."""
    lines = [MARK, ""]
    for kind, heading in HEADINGS.items():
        rows = [finding for finding in findings if finding.kind == kind]
        if rows:
            lines += [f"### {heading} ({len(rows)})", ""]
            lines += [f"- [ ] <code>{quoted(row.key)}</code>: {quoted(row.detail)}" for row in rows] + [""]
    body = "\n".join(lines)
    if len(body) > LONGEST_BODY:
        body = body[:LONGEST_BODY].rsplit("\n", 1)[0] + "\n\nThe list goes on in the log of the run.\n"
    return f"{body}\n{UNCHANGED}\n"


def plan(findings: Sequence[Finding], issues: Sequence[Issue]) -> list[Action]:
    """What to do. An answer that the registry owes opens no issue and closes none."""
    kept = sorted((issue for issue in issues if MARK in issue.body), key=lambda issue: issue.number)
    known = [finding for finding in findings if finding.kind != "unknown"]
    if not known:
        if len(known) < len(findings):
            return []
        return [Close(issue.number, "Nothing is left to do.") for issue in kept]
    body = text(findings)
    if not kept:
        return [Open(body)]
    first, *others = kept
    actions: list[Action] = [Close(issue.number, f"Continued in #{first.number}.") for issue in others]
    # Boxes that somebody ticked are not a difference; the marks of lines that stay are kept.
    ticked = {line.replace("- [x]", "- [ ]") for line in first.body.splitlines() if line.startswith("- [x]")}
    body = "\n".join(line.replace("- [ ]", "- [x]", 1) if line in ticked else line for line in body.split("\n"))
    if first.body.replace("\r\n", "\n").strip() != body.strip():
        actions.insert(0, Update(first.number, body))
    return actions


def keep(findings: Sequence[Finding], tracker: Tracker) -> list[Action]:
    """Decide and carry out. Raises ``TrackerError`` as the tracker does."""
    actions = plan(findings, tracker.issues())
    for action in actions:
        tracker.do(action)
    return actions


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m fmgenomics.contribute.registry", description="Sources to look at.")
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--issue", action="store_true", help="then keep the issue about it")
    parser.add_argument("--crossref", default=CROSSREF)
    parser.add_argument("--arxiv", default=ARXIV)
    parser.add_argument("--timeout", type=float, default=30.0)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds before the first repetition of a question")
    parser.add_argument("--today", type=date.fromisoformat, default=datetime.now(UTC).date())
    options = parser.parse_args(arguments)
    try:
        evidence = load(options.root)
    except (EvidenceError, BibliographyError, OSError) as error:
        print(f"registry: {error}", file=sys.stderr)
        return 2
    client = WebClient("fmgenomics-source-report/1 (+scheduled check of a public book)", options.timeout)
    findings = survey(evidence, Registry(client, options.crossref, options.arxiv, options.pause), options.today)
    for finding in findings:
        print(f"{finding.kind}: {finding.key}: {finding.detail}")
    print(f"{len(findings)} finding(s) about {len(evidence.bibliography)} sources")
    if not options.issue:
        return 0
    repository, token = os.environ.get("GITHUB_REPOSITORY", ""), os.environ.get("GITHUB_TOKEN", "")
    if not repository or not token:
        print("registry: GITHUB_REPOSITORY and GITHUB_TOKEN must be set", file=sys.stderr)
        return 2
    api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
    try:
        actions = keep(findings, GitHub(repository, token, api, title=TITLE, label=LABEL))
    except TrackerError as error:
        print(f"registry: {error}", file=sys.stderr)
        return 2
    print("; ".join(type(action).__name__.lower() for action in actions) or "the issue stays as it is")
    return 0


if __name__ == "__main__":
    sys.exit(main())
