"""The working parts of *Actual Performance of Foundation Models in Genomics*.

Data walks one way, and imports run in this direction only::

    evidence  ->  verdict  ->  figures  ->  pages
    (load,        (contests,   (charts)    (Sphinx roles, generated
     validate)     margins)                 tables, the atlas)

``links`` proves the cross-references of the book; ``lab`` is the evaluation laboratory; both stand beside this line.
Nothing here knows a chapter.
"""
