"""Addresses that lead back to the project itself: its repository and its published site can be checked offline."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from fmgenomics.links.targets import Files
from fmgenomics.links.urls import UrlProblem

_FIXED_REF = re.compile(r"^(?:[0-9a-f]{7,40}|v?\d+(?:\.\d+)+)$")


@dataclass(frozen=True)
class OwnSites:
    """Where the project lives on the web; empty strings when it does not say."""

    repository: str
    site: str

    @classmethod
    def of(cls, root: Path, config: Mapping[str, Any]) -> OwnSites:
        """Read both addresses from _config.yml; the repository also from CITATION.cff or the runner's environment."""
        theme = ((config.get("sphinx") or {}).get("config") or {}).get("html_theme_options") or {}
        repository = (config.get("repository") or {}).get("url") or theme.get("repository_url")
        repository = repository or _cited_repository(root / "CITATION.cff") or _runner_repository()
        site = (config.get("html") or {}).get("baseurl") or ""
        return cls(str(repository).rstrip("/").removesuffix(".git"), str(site).rstrip("/"))

    def problem(self, target: str, files: Files, docs: Mapping[str, object]) -> UrlProblem | None:
        """What is wrong with an address inside the project's own repository or site."""
        if self.repository and target.startswith(f"{self.repository}/"):
            return self._repository_problem(target[len(self.repository) + 1 :], files)
        raw = self.repository.replace("https://github.com/", "https://raw.githubusercontent.com/")
        if self.repository and target.startswith(f"{raw}/"):
            return self._repository_problem(f"raw/{target[len(raw) + 1 :]}", files)
        if self.site and target.startswith(f"{self.site}/"):
            return self._site_problem(target[len(self.site) + 1 :], docs, files)
        return None

    @staticmethod
    def _repository_problem(rest: str, files: Files) -> UrlProblem | None:
        parts = urlsplit(rest)
        path = unquote(parts.path).rstrip("/")
        kind, _, tail = path.partition("/")
        if kind in {"blob", "tree", "raw", "edit", "blame"}:
            ref, _, inside = tail.partition("/")
            if inside and not _FIXED_REF.match(ref) and not files.exists(inside):
                return UrlProblem("no such file in this repository", files.nearest(inside))
        if path.startswith("actions/workflows/"):
            workflow = f".github/workflows/{path.split('/')[2]}"
            if not files.exists(workflow):
                return UrlProblem("no such workflow in this repository", files.nearest(workflow))
        if path == "issues/new" and (template := parse_qs(parts.query).get("template")):
            form = f".github/ISSUE_TEMPLATE/{template[0]}"
            if not files.exists(form):
                return UrlProblem("no such issue form in this repository", files.nearest(form))
        return None

    @staticmethod
    def _site_problem(rest: str, docs: Mapping[str, object], files: Files) -> UrlProblem | None:
        path = unquote(urlsplit(rest).path)
        if not path.endswith(".html") or path in {"index.html", "search.html", "genindex.html", "404.html"}:
            return None
        if path.removesuffix(".html") not in docs:
            near = files.nearest(path.removesuffix(".html") + ".md", (".md",))
            return UrlProblem("the book has no such page", near.removesuffix(".md") + ".html" if near else "")
        return None


def _cited_repository(citation: Path) -> str:
    if not citation.is_file():
        return ""
    match = re.search(r"^repository-code:\s*[\"']?(\S+?)[\"']?\s*$", citation.read_text(encoding="utf-8"), re.M)
    return match.group(1) if match else ""


def _runner_repository() -> str:
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{repository}" if repository else ""
