"""How loading, checking and indexing the evidence grows with its rows: today's, 10 and 100 times.

    python benchmarks/evidence_scale.py [--times 1 10 100]

The larger bases are today's results repeated under other tables, in a temporary folder. Each figure is the best of three
runs in a fresh process: seconds, peak memory, and per row.
"""

from __future__ import annotations

import argparse
import csv
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TIMED = """
import resource, sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
started = time.perf_counter()
from fmgenomics.evidence import load
imported = time.perf_counter()
evidence = load(Path({base!r}))
done = time.perf_counter()
print(len(evidence.results), imported - started, done - imported, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def grow(base: Path, times: int) -> None:
    """Repeat every table and its results ``times`` times under ids of their own."""
    for name in ("tables.csv", "results.csv"):
        path = base / "evidence" / name
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        columns = list(rows[0])
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, columns, lineterminator="\n")
            writer.writeheader()
            for copy in range(times):
                for row in rows:
                    if copy == 0:
                        writer.writerow(row)
                        continue
                    changed = dict(row, id=f"{row['id']}-copy{copy}")
                    if "table" in row:
                        changed["table"] = f"{row['table']}-copy{copy}"
                    writer.writerow(changed)


def measure(base: Path) -> tuple[int, float, float, int]:
    """Rows, seconds to import, seconds to load and check, peak memory in KiB."""
    code = _TIMED.format(root=str(ROOT), base=str(base))
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    return int(output[0]), float(output[1]), float(output[2]), int(output[3])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 100])
    options = parser.parse_args()
    print("| times | result rows | import s | load, check, index s | µs a row | peak MiB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for times in options.times:
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder)
            shutil.copytree(ROOT / "evidence", base / "evidence")
            shutil.copyfile(ROOT / "references.bib", base / "references.bib")
            grow(base, times)
            started = time.monotonic()
            runs = [measure(base)]
            while len(runs) < 3 and time.monotonic() - started < 120:
                runs.append(measure(base))
        rows, imported, seconds, memory = min(runs, key=lambda run: run[2])
        print(
            f"| {times} | {rows:,} | {imported:.2f} | {seconds:.2f} | {1e6 * seconds / rows:.0f} | {memory / 1024:.0f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    raise SystemExit(main())
