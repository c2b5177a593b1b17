"""How time and memory of the protocol grow with the number of sequences.

    python benchmarks/protocol_scale.py [--sizes 1000,10000,100000] [--length 1000]

Each size is a simulated table on disk, evaluated by the command in a process of its own; time is from start to exit, memory the
most that the process held. A fifth are test sequences, and a tenth of those are changed copies of training sequences.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fmgenomics.lab.simulate import BASES, World, diverge  # noqa: E402

PART = 2000
LETTERS = np.frombuffer(BASES.encode(), dtype=np.uint8)


def write_table(path: Path, count: int, length: int, seed: int) -> None:
    rng = np.random.default_rng([seed, count, length])
    world = World(length=length, decoys=0.5)
    with path.open("w", encoding="ascii") as stream:
        stream.write("id,sequence,label,split,model\n")
        earlier = None
        for start in range(0, count, PART):
            sample = world.draw(rng, min(PART, count - start))
            codes, labels = sample.codes, sample.labels
            train = rng.random(len(labels)) < 0.8
            if earlier is not None:
                copies = np.flatnonzero(~train & (rng.random(len(labels)) < 0.1))
                sources = rng.integers(0, len(earlier[1]), len(copies))
                codes[copies], labels[copies] = diverge(rng, earlier[0][sources], 0.04), earlier[1][sources]
            if train.any():
                earlier = codes[train], labels[train]
            scores = rng.normal(labels, 1)
            for row, label, is_train, score in zip(LETTERS[codes], labels, train, scores, strict=True):
                split = "train" if is_train else "test"
                stream.write(f"r{start},{row.tobytes().decode()},{int(label)},{split},{score:.4f}\n")
                start += 1


def measure(command: list[str]) -> tuple[float, float, str]:
    """Seconds, MiB and the progress of a command."""
    with tempfile.TemporaryFile("w+") as log:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        text = log.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    return seconds, usage.ru_maxrss / 1024, text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--length", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", action="store_true", help="print when each step began")
    options = parser.parse_args()
    before = None
    print(f"{'sequences':>10}  {'bp':>6}  {'seconds':>8}  {'MiB':>6}  growth of time")
    with tempfile.TemporaryDirectory() as folder:
        for size in map(int, options.sizes.split(",")):
            table = Path(folder) / f"{size}.csv"
            write_table(table, size, options.length, options.seed)
            command = [sys.executable, "-m", "fmgenomics.protocol", str(table), "--predictions", "model"]
            seconds, memory, text = measure([*command, "--out", str(Path(folder) / f"report-{size}")])
            growth = "" if before is None else f"{seconds / before[1]:.1f} for {size / before[0]:g} times the sequences"
            print(f"{size:>10,}  {options.length:>6,}  {seconds:>8.1f}  {memory:>6,.0f}  {growth}", flush=True)
            if options.steps:
                print(text)
            before = (size, seconds)
            table.unlink()


if __name__ == "__main__":
    main()
