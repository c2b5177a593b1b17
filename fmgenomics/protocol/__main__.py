"""``python -m fmgenomics.protocol TABLE --predictions my_model --out report/``: exit 0 with a report, 2 with one line that says what to mend."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from fmgenomics.lab.finding import SEED

from . import measures
from .problem import InputError
from .run import DRAWS, evaluate


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fmgenomics.protocol",
        description="Compare a model's predictions or embeddings with the baselines everyone owes, and write a report.",
    )
    parser.add_argument("table", help="CSV, TSV or Parquet: a row a sequence")
    parser.add_argument("--sequences", help="FASTA with the sequences, by the table's id; otherwise a column has them")
    parser.add_argument("--sequence", default="sequence", help="column of sequences (default: %(default)s)")
    parser.add_argument("--id", default="id", help="column of names, needed with --sequences (default: %(default)s)")
    parser.add_argument("--label", default="label", help="column of labels (default: %(default)s)")
    parser.add_argument(
        "--split", default="split", help="column that says train, validation or test (default: %(default)s)"
    )
    parser.add_argument(
        "--predictions", default="", help="columns of predictions, separated by commas; larger: more positive"
    )
    parser.add_argument("--embeddings", help="a matrix (.npy or .parquet) with a row for each row of the table")
    parser.add_argument("--task", default="classification", choices=["classification", "regression"])
    parser.add_argument("--positive", help="the label that counts as positive")
    parser.add_argument("--metric", choices=[*measures.CLASSIFICATION, *measures.REGRESSION], help="what decides")
    parser.add_argument(
        "--threshold", type=float, help="from which score on an item is called positive (MCC, accuracy)"
    )
    parser.add_argument("--cnn", action="store_true", help="fit a small convolutional network too")
    parser.add_argument("--draws", type=int, default=DRAWS, help="bootstrap draws (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of every random choice (default: %(default)s)")
    parser.add_argument("--out", required=True, help="folder for the report")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    began = time.monotonic()

    def say(text: str) -> None:
        if not options.quiet:
            print(f"[{time.monotonic() - began:6.1f} s] {text}", file=sys.stderr, flush=True)

    try:
        report = evaluate(
            options.table, label=options.label, split=options.split, sequence=options.sequence, id=options.id,
            predictions=[name.strip() for name in options.predictions.split(",") if name.strip()],
            sequences=options.sequences, embeddings=options.embeddings, task=options.task, positive=options.positive,
            metric=options.metric, threshold=options.threshold, cnn=options.cnn, draws=options.draws,
            seed=options.seed, out=options.out, progress=say,
        )  # fmt: skip
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        return 130
    for model, words in report.verdicts.items():
        print(f"{model}: {words}")
    print(f"report: {Path(options.out) / 'report.html'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
