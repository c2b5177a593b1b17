"""The scheduled report on addresses outside the book: does the world still answer?

A report and never a gate: the answer depends on others. Publishers turn robots away, so DOIs are asked for at the
registry (the handle service of doi.org, and Crossref for the registered title), never at the publisher's page.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

import yaml

from fmgenomics.links import dialect as dialects
from fmgenomics.links import html, urls
from fmgenomics.links.dialect import ConfigError
from fmgenomics.links.html import BuiltBook, MissingBuild
from fmgenomics.links.targets import BibEntry, read_bib

EXCLUDES = Path(__file__).parent / "external-excludes.yml"
SAME_TITLE = 0.6


class State(StrEnum):
    """What is known about an address after it was asked for."""

    OK = "ok"
    REDIRECT = "redirect"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate-limited"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server-error"
    MISMATCH = "mismatch"
    BROKEN = "broken"
    EXCLUDED = "excluded"


MEANING = {
    State.BROKEN: "The address is gone. Mend or remove it.",
    State.MISMATCH: "The DOI is registered for a work with another title.",
    State.REDIRECT: "Moved for good; the new address is given.",
    State.TIMEOUT: "No answer in time; not proven broken.",
    State.SERVER_ERROR: "The server failed; not proven broken.",
    State.RATE_LIMITED: "The server asked for fewer questions; not checked.",
    State.BLOCKED: "The server turns robots away; a person can still read it.",
    State.EXCLUDED: "Left out on purpose; the reason is given.",
    State.OK: "Answers.",
}
FAULTY = frozenset({State.BROKEN, State.MISMATCH})
_TURNED_AWAY = frozenset({401, 402, 403, 405, 406, 407, 418, 451, 999})
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_FOR_GOOD = frozenset({301, 308})


class ExcludesError(ValueError):
    """The list of excluded addresses is not usable."""


@dataclass(frozen=True)
class Exclude:
    """Addresses that start with ``prefix`` are not asked for, because of ``reason``."""

    prefix: str
    reason: str


@dataclass(frozen=True)
class Link:
    """An address outside the book and where it is named; ``title`` is what a bibliography says about it."""

    url: str
    places: tuple[str, ...]
    title: str = ""

    @property
    def doi(self) -> str:
        """The DOI the address resolves, or an empty string."""
        parts = urlsplit(self.url)
        return unquote(parts.path[1:]) if (parts.hostname or "") in urls.DOI_HOSTS else ""


@dataclass(frozen=True)
class Outcome:
    """What came of asking for one address."""

    url: str
    state: State
    status: int | None = None
    detail: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One reply of a server; ``status`` is None when there was none and ``error`` says why."""

    status: int | None
    location: str = ""
    retry_after: str = ""
    body: bytes = b""
    error: str = ""
    timed_out: bool = False


class Client(Protocol):
    """How an address is asked for; redirects are handed back, not followed."""

    def ask(self, method: str, url: str) -> Answer:
        """Send one request."""
        ...


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


class WebClient:
    """Asks over the network with the standard library."""

    def __init__(self, user_agent: str, timeout: float) -> None:
        self._headers = {"User-Agent": user_agent, "Accept": "*/*"}
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ask(self, method: str, url: str) -> Answer:
        """Send one request; failures come back as an answer without a status."""
        request = urllib.request.Request(_ascii(url), method=method, headers=self._headers)
        try:
            with self._opener.open(request, timeout=self._timeout) as reply:
                return self._answer(reply.status, reply.headers, reply.read(1_000_000) if method == "GET" else b"")
        except urllib.error.HTTPError as error:
            with error:
                return self._answer(error.code, error.headers, b"")
        except TimeoutError:
            return Answer(None, error="no answer in time", timed_out=True)
        except urllib.error.URLError as error:
            timed_out = isinstance(error.reason, TimeoutError)
            return Answer(None, error=str(error.reason), timed_out=timed_out)
        except (OSError, ValueError) as error:
            return Answer(None, error=f"{type(error).__name__}: {error}")

    @staticmethod
    def _answer(status: int, headers: Message, body: bytes) -> Answer:
        return Answer(status, headers.get("Location", ""), headers.get("Retry-After", ""), body)


@dataclass
class Checker:
    """Asks for addresses: HEAD first, GET where HEAD is refused, patient where a server asks for patience."""

    client: Client
    excludes: Sequence[Exclude] = ()
    handles: str = "https://doi.org/api/handles/"
    crossref: str = "https://api.crossref.org/works/"
    tries: int = 3
    longest_wait: float = 120.0
    pause: float = 1.0
    hops: int = 8
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    _hosts: dict[str, threading.Lock] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def check_all(self, links: Sequence[Link], workers: int = 4) -> list[Outcome]:
        """Ask for every link; one question at a time for each host."""
        with ThreadPoolExecutor(max_workers=workers) as pool:
            return sorted(pool.map(self.check, links), key=lambda outcome: outcome.url)

    def check(self, link: Link) -> Outcome:
        """Ask for one link."""
        for exclude in self.excludes:
            if link.url.startswith(exclude.prefix):
                return Outcome(link.url, State.EXCLUDED, None, exclude.reason, link.places)
        if wrong := urls.problem(link.url):
            return Outcome(link.url, State.BROKEN, None, wrong.message, link.places)
        if link.doi:
            return self._doi(link)
        return self._page(link)

    def _page(self, link: Link) -> Outcome:
        url, moved = urldefrag(link.url)[0], False
        for _ in range(self.hops):
            answer = self._ask(url)
            if answer.status in _MOVED and answer.location:
                moved = moved or answer.status in _MOVED_FOR_GOOD
                url = urldefrag(urljoin(url, answer.location))[0]
                continue
            state, detail = _judge(answer)
            if state is State.OK and moved:
                state, detail = State.REDIRECT, url
            return Outcome(link.url, state, answer.status, detail, link.places)
        return Outcome(link.url, State.BROKEN, None, f"more than {self.hops} redirects", link.places)

    def _ask(self, url: str, methods: Sequence[str] = ("HEAD", "GET")) -> Answer:
        answer = Answer(None, error="not asked")
        for method in methods:
            answer = self._patiently(method, url)
            if answer.status is not None and (answer.status < 400 or answer.status == 429):
                break
        return answer

    def _patiently(self, method: str, url: str) -> Answer:
        answer = Answer(None, error="not asked")
        with self._lock(urlsplit(url).netloc):
            for attempt in range(self.tries):
                answer = self.client.ask(method, url)
                if answer.status not in {429, 503}:
                    break
                wait = self._wait(answer.retry_after, attempt)
                if wait > self.longest_wait or attempt == self.tries - 1:
                    break
                self.sleep(wait)
        return answer

    def _wait(self, retry_after: str, attempt: int) -> float:
        """Seconds to wait: what the server says (seconds or a date), else longer each time."""
        if retry_after.strip().isdigit():
            return float(retry_after)
        if retry_after:
            try:
                return max(0.0, parsedate_to_datetime(retry_after).timestamp() - self.now())
            except (TypeError, ValueError):
                pass
        return float(self.pause * 2**attempt)

    def _lock(self, host: str) -> threading.Lock:
        with self._guard:
            return self._hosts.setdefault(host, threading.Lock())

    def _doi(self, link: Link) -> Outcome:
        answer = self._ask(f"{self.handles}{quote(link.doi, safe='/')}", ["GET"])
        code = _json(answer).get("responseCode")
        if answer.status == 404 or code == 100:
            return Outcome(link.url, State.BROKEN, answer.status, "no such DOI is registered", link.places)
        if code not in {1, 200}:
            state, detail = _judge(answer)
            if state is State.OK:
                state, detail = State.SERVER_ERROR, "the DOI registry gave no usable answer"
            return Outcome(link.url, state, answer.status, detail, link.places)
        registered = self._registered_title(link) if link.title else ""
        if registered and not same_title(link.title, registered):
            detail = f"registered as: {registered}"
            return Outcome(link.url, State.MISMATCH, answer.status, detail, link.places)
        return Outcome(link.url, State.OK, answer.status, "registered", link.places)

    def _registered_title(self, link: Link) -> str:
        """The title Crossref has; empty for DOIs of other agencies (arXiv, Zenodo)."""
        answer = self._ask(f"{self.crossref}{quote(link.doi, safe='')}", ["GET"])
        message = _json(answer).get("message") or {}
        titles = message.get("title") or []
        return str(titles[0]) if answer.status == 200 and titles else ""


def _judge(answer: Answer) -> tuple[State, str]:
    status = answer.status
    if status is None:
        return (State.TIMEOUT, answer.error) if answer.timed_out else (State.BROKEN, answer.error)
    if status < 300:
        return State.OK, ""
    if status == 429:
        return State.RATE_LIMITED, "too many requests"
    if status in _TURNED_AWAY:
        return State.BLOCKED, "robots are turned away"
    if status == 408:
        return State.TIMEOUT, "the server timed out"
    if status >= 500:
        return State.SERVER_ERROR, "the server failed"
    return (
        State.BROKEN,
        "redirect without a target" if status < 400 else "not found" if status == 404 else "gone or refused",
    )


def _json(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ascii(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.encode("idna").decode("ascii") if not parts.netloc.isascii() else parts.netloc
    return parts._replace(netloc=host, path=quote(parts.path, safe="/%:@!$&'()*+,;=~-._")).geturl()


def same_title(ours: str, theirs: str) -> bool:
    """Whether two titles are the same but for markup, case and punctuation, or one begins with the other."""

    def plain(title: str) -> str:
        bare = re.sub(r"<[^>]+>|\\[a-zA-Z]+|[{}$\\]", " ", title)
        return " ".join(re.sub(r"[^\w]+", " ", bare.casefold()).split())

    one, other = plain(ours), plain(theirs)
    if one.startswith(other) or other.startswith(one):
        return True
    return difflib.SequenceMatcher(None, one, other).ratio() >= SAME_TITLE


def read_excludes(path: Path) -> list[Exclude]:
    """Read the list of excluded addresses.

    Raises ExcludesError when it is not a list of ``prefix`` and ``reason``, both filled.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, yaml.YAMLError) as error:
        raise ExcludesError(f"{path}: {error}") from error
    if not isinstance(rows, list):
        raise ExcludesError(f"{path}: must be a list")
    found = []
    for number, row in enumerate(rows, 1):
        if (
            not isinstance(row, dict)
            or set(row) != {"prefix", "reason"}
            or not all(str(v or "").strip() for v in row.values())
        ):
            raise ExcludesError(f"{path}: entry {number}: needs 'prefix' and 'reason', both filled")
        found.append(Exclude(str(row["prefix"]), str(row["reason"])))
    return found


def collect(folder: Path, root: Path, entries: Iterable[BibEntry] = ()) -> list[Link]:
    """Every address outside the book that its pages or its bibliography name, DOIs in one spelling.

    Raises MissingBuild when the folder holds no book.
    """
    if not (folder / html.ENTRY).is_file():
        raise MissingBuild(f"{folder}: holds no built book (no {html.ENTRY}); run 'make book' first")
    places: dict[str, set[str]] = {}
    titles: dict[str, str] = {}
    book = BuiltBook(folder, root)
    for page in book.pages.values():
        for element, target in html.addresses(page):
            if (
                urls.scheme_of(target) in {"http", "https"}
                and str(element.tag) in {"a", "area"}
                and element in page.inside
            ):
                places.setdefault(_canonical(target), set()).add(f"{book.prefix}{page.path}")
    for entry in entries:
        found = [f"https://doi.org/{entry.fields['doi']}"] if entry.fields.get("doi") else []
        found += [entry.fields["url"]] if entry.fields.get("url") else []
        for target in found:
            url = _canonical(target.replace("\\_", "_").replace("\\%", "%").replace("\\&", "&"))
            places.setdefault(url, set()).add(f"{entry.place.file}:{entry.place.line}")
            titles.setdefault(url, entry.fields.get("title", ""))
    return [Link(url, tuple(sorted(found_at)), titles.get(url, "")) for url, found_at in sorted(places.items())]


def _canonical(target: str) -> str:
    parts = urlsplit(target)
    if (parts.hostname or "") in urls.DOI_HOSTS and parts.path not in {"", "/"}:
        return f"https://doi.org{parts.path.lower()}"
    return urldefrag(target)[0]


def report(outcomes: Sequence[Outcome], when: datetime, excludes: Sequence[Exclude] = ()) -> dict[str, Any]:
    """The report as data: counts, every outcome, and excludes that nothing needs any more."""
    counts = {state.value: sum(outcome.state is state for outcome in outcomes) for state in State}
    unused = [
        e.prefix
        for e in excludes
        if not any(o.state is State.EXCLUDED and o.url.startswith(e.prefix) for o in outcomes)
    ]
    return {
        "checked": when.isoformat(timespec="seconds"),
        "counts": {name: count for name, count in counts.items() if count},
        "faulty": sum(outcome.state in FAULTY for outcome in outcomes),
        "links": [asdict(outcome) for outcome in outcomes],
        "unused_excludes": unused,
    }


def markdown(found: Mapping[str, Any], *, only_faulty: bool = False) -> str:
    """The report as text, worst first; addresses that answer are only counted."""
    states = [s for s in MEANING if s in FAULTY] if only_faulty else [s for s in MEANING if s is not State.OK]
    counted = ", ".join(f"{count} {name}" for name, count in found["counts"].items()) or "none"
    lines = [f"Addresses outside the book, checked {found['checked']}: {counted}."]
    for state in states:
        rows = [link for link in found["links"] if link["state"] == state]
        if not rows:
            continue
        lines += ["", f"### {state.value} ({len(rows)})", "", MEANING[state], ""]
        for link in rows:
            status = f" ({link['status']})" if link["status"] else ""
            lines.append(f"- <{link['url']}>{status}: {link['detail']}; named in {', '.join(link['places'])}")
    if found["unused_excludes"] and not only_faulty:
        lines += ["", "### excludes nothing needs any more", ""]
        lines += [f"- `{prefix}`" for prefix in found["unused_excludes"]]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None, client: Client | None = None) -> int:
    """Write the report; status 2 when there is nothing to report on, or the issue cannot be kept."""
    parser = argparse.ArgumentParser(
        prog="python -m fmgenomics.links.external", description="Report on external links."
    )
    parser.add_argument("--root", type=Path, default=Path())
    parser.add_argument("--html", type=Path)
    parser.add_argument("--json", type=Path, default=Path("external-links.json"))
    parser.add_argument("--markdown", type=Path, default=Path("external-links.md"))
    parser.add_argument("--excludes", type=Path, default=EXCLUDES)
    parser.add_argument("--timeout", type=float, default=20.0)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--issue", action="store_true", help="then keep the issue about it (fmgenomics.links.issue)")
    parser.add_argument("--user-agent", default="fmgenomics-link-report/1 (+scheduled check of a public book)")
    options = parser.parse_args(arguments)
    try:
        excludes = read_excludes(options.excludes)
        dialect = dialects.load(options.root)
        entries = [entry for file in dialect.settings["bibfiles"] for entry in read_bib(options.root, file)[0]]
        links = collect(options.html or options.root / "_build" / "html", options.root, entries)
    except (ConfigError, ExcludesError, MissingBuild, OSError) as error:
        print(f"external links: {error}", file=sys.stderr)
        return 2
    checker = Checker(client or WebClient(options.user_agent, options.timeout), excludes)
    found = report(checker.check_all(links, options.workers), datetime.now(UTC), excludes)
    options.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    options.markdown.write_text(markdown(found), encoding="utf-8")
    print(f"external links: {len(links)} checked, {found['faulty']} faulty")
    if options.issue:
        from fmgenomics.links import issue  # the issue is written from this report

        return issue.main([str(options.json)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
