"""The scheduled report and its issue, against servers on this machine."""

from __future__ import annotations

import json
import socket
import urllib.request
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from fmgenomics.links import external, issue, urls
from fmgenomics.links.external import Answer, Checker, Exclude, ExcludesError, Link, Outcome, State, WebClient
from fmgenomics.links.issue import LABEL, MARK, Close, GitHub, Issue, Open, TrackerError, Update
from fmgenomics.links.targets import read_bib

from .servers import FakeGitHub, World, serve

WHEN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch):
    """A server, a checker that talks to it alone, and the waits the checker would have made."""
    monkeypatch.setattr(urls, "problem", lambda *_args, **_kwargs: None)  # the server is on a private host

    answers = World()
    with serve(answers) as address:
        waits: list[float] = []
        checker = Checker(
            WebClient("link-report-test", timeout=0.5),
            handles=f"{address}/api/handles/",
            crossref=f"{address}/works/",
            sleep=waits.append,
        )

        class Here:
            pass

        here = Here()
        here.address, here.answers, here.checker, here.waits = address, answers, checker, waits
        here.ask = lambda path: checker.check(Link(f"{address}{path}", ("chapters/x.md:1",)))
        yield here


def test_no_test_leaves_this_machine() -> None:
    with pytest.raises(AssertionError, match="tried to reach"):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)


@pytest.mark.parametrize(
    ("path", "state", "status"),
    [
        ("/ok", State.OK, 200),
        ("/ok#part", State.OK, 200),
        ("/moved", State.REDIRECT, 200),
        ("/for-now", State.OK, 200),
        ("/moved-to-nothing", State.BROKEN, 410),
        ("/circle", State.BROKEN, None),
        ("/forbidden", State.BLOCKED, 403),
        ("/teapot", State.BLOCKED, 418),
        ("/missing", State.BROKEN, 404),
        ("/gone", State.BROKEN, 410),
        ("/failing", State.SERVER_ERROR, 500),
        ("/busy", State.RATE_LIMITED, 429),
        ("/no-head", State.OK, 200),
        ("/head-lies", State.OK, 200),
        ("/slow", State.TIMEOUT, None),
    ],
)
def test_state(world, path: str, state: State, status: int | None) -> None:
    outcome = world.ask(path)
    assert (outcome.state, outcome.status) == (state, status)


def test_new_address_of_a_moved_page(world) -> None:
    assert world.ask("/moved").detail == f"{world.address}/ok"


def test_head_before_get(world) -> None:
    world.ask("/ok")
    world.ask("/no-head")
    assert world.answers.asked == [("HEAD", "/ok"), ("HEAD", "/no-head"), ("GET", "/no-head")]
    assert world.answers.agents == {"link-report-test"}


def test_retry_after_is_honoured(world) -> None:
    assert world.ask("/patience").state is State.OK
    assert world.waits == [7.0]


def test_giving_up_after_a_few_tries(world) -> None:
    assert world.ask("/busy").state is State.RATE_LIMITED
    assert world.waits == [3.0, 3.0]


def test_no_endless_wait(world) -> None:
    assert world.ask("/busy-for-long").state is State.RATE_LIMITED
    assert world.waits == []


def test_retry_after_as_a_date(world) -> None:
    world.checker.now = lambda: WHEN.timestamp() - 42
    assert world.checker._wait(format_datetime(WHEN, usegmt=True), 0) == 42
    assert world.checker._wait("soon", 2) == 4.0


def test_no_such_host_is_broken(world) -> None:
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    outcome = world.checker.check(Link(f"http://127.0.0.1:{port}/", ()))
    assert outcome.state is State.BROKEN
    assert "refused" in outcome.detail


def test_bad_form_is_broken_without_asking() -> None:
    class Silent:
        def ask(self, method: str, url: str) -> Answer:
            raise AssertionError(f"asked for {url}")

    outcome = Checker(Silent()).check(Link("https://doi.org/10.12/x", ("references.bib:1",)))
    assert (outcome.state, outcome.detail) == (State.BROKEN, "malformed DOI (10.NNNN/name)")


def test_excluded_address_is_not_asked_for(world) -> None:
    world.checker.excludes = [Exclude(world.address, "a reason")]
    outcome = world.ask("/missing")
    assert (outcome.state, outcome.detail, world.answers.asked) == (State.EXCLUDED, "a reason", [])


@pytest.mark.parametrize(
    ("doi", "title", "state"),
    [
        ("10.1234/fine", "", State.OK),
        ("10.1234/unknown", "", State.BROKEN),
        ("10.1234/odd", "", State.SERVER_ERROR),
        ("10.1234/same", "A {Genome} Model", State.OK),
        ("10.1234/other", "A genome model", State.MISMATCH),
        ("10.1234/elsewhere", "Not at Crossref", State.OK),
    ],
)
def test_doi_is_asked_for_at_the_registry(world, doi: str, title: str, state: State) -> None:
    outcome = world.checker.check(Link(f"https://doi.org/{doi}", ("references.bib:1",), title))
    assert outcome.state is state
    assert all(path.startswith(("/api/handles/", "/works/")) for _, path in world.answers.asked)


def test_titles() -> None:
    assert external.same_title("A {DNA} \\emph{model}", "A DNA model: with more words")
    assert not external.same_title("A DNA model", "Proteins of the sea")


def test_all_links_are_checked_side_by_side(world) -> None:
    links = [Link(f"{world.address}/{name}", ()) for name in ("ok", "missing", "forbidden", "moved")]
    outcomes = world.checker.check_all(links, workers=4)
    assert {outcome.url.rsplit("/", 1)[1]: outcome.state for outcome in outcomes} == {
        "ok": State.OK,
        "missing": State.BROKEN,
        "forbidden": State.BLOCKED,
        "moved": State.REDIRECT,
    }


# what is collected


def test_links_of_pages_and_bibliography(built) -> None:
    entries, _ = read_bib(built.root, "references.bib")
    links = {link.url: link for link in external.collect(built.html, built.root, entries)}
    doi = links["https://doi.org/10.1234/abc.567"]
    assert doi.places == ("_build/html/backmatter/references.html", "references.bib:1")
    assert doi.title == "A genome"
    assert "https://example.org/short" in links
    assert all(url.startswith("https://") for url in links)
    assert not any("jupyterbook.org" in url for url in links)


def test_command(built, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Everything:
        def ask(self, method: str, url: str) -> Answer:
            return Answer(404 if "short" in url else 200, body=b'{"responseCode": 1}')

    files = ["--json", str(tmp_path / "r.json"), "--markdown", str(tmp_path / "r.md")]
    assert external.main(["--root", str(built.root), *files], Everything()) == 0
    found = json.loads((tmp_path / "r.json").read_text())
    assert found["faulty"] == 1
    assert [link["url"] for link in found["links"] if link["state"] == "broken"] == ["https://example.org/short"]
    text = (tmp_path / "r.md").read_text()
    assert "### broken (1)" in text
    assert "named in _build/html/chapters/index.html" in text
    assert "1 faulty" in capsys.readouterr().out


def test_command_without_a_build(book, capsys: pytest.CaptureFixture[str]) -> None:
    assert external.main(["--root", str(book.root)]) == 2
    assert "make book" in capsys.readouterr().err


# excludes


def test_own_excludes_are_sound() -> None:
    assert all(exclude.reason for exclude in external.read_excludes(external.EXCLUDES))


@pytest.mark.parametrize(
    "text", ["- prefix: https://x.org\n", "- prefix: https://x.org\n  reason: ''\n", "a: b\n", "- [", "- x\n"]
)
def test_exclude_without_a_reason(tmp_path: Path, text: str) -> None:
    path = tmp_path / "excludes.yml"
    path.write_text(text)
    with pytest.raises(ExcludesError):
        external.read_excludes(path)


def test_exclude_that_nothing_needs_is_named() -> None:
    found = external.report([Outcome("https://a.org", State.OK, 200)], WHEN, [Exclude("https://b.org", "x")])
    assert found["unused_excludes"] == ["https://b.org"]
    assert "`https://b.org`" in external.markdown(found)


# the issue


def report(*broken: str, when: datetime = WHEN) -> dict:
    """A report in which these addresses are broken."""
    outcomes = [Outcome(url, State.BROKEN, 404, "not found", ("chapters/x.md:1",)) for url in broken]
    return external.report([*outcomes, Outcome("https://fine.org", State.BLOCKED, 403)], when)


LATER = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)


def test_plan_opens_one_issue() -> None:
    (action,) = issue.plan(report("https://a.org/x"), [])
    assert isinstance(action, Open)
    assert MARK in action.body
    assert "https://a.org/x" in action.body
    assert "fine.org" not in action.body


def test_plan_does_nothing_when_all_is_well() -> None:
    assert issue.plan(report(), []) == []


def test_plan_updates_when_something_changed() -> None:
    old = Issue(4, issue.text(report("https://a.org/x")))
    (action,) = issue.plan(report("https://a.org/x", "https://b.org/y", when=LATER), [old])
    assert isinstance(action, Update)
    assert action.number == 4


def test_plan_leaves_the_issue_alone_when_nothing_changed() -> None:
    old = Issue(4, issue.text(report("https://a.org/x")))
    assert issue.plan(report("https://a.org/x", when=LATER), [old]) == []


def test_plan_closes_when_green() -> None:
    (action,) = issue.plan(report(), [Issue(4, MARK)])
    assert isinstance(action, Close)
    assert action.number == 4


def test_plan_keeps_one_of_several() -> None:
    same = issue.text(report("https://a.org/x"))
    actions = issue.plan(report("https://a.org/x"), [Issue(9, same), Issue(4, same)])
    assert actions == [Close(9, "Continued in #4.")]


def test_plan_never_touches_other_issues() -> None:
    assert issue.plan(report(), [Issue(1, "somebody's issue")]) == []


def test_text_is_cut() -> None:
    body = issue.text(report(*(f"https://a.org/{number:050d}" for number in range(2000))))
    assert len(body) < 65_000
    assert "goes on" in body


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch):
    """A GitHub on this machine."""
    fake = FakeGitHub()
    with serve(fake) as address:
        monkeypatch.setenv("GITHUB_REPOSITORY", "example-org/small-book")
        monkeypatch.setenv("GITHUB_TOKEN", "secret")
        monkeypatch.setenv("GITHUB_API_URL", address)
        fake.tracker = GitHub("example-org/small-book", "secret", address)
        yield fake


def test_life_of_the_issue(github) -> None:
    issue.keep(report("https://a.org/x"), github.tracker)
    assert [(i["title"], i["labels"], i["state"]) for i in github.issues] == [(issue.TITLE, [LABEL], "open")]
    issue.keep(report("https://a.org/x", when=LATER), github.tracker)
    issue.keep(report("https://a.org/x", "https://b.org/y", when=LATER), github.tracker)
    assert len(github.issues) == 1
    assert "https://b.org/y" in github.issues[0]["body"]
    issue.keep(report(when=LATER), github.tracker)
    assert github.issues[0]["state"] == "closed"
    assert len(github.comments) == 1
    issue.keep(report(when=LATER), github.tracker)
    assert github.writes == ["POST /issues", "PATCH /issues/1", "POST /issues/1/comments", "PATCH /issues/1"]
    issue.keep(report("https://c.org/z", when=LATER), github.tracker)
    assert [i["state"] for i in github.issues] == ["closed", "open"]


def test_pull_requests_and_further_pages_of_issues(github) -> None:
    for _ in range(100):
        github.add("other", labels=[LABEL])
    github.add(MARK, labels=[LABEL], pull_request={})
    number = github.add(MARK, labels=[LABEL])
    issue.keep(report("https://a.org/x"), github.tracker)
    assert github.writes == [f"PATCH /issues/{number}"]


def test_github_that_fails(github) -> None:
    github.broken = True
    with pytest.raises(TrackerError, match="502"):
        github.tracker.issues()


def test_wrong_token(github) -> None:
    with pytest.raises(TrackerError, match="401"):
        GitHub("example-org/small-book", "wrong", github.tracker._base.split("/repos")[0]).issues()


def test_issue_command(github, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report("https://a.org/x")))
    assert issue.main([str(path)]) == 0
    assert "open" in capsys.readouterr().out
    github.broken = True
    assert issue.main([str(path)]) == 2


def test_report_and_issue_in_one_command(github, built, tmp_path: Path) -> None:
    class Nothing:
        def ask(self, method: str, url: str) -> Answer:
            return Answer(404)

    files = ["--json", str(tmp_path / "r.json"), "--markdown", str(tmp_path / "r.md"), "--issue"]
    assert external.main(["--root", str(built.root), *files], Nothing()) == 0
    assert github.writes == ["POST /issues"]


def test_issue_command_without_a_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    assert issue.main([str(tmp_path / "report.json")]) == 2
    assert "GITHUB_TOKEN" in capsys.readouterr().err


def test_redirects_are_not_followed_by_the_client(world) -> None:
    assert WebClient("x", 1).ask("GET", f"{world.address}/moved").location == "/ok"
    assert urllib.request.urlopen(f"{world.address}/ok").status == 200
