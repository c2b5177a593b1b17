"""The Sphinx extension: roles that write numbers, tables that the evidence generates, and the evidence pages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging

from fmgenomics.evidence import ROOT, EvidenceError

from . import addresses, atlas, directives, downloads, evidence_pages, maths, roles
from .book import discard_damaged, evidence_of, fingerprint, verdict_of

logger = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_ASSETS = ("page.css", "page.js", "atlas.js")


def _prepare(app: Sphinx, config: Config) -> None:
    """Before anything is read: let cells import the package, and never show a cell's output for other evidence."""
    paths = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    config.fmgenomics_fingerprint = fingerprint()
    config.nb_execution_cache_path = str(Path(app.outdir).parent / ".executed" / config.fmgenomics_fingerprint)
    if damage := discard_damaged(Path(config.nb_execution_cache_path)):
        logger.info(f"The cells are executed anew, since their stored output was damaged ({damage})")
    config.html_static_path.append(str(_HERE / "static"))
    config.templates_path.append(str(_HERE / "theme"))
    _link_repository(config.html_theme_options)


def _link_repository(options: dict[str, Any]) -> None:
    """Edit, issue and source buttons need a repository; only the build knows it, so without one they are absent."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    if not repository:
        return
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    options.update(
        repository_url=f"{server}/{repository}",
        repository_branch=os.environ.get("BOOK_BRANCH", "main"),
        use_repository_button=True,
        use_edit_page_button=True,
        use_issues_button=True,
    )


def _load(app: Sphinx) -> None:
    try:
        evidence_of(app)
    except EvidenceError as error:
        raise ExtensionError(str(error)) from error


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    # Its hash holds the places of the checkout and the environment, and nothing here builds on old output.
    (Path(app.outdir) / ".buildinfo").unlink(missing_ok=True)
    evidence = evidence_of(app)
    folder = Path(app.outdir) / addresses.FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "download").mkdir(parents=True)
    for name in _ASSETS:
        shutil.copyfile(_HERE / "assets" / name, folder / name)
    evidence_pages.write_pages(evidence, folder, logger.info)
    evidence_pages.write_verdict_page(evidence, verdict_of(app), folder)
    atlas.write_atlas(evidence, folder, logger.info)
    downloads.write_downloads(evidence, folder / "download", logger.info)


# What docutils and MyST write, and what a screen reader can use instead: entries of a deprecated role make their list
# empty, and the boxes of a printed checklist have no name.
_FOR_SCREEN_READERS = {
    'role="doc-biblioentry"': 'role="listitem"',
    'class="task-list-item-checkbox"': 'class="task-list-item-checkbox" aria-label="To check"',
}


def _mend_markup(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    for written, mended in _FOR_SCREEN_READERS.items():
        if "body" in context:
            context["body"] = context["body"].replace(written, mended)


def setup(app: Sphinx) -> dict[str, Any]:
    # A change of the fingerprint makes Sphinx read every page again.
    app.add_config_value("fmgenomics_fingerprint", "", "env")
    app.add_css_file("fmgenomics.css")
    app.connect("config-inited", _prepare)
    app.connect("builder-inited", _load)
    app.connect("html-page-context", _mend_markup)
    app.connect("build-finished", _write)
    roles.setup(app)
    directives.setup(app)
    maths.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
