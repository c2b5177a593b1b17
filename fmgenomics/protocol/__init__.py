"""Bring your own model: the protocol of the book as one command, and as one function for a notebook.

>>> from fmgenomics.protocol import evaluate
>>> report = evaluate("table.csv", predictions=["my_model"])
>>> report.verdicts
{'my_model': 'no gain'}

The order of the modules: ``reading`` checks the input, ``leakage`` finds copies, ``baselines`` fits, ``measures`` scores on bootstrap
draws, ``findings`` holds the result and the rule of the verdict, ``advice`` says it in words, ``report`` shows it, ``writing`` writes it.
"""

from .problem import InputError
from .report import Report
from .run import evaluate

__all__ = ["InputError", "Report", "evaluate"]
