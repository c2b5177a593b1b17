"""Preview the book on this machine and rebuild it on save, with sphinx-autobuild on the settings of _config.yml."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "_build" / "serve"
# Read anew at every rebuild, so that a change of _config.yml shows too; nothing is written beside the sources.
SETTINGS = """\
from pathlib import Path

from jupyter_book.config import get_final_config

root = Path({root!r})
given = {{"latex_individualpages": False}}
globals().update(get_final_config(user_yaml=root / "_config.yml", sourcedir=root, cli_config=given)[0])
bibtex_bibfiles = [str(root / name) for name in bibtex_bibfiles]
"""
# Rebuilding writes below these or reads nothing from them.
IGNORED = ("_build", ".venv", ".git", "tests", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache")


def command(port: int) -> list[str]:
    """The call of sphinx-autobuild; writes the settings it reads."""
    CONFIG.mkdir(parents=True, exist_ok=True)
    (CONFIG / "conf.py").write_text(SETTINGS.format(root=str(ROOT)), "utf-8")
    ignored = [part for name in IGNORED for part in ("--re-ignore", rf"(^|/){name.replace('.', '[.]')}(/|$)")]
    served = ["--host", "127.0.0.1", "--port", str(port), "--conf-dir", str(CONFIG)]
    autobuild = str(Path(sys.executable).with_name("sphinx-autobuild"))
    return [autobuild, *served, *ignored, str(ROOT), str(ROOT / "_build" / "preview")]


def main() -> int:
    parser = argparse.ArgumentParser(description="Preview the book on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    try:
        return subprocess.call(command(parser.parse_args().port))
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    raise SystemExit(main())
