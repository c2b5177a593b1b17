"""Keeps one issue about broken external links: opens it, updates it, closes it when all is well.

What to do is decided by ``plan`` from the report and the open issues alone; ``GitHub`` only carries it out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fmgenomics.links.external import markdown

TITLE = "Broken links to other sites"
LABEL = "external-links"
MARK = "<!-- kept by fmgenomics.links.issue -->"
LONGEST_BODY = 60_000
_CHECKED = re.compile(r"checked \S+:")


class TrackerError(RuntimeError):
    """The issue tracker cannot be reached or refuses."""


@dataclass(frozen=True)
class Issue:
    """An open issue of the repository."""

    number: int
    body: str


@dataclass(frozen=True)
class Open:
    """Open a new issue."""

    body: str


@dataclass(frozen=True)
class Update:
    """Replace the text of an issue."""

    number: int
    body: str


@dataclass(frozen=True)
class Close:
    """Close an issue with a last word."""

    number: int
    comment: str


Action = Open | Update | Close


def plan(report: Mapping[str, Any], issues: Sequence[Issue]) -> list[Action]:
    """What to do, given the report and the open issues; only issues that carry the mark are touched."""
    kept = sorted((issue for issue in issues if MARK in issue.body), key=lambda issue: issue.number)
    if not report["faulty"]:
        return [Close(issue.number, f"No broken link any more (checked {report['checked']}).") for issue in kept]
    body = text(report)
    if not kept:
        return [Open(body)]
    first, *others = kept
    actions: list[Action] = [Close(issue.number, f"Continued in #{first.number}.") for issue in others]
    if _CHECKED.sub("", first.body) != _CHECKED.sub("", body):
        actions.insert(0, Update(first.number, body))
    return actions


def text(report: Mapping[str, Any]) -> str:
    """The text of the issue, cut where GitHub would refuse it."""
    body = f"{MARK}\n{markdown(report, only_faulty=True)}"
    if len(body) > LONGEST_BODY:
        body = body[:LONGEST_BODY].rsplit("\n", 1)[0] + "\n\nThe list goes on in the report of the workflow run.\n"
    return body + "\nThis issue is updated by the scheduled check and closes itself when every link answers.\n"


class Tracker(Protocol):
    """What an issue tracker must be able to do."""

    def issues(self) -> list[Issue]:
        """All open issues with the label."""
        ...

    def do(self, action: Action) -> None:
        """Carry out one action."""
        ...


class GitHub:
    """The issues of one repository over GitHub's REST interface, those with one label; new ones get its title.

    Every method raises TrackerError when GitHub cannot be reached or answers with an error.
    """

    def __init__(
        self,
        repository: str,
        token: str,
        api: str = "https://api.github.com",
        timeout: float = 30.0,
        title: str = TITLE,
        label: str = LABEL,
    ) -> None:
        self._base = f"{api.rstrip('/')}/repos/{repository}"
        self._token = token
        self._timeout = timeout
        self._title = title
        self._label = label

    def issues(self) -> list[Issue]:
        """All open issues with the label, page by page; pull requests are left out."""
        found: list[Issue] = []
        page = 1
        while True:
            rows = self._send("GET", f"/issues?state=open&labels={self._label}&per_page=100&page={page}")
            found += [
                Issue(int(row["number"]), str(row.get("body") or "")) for row in rows if "pull_request" not in row
            ]
            if len(rows) < 100:
                return found
            page += 1

    def do(self, action: Action) -> None:
        """Carry out one action."""
        if isinstance(action, Open):
            self._send("POST", "/issues", {"title": self._title, "body": action.body, "labels": [self._label]})
        elif isinstance(action, Update):
            self._send("PATCH", f"/issues/{action.number}", {"body": action.body})
        else:
            self._send("POST", f"/issues/{action.number}/comments", {"body": action.comment})
            self._send("PATCH", f"/issues/{action.number}", {"state": "closed", "state_reason": "completed"})

    def _send(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self._base}{path}",
            method=method,
            data=None if data is None else json.dumps(data).encode("utf-8"),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": "fmgenomics-link-report",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as reply:
                return json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                raise TrackerError(f"{method} {path}: GitHub answers {error.code} {error.reason}") from error
        except (OSError, ValueError) as error:
            raise TrackerError(f"{method} {path}: {error}") from error


def keep(report: Mapping[str, Any], tracker: Tracker) -> list[Action]:
    """Decide and carry out; the actions taken are handed back.

    Raises TrackerError as the tracker does.
    """
    actions = plan(report, tracker.issues())
    for action in actions:
        tracker.do(action)
    return actions


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the report and keep the issue; status 2 when the surroundings do not allow it."""
    parser = argparse.ArgumentParser(prog="python -m fmgenomics.links.issue", description="Keep one issue about links.")
    parser.add_argument("report", type=Path, help="the JSON report of fmgenomics.links.external")
    options = parser.parse_args(arguments)
    repository, token = os.environ.get("GITHUB_REPOSITORY", ""), os.environ.get("GITHUB_TOKEN", "")
    if not repository or not token:
        print("issue: GITHUB_REPOSITORY and GITHUB_TOKEN must be set", file=sys.stderr)
        return 2
    try:
        report = json.loads(options.report.read_text(encoding="utf-8"))
        api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        actions = keep(report, GitHub(repository, token, api))
    except (OSError, ValueError, KeyError, TrackerError) as error:
        print(f"issue: {error}", file=sys.stderr)
        return 2
    print(
        "; ".join(f"{type(action).__name__.lower()} {getattr(action, 'number', '')}".strip() for action in actions)
        or "nothing to do"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
