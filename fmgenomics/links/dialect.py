"""The Markdown the book is written in: the parser, roles and directives that its own _config.yml switches on.

Nothing here is a copied list. The configuration is loaded as ``jupyter-book build`` loads it, a Sphinx
application is made from it without building anything, and its registries are read.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml
from docutils.parsers.rst import Directive, directives, roles
from docutils.parsers.rst.languages import en
from docutils.utils import new_document
from jupyter_book.config import get_final_config
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from myst_parser.sphinx_ext.main import create_myst_config
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

CONFIG = "_config.yml"
TOC = "_toc.yml"
# sphinx-external-toc is left out when the registries are read (it would demand a sound _toc.yml first).
_EXTERNAL_TOC_DIRECTIVES = ("tableofcontents",)


class ConfigError(ValueError):
    """The book's configuration cannot be read, so nothing can be checked."""


@dataclass(frozen=True)
class Dialect:
    """Everything about the book that _config.yml decides."""

    root: Path
    config: Mapping[str, Any]
    myst: MdParserConfig
    role_names: frozenset[str]
    directive_classes: Mapping[str, type[Directive]]
    local_modules: frozenset[str]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def parser(self) -> MarkdownIt:
        """A MyST parser that keeps what the checks need: escapes stay apart from text, reference labels stay known."""
        md = create_md_parser(self.myst, RendererHTML)
        md.options["store_labels"] = True
        md.disable(["text_join", "smartquotes", "replacements"], ignoreInvalid=True)
        return md

    def is_local(self, directive: str) -> bool:
        """Whether a directive comes from the book's own extensions (what it prints is known only after a build)."""
        cls = self.directive_classes.get(directive)
        module = getattr(cls, "__module__", "")
        return any(module == name or module.startswith(name.split(".")[0] + ".") for name in self.local_modules)


def load(root: Path) -> Dialect:
    """Read the dialect of the book at ``root``.

    Raises ConfigError when _config.yml is missing, is not YAML, or Sphinx cannot be started from it.
    """
    path = root / CONFIG
    if not path.is_file():
        raise ConfigError(f"{path}: no such file; --root must be the folder that holds {CONFIG} and {TOC}")
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(config, dict):
        raise ConfigError(f"{path}: must be a mapping of settings")
    try:
        final, _ = get_final_config(
            user_yaml=path, cli_config={"latex_individualpages": False}, sourcedir=root, use_external_toc=False
        )
        return _from_sphinx(root, config, final)
    except Exception as error:  # any extension may raise anything while it is set up
        raise ConfigError(f"{path}: Sphinx does not start from it: {type(error).__name__}: {error}") from error


class _Registries(Sphinx):
    """A Sphinx application that is set up and then stops, before any extension loads data for a build."""

    def _init_builder(self) -> None:
        create_myst_config(self)


def _from_sphinx(root: Path, config: dict[str, Any], final: dict[str, Any]) -> Dialect:
    with tempfile.TemporaryDirectory() as scratch, patch_docutils(None), docutils_namespace():
        app = _Registries(
            srcdir=str(root),
            confdir=None,
            outdir=f"{scratch}/out",
            doctreedir=f"{scratch}/doctrees",
            buildername="dummy",
            confoverrides=final,
            status=None,
            warning=io.StringIO(),
            freshenv=True,
        )
        return Dialect(
            root=root,
            config=config,
            myst=cast("Any", app.env).myst_config,
            role_names=frozenset(_role_names(app)),
            directive_classes=_directive_classes(app),
            local_modules=frozenset((config.get("sphinx") or {}).get("local_extensions") or {}),
            settings={
                "suffixes": tuple(app.config.source_suffix),
                "exclude_patterns": tuple(app.config.exclude_patterns),
                "only_toc_files": bool(config.get("only_build_toc_files", False)),
                "bibfiles": tuple(getattr(app.config, "bibtex_bibfiles", None) or ()),
                "numfig": bool(app.config.numfig),
                "extra_paths": tuple(app.config.html_extra_path),
                "static_paths": tuple(app.config.html_static_path),
                "intersphinx": frozenset(getattr(app.config, "intersphinx_mapping", None) or {}),
                "substitutions": dict(app.config.myst_substitutions),
                "logo": str(config.get("logo") or ""),
                "favicon": str((config.get("html") or {}).get("favicon") or ""),
                "baseurl": app.config.html_baseurl or "",
            },
        )


def _role_names(app: Sphinx) -> set[str]:
    names = set(roles._roles) | set(roles._role_registry) | set(en.roles)
    for domain in app.env.domains.values():
        names.update(f"{domain.name}:{name}" for name in domain.roles)
        if domain.name in {"std", app.config.primary_domain}:
            names.update(domain.roles)
    return {name for name in names if name}


def _directive_classes(app: Sphinx) -> dict[str, type[Directive]]:
    document = new_document("dialect")
    names = set(directives._directives) | set(directives._directive_registry) | set(en.directives)
    found: dict[str, type[Directive]] = {}
    for name in sorted(names):
        cls, _ = directives.directive(name, en, document)
        if isinstance(cls, type):
            found[name] = cast("type[Directive]", cls)
    for domain in app.env.domains.values():
        for name, cls in domain.directives.items():
            found[f"{domain.name}:{name}"] = cls
            if domain.name in {"std", app.config.primary_domain}:
                found.setdefault(name, cls)
    for name in _EXTERNAL_TOC_DIRECTIVES:
        found.setdefault(name, Directive)
    return found
