"""Changes the evidence all or nothing: what is wrong changes nothing, and a kill at any moment loses nothing.

The new files are written beside the old ones and validated there. Only then a note of what is to be replaced is made,
and each file replaced by a rename. Whoever comes next finds either no note (and throws the unfinished files away), or a
note (and finishes the renames).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from fmgenomics.bibliography import BibliographyError
from fmgenomics.evidence import Evidence, EvidenceError, Problem, load

from .refusal import Refusal

PENDING = "evidence/.pending"
_NOTE = "replace.json"
_DEFERRED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Explain = Callable[[Problem], str]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """To the disk itself, so that the note is never there before what it names."""
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One at a time; raises :class:`Refusal` while another run changes the same evidence."""
    try:
        handle = os.open(root / "evidence", os.O_RDONLY)
    except OSError as error:
        raise Refusal([f"evidence/: cannot be opened: {error.strerror}"]) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(["Another run is changing the evidence; run the same command again when it ends."]) from None
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Interrupts wait until the renames, which take no time, are done."""
    old = signal.pthread_sigmask(signal.SIG_BLOCK, _DEFERRED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)


def _finish(root: Path, pending: Path) -> None:
    """Carry out the note; what was changed by hand since is kept, and told."""
    note: dict[str, list[str]] = json.loads((pending / _NOTE).read_text("utf-8"))
    states = {name: _digest(root / name) for name in note}
    foreign = [name for name, (was, becomes) in note.items() if states[name] not in (was, becomes)]
    if foreign:
        raise Refusal(
            [
                f"{name}: an earlier run was killed, and the file has changed since. Its version is in {PENDING}/{name}: "
                f"take over what you want, remove the folder {PENDING}, and run again."
                for name in foreign
            ]
        )
    for name, (_, becomes) in note.items():
        if states[name] != becomes:
            (pending / name).replace(root / name)
    shutil.rmtree(pending)


def recover(root: Path) -> None:
    """Finish or throw away what an earlier, killed run left."""
    pending = root / PENDING
    if not pending.exists():
        return
    if (pending / _NOTE).exists():
        _finish(root, pending)
    else:
        shutil.rmtree(pending)


def _explained(error: EvidenceError, explain: Explain) -> Refusal:
    return Refusal(explain(problem) for problem in error.problems)


Changes = Mapping[str, bytes]
"""The new bytes of each file that changes, by its path below the root, in the order in which they are replaced."""


def change(root: Path, prepare: Callable[[], tuple[Changes, Explain]]) -> Evidence:
    """Make the changes that ``prepare`` computes, and hand back the evidence that results.

    ``prepare`` also says how a problem of the new rows is told. Raises :class:`Refusal`; then nothing was changed.
    """
    with _alone(root):
        pending = root / PENDING
        try:
            recover(root)
            changes, explain = prepare()
            before = {name: _digest(root / name) for name in changes}
            (pending / "evidence").mkdir(parents=True)
            for path in [*sorted((root / "evidence").glob("*.*")), root / "references.bib"]:
                if path.is_file():
                    shutil.copy(path, pending / path.relative_to(root))
            for name, data in changes.items():
                _write(pending / name, data)
            try:
                evidence = load(pending)
            except EvidenceError as error:
                raise _explained(error, explain) from None
            except BibliographyError as error:
                raise Refusal(str(error).splitlines()) from None
            with _undisturbed():
                moved = [name for name, was in before.items() if _digest(root / name) != was]
                if moved:
                    raise Refusal([f"{name}: changed while this ran; run the same command again" for name in moved])
                note = {name: [before[name], _digest(pending / name)] for name in changes}
                half = pending / (_NOTE + ".half")
                _write(half, json.dumps(note).encode())
                half.replace(pending / _NOTE)
                _finish(root, pending)
        except OSError as error:
            place = Path(str(error.filename)).name if error.filename else "a copy of the evidence"
            raise Refusal([f"{place}: cannot be written: {error.strerror}. Nothing was changed; run again."]) from None
        finally:
            if pending.exists() and not (pending / _NOTE).exists():
                shutil.rmtree(pending, ignore_errors=True)
        return evidence
