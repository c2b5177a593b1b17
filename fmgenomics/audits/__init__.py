"""Audits of published benchmark files: a reader runs them on a clone of the public repository and gets our figures.

``python -m fmgenomics.audits.genomic_benchmarks PATH`` and ``python -m fmgenomics.audits.phage_identity PATH`` print their numbers
with the commit of the clone; ``--json`` prints them for a program. A file that is not as described ends the audit with
one line and exit code 2.
"""
