"""Servers on this machine that stand for the outside world."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8") if length else ""
        status, headers, text = self.server.answer(self.command, self.path, body, dict(self.headers))  # type: ignore[attr-defined]
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            data = text.encode("utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)
        except OSError:
            pass

    do_GET = do_HEAD = do_POST = do_PATCH = _serve

    def log_message(self, *_args: object) -> None:
        return


Reply = tuple[int, dict[str, str], str]


@contextmanager
def serve(answer: Callable[[str, str, str, dict[str, str]], Reply]) -> Iterator[str]:
    """Run a server as long as the block; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.answer = answer  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class World:
    """Pages with every behaviour the report must tell apart; each request is remembered."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.agents: set[str] = set()

    def __call__(self, method: str, path: str, _body: str, headers: dict[str, str]) -> Reply:
        self.asked.append((method, path))
        self.agents.add(headers.get("User-Agent", ""))
        times = sum(1 for _, asked in self.asked if asked == path)
        if path.startswith("/api/handles/"):
            return self._handle(path)
        if path.startswith("/works/"):
            return self._work(path)
        if path == "/slow":
            time.sleep(1.5)
            return 200, {}, "late"
        if path == "/patience":
            return (429, {"Retry-After": "7"}, "") if times == 1 else (200, {}, "ok")
        simple: dict[str, Reply] = {
            "/ok": (200, {}, "ok"),
            "/moved": (301, {"Location": "/ok"}, ""),
            "/for-now": (302, {"Location": "/ok"}, ""),
            "/moved-to-nothing": (301, {"Location": "/gone"}, ""),
            "/circle": (301, {"Location": "/circle"}, ""),
            "/forbidden": (403, {}, ""),
            "/teapot": (418, {}, ""),
            "/missing": (404, {}, ""),
            "/gone": (410, {}, ""),
            "/failing": (500, {}, ""),
            "/busy": (429, {"Retry-After": "3"}, ""),
            "/busy-for-long": (429, {"Retry-After": "9999"}, ""),
            "/no-head": (405, {}, "") if method == "HEAD" else (200, {}, "ok"),
            "/head-lies": (404, {}, "") if method == "HEAD" else (200, {}, "ok"),
        }
        return simple.get(path, (404, {}, ""))

    def _handle(self, path: str) -> Reply:
        doi = path.removeprefix("/api/handles/")
        if doi == "10.1234/unknown":
            return 404, {}, json.dumps({"responseCode": 100})
        if doi == "10.1234/odd":
            return 200, {}, "<html>"
        return 200, {}, json.dumps({"responseCode": 1, "handle": doi})

    def _work(self, path: str) -> Reply:
        titles = {
            "/works/10.1234%2Fother": "Something else entirely",
            "/works/10.1234%2Fsame": "A <i>genome</i> model: v2",
        }
        if path not in titles:
            return 404, {}, "Resource not found."
        return 200, {}, json.dumps({"message": {"title": [titles[path]]}})


class FakeGitHub:
    """Issues in memory, behind the few addresses that the issue keeper uses."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.comments: list[tuple[int, str]] = []
        self.writes: list[str] = []
        self.broken = False

    def add(self, body: str, **extra: Any) -> int:
        number = len(self.issues) + 1
        self.issues.append({"number": number, "body": body, "state": "open", "labels": [], **extra})
        return number

    def __call__(self, method: str, path: str, body: str, headers: dict[str, str]) -> Reply:
        if self.broken:
            return 502, {}, ""
        if headers.get("Authorization") != "Bearer secret":
            return 401, {}, "{}"
        data = json.loads(body) if body else {}
        place, _, query = path.removeprefix("/repos/example-org/small-book").partition("?")
        if method == "GET" and place == "/issues":
            options = dict(pair.split("=") for pair in query.split("&"))
            rows = [i for i in self.issues if i["state"] == "open" and options["labels"] in i["labels"]]
            start = (int(options["page"]) - 1) * 100
            return 200, {}, json.dumps(rows[start : start + 100])
        self.writes.append(f"{method} {place}")
        if method == "POST" and place == "/issues":
            return 201, {}, json.dumps({"number": self.add(data["body"], labels=data["labels"], title=data["title"])})
        number = int(place.split("/")[2])
        if method == "POST":
            self.comments.append((number, data["body"]))
            return 201, {}, "{}"
        self.issues[number - 1].update(data)
        return 200, {}, "{}"
