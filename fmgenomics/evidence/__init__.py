"""The evidence: load and validate the tables in ``evidence/``."""

from .load import ROOT, Evidence, load
from .problem import EvidenceError, Problem

__all__ = ["ROOT", "Evidence", "EvidenceError", "Problem", "load"]
