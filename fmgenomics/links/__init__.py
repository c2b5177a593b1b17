"""The link-check suite of the book.

Two sides are read: the sources as the authors write them (``sources``, ``toc``) and the pages as the
reader gets them (``html``, ``lychee``). What the outside world answers is a scheduled report
(``external``, ``issue``) and never a gate.
"""
