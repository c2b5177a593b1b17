"""references.bib is sound, and every check of it sees its fault."""

import re
from pathlib import Path

import pytest
from pybtex.database import parse_string
from pybtex.plugin import find_plugin

from fmgenomics.bibliography import BibliographyError, Entry, load_keys, problems, short_citation

BIBLIOGRAPHY = Path(__file__).resolve().parent.parent / "references.bib"

SOUND = r"""@article{brixi2026genome,
  author        = {Brixi, Garyk and Durrant, Matthew G. and de la Cruz, Ana},
  title         = {Genome modelling with {Evo 2} \& {CRISPR}},
  year          = {2026},
  journal       = {Nature},
  volume        = {652},
  pages         = {1349--1361},
  doi           = {10.1038/s41586-026-10176-5},
  note          = {First posted 2025-02 as bioRxiv 10.1101/2025.02.18.638918},
  keywords      = {peer-reviewed},
}

@inproceedings{zhou2024dnabert2,
  author        = {Zhou, Zhihan and Ji, Yanrong},
  title         = {{DNABERT-2}: Efficient Foundation Model},
  year          = {2024},
  booktitle     = {International Conference on Learning Representations},
  eprint        = {2306.15006},
  archiveprefix = {arXiv},
  url           = {https://arxiv.org/abs/2306.15006},
  keywords      = {peer-reviewed},
}

@article{cole2026foundation,
  author        = {Cole, Elijah and others},
  title         = {Foundation Models Improve Perturbation Response Prediction},
  year          = {2026},
  journal       = {bioRxiv},
  doi           = {10.64898/2026.02.18.706454},
  note          = {Author list incomplete: the source consulted names only the first author},
  keywords      = {preprint},
}

@misc{arc2026vcc,
  author        = {{Arc Institute}},
  title         = {{cell-eval2}},
  year          = {2026},
  howpublished  = {Code repository},
  url           = {https://github.com/ArcInstitute/cell-eval2},
  keywords      = {software},
}
"""

TWIN = """
@misc{twin2026entry,
  author        = {Twin, Tina},
  title         = {A different title},
  year          = {2026},
  howpublished  = {Blog},
  url           = {https://example.org/post},
  keywords      = {web},
}
"""


def line_of(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


# name of the fault, text replaced, replacement, words the message must hold, key it must name
FAULTS = [
    (
        "key with an accent",
        "{brixi2026genome,",
        "{brïxi2026genome,",
        "key 'brïxi2026genome' is malformed",
        "brïxi2026genome",
    ),
    ("key with capitals", "{brixi2026genome,", "{Brixi2026genome,", "is malformed", "Brixi2026genome"),
    ("key without a year", "{arc2026vcc,", "{arcvcc,", "key 'arcvcc' is malformed", "arcvcc"),
    ("no key", "{arc2026vcc,", "{,", "key '' is malformed", "(no key)"),
    ("repeated key", "{arc2026vcc,", "{brixi2026genome,", "same key as brixi2026genome on line 1", "brixi2026genome"),
    (
        "repeated key in other case",
        "{arc2026vcc,",
        "{BRIXI2026genome,",
        "same key as brixi2026genome",
        "BRIXI2026genome",
    ),
    ("unknown type", "@misc{arc2026vcc", "@software{arc2026vcc", "entry type @software", "arc2026vcc"),
    ("string block", "@misc{arc2026vcc", "@string{arc2026vcc", "entry type @string", "arc2026vcc"),
    ("missing comma", "{{Arc Institute}},", "{{Arc Institute}}", "not valid BibTeX", "arc2026vcc"),
    ("open brace", "{{Arc Institute}},", "{{Arc Institute},", "not valid BibTeX", "arc2026vcc"),
    (
        "text after an entry",
        "{software},\n}",
        "{software},\n}\nleft over",
        "text after the closing brace",
        "arc2026vcc",
    ),
    (
        "field given twice",
        "volume        = {652},",
        "volume        = {652},\n  volume        = {653},",
        "not valid BibTeX",
        "brixi2026genome",
    ),
    (
        "misspelt field",
        "volume        = {652},",
        "volumme       = {652},",
        "unknown field 'volumme'",
        "brixi2026genome",
    ),
    ("no title", "title         = {{cell-eval2}},", "", "@misc without title", "arc2026vcc"),
    ("empty title", "title         = {{cell-eval2}},", "title         = {},", "@misc without title", "arc2026vcc"),
    ("no author", "author        = {{Arc Institute}},", "", "@misc without author", "arc2026vcc"),
    ("no year", "year          = {2024},", "", "@inproceedings without year", "zhou2024dnabert2"),
    ("article without journal", "journal       = {Nature},", "", "@article without journal", "brixi2026genome"),
    (
        "proceedings without book",
        "booktitle     = {International",
        "journal       = {International",
        "without booktitle",
        "zhou2024dnabert2",
    ),
    ("misc without publication", "howpublished  = {Code repository},", "", "@misc without howpublished", "arc2026vcc"),
    ("no keywords", "keywords      = {software},", "", "@misc without keywords", "arc2026vcc"),
    (
        "free keywords",
        "keywords      = {software},",
        "keywords      = {software, web},",
        "keywords 'software, web'",
        "arc2026vcc",
    ),
    ("year in words", "year          = {2024},", "year          = {in press},", "year 'in press'", "zhou2024dnabert2"),
    (
        "silent and others",
        "  note          = {Author list incomplete: the source consulted names only the first author},\n",
        "",
        "'and others' without",
        "cole2026foundation",
    ),
    (
        "incomplete list without others",
        "Cole, Elijah and others",
        "Cole, Elijah",
        "does not end in 'and others'",
        "cole2026foundation",
    ),
    (
        "family name alone",
        "Zhou, Zhihan and Ji, Yanrong",
        "Zhou, Zhihan and Ji",
        "author 'Ji' has no given name",
        "zhou2024dnabert2",
    ),
    (
        "names joined by semicolon",
        "Zhou, Zhihan and Ji, Yanrong",
        "Zhou, Zhihan; Ji",
        "is not one person",
        "zhou2024dnabert2",
    ),
    (
        "et al. as an author",
        "Zhou, Zhihan and Ji, Yanrong",
        "Zhou, Zhihan and {et al.}",
        "holds a placeholder",
        "zhou2024dnabert2",
    ),
    ("author not seen", "{{Arc Institute}}", "{{authors not seen}}", "holds a placeholder", "arc2026vcc"),
    ("title not seen", "{{cell-eval2}}", "{(title not seen)}", "holds a placeholder", "arc2026vcc"),
    ("no identifier", "doi           = {10.64898/2026.02.18.706454},", "", "no identifier", "cole2026foundation"),
    (
        "DOI as address",
        "{10.1038/s41586-026-10176-5}",
        "{https://doi.org/10.1038/s41586-026-10176-5}",
        "malformed DOI",
        "brixi2026genome",
    ),
    (
        "DOI with a space",
        "{10.1038/s41586-026-10176-5}",
        "{10.1038/s41586 026-10176-5}",
        "malformed DOI",
        "brixi2026genome",
    ),
    (
        "DOI with a percent sign",
        "{10.1038/s41586-026-10176-5}",
        "{10.1038%2Fs41586-026-10176-5}",
        "malformed DOI",
        "brixi2026genome",
    ),
    (
        "DOI with an escape",
        "{10.1038/s41586-026-10176-5}",
        r"{10.1038/s41586\_026}",
        "malformed DOI",
        "brixi2026genome",
    ),
    ("DOI without suffix", "{10.1038/s41586-026-10176-5}", "{10.1038}", "malformed DOI", "brixi2026genome"),
    ("empty DOI", "{10.1038/s41586-026-10176-5}", "{}", "malformed DOI", "brixi2026genome"),
    (
        "DOI with capitals",
        "{10.1038/s41586-026-10176-5}",
        "{10.1038/S41586-026-10176-5}",
        "has capitals",
        "brixi2026genome",
    ),
    (
        "DOI with a full stop",
        "{10.1038/s41586-026-10176-5}",
        "{10.1038/s41586-026-10176-5.}",
        "ends in punctuation",
        "brixi2026genome",
    ),
    (
        "DOI with a bracket",
        "{10.1038/s41586-026-10176-5}",
        "{10.1038/s41586-026-10176-5)}",
        "ends in punctuation",
        "brixi2026genome",
    ),
    (
        "preprint DOI on a published entry",
        "{10.1038/s41586-026-10176-5}",
        "{10.1101/2025.02.18.638918}",
        "preprint's DOI",
        "brixi2026genome",
    ),
    (
        "arXiv with prefix",
        "eprint        = {2306.15006}",
        "eprint        = {arXiv:2306.15006}",
        "malformed arXiv identifier",
        "zhou2024dnabert2",
    ),
    (
        "arXiv with version",
        "eprint        = {2306.15006}",
        "eprint        = {2306.15006v2}",
        "malformed arXiv identifier",
        "zhou2024dnabert2",
    ),
    ("eprint of no archive", "  archiveprefix = {arXiv},\n", "", "archiveprefix None", "zhou2024dnabert2"),
    ("plain http", "https://github.com/ArcInstitute", "http://github.com/ArcInstitute", "malformed URL", "arc2026vcc"),
    ("URL with a space", "ArcInstitute/cell-eval2", "ArcInstitute/cell eval2", "malformed URL", "arc2026vcc"),
    ("URL with an escape", "ArcInstitute/cell-eval2", r"ArcInstitute/cell\_eval2", "malformed URL", "arc2026vcc"),
    (
        "URL with a stray percent sign",
        "ArcInstitute/cell-eval2",
        "ArcInstitute/cell%zeval2",
        "malformed URL",
        "arc2026vcc",
    ),
    (
        "URL without a domain",
        "https://github.com/ArcInstitute",
        "https://localhost/ArcInstitute",
        "malformed URL",
        "arc2026vcc",
    ),
    (
        "URL with a full stop",
        "ArcInstitute/cell-eval2}",
        "ArcInstitute/cell-eval2.}",
        "ends in punctuation",
        "arc2026vcc",
    ),
    ("single hyphen in pages", "1349--1361", "1349-1361", "page range '1349-1361'", "brixi2026genome"),
    ("dash in pages", "1349--1361", "1349–1361", "page range '1349–1361'", "brixi2026genome"),
    ("unescaped ampersand", r"{Evo 2} \& {CRISPR}", "{Evo 2} & {CRISPR}", "unescaped '&'", "brixi2026genome"),
    ("unescaped percent", "{Code repository}", "{Code repository, 100% open}", "unescaped '%'", "arc2026vcc"),
    ("unescaped underscore", "{{cell-eval2}}", "{{cell_eval2}}", "unescaped '_'", "arc2026vcc"),
    ("unescaped hash", "{Code repository}", "{Code repository #2}", "unescaped '#'", "arc2026vcc"),
]


def test_sound_text_has_no_problem():
    assert problems(SOUND + TWIN, "sound.bib") == []


@pytest.mark.parametrize(
    ("old", "new", "words", "key"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_fault_is_caught(old, new, words, key):
    assert SOUND.count(old) == 1, "the fault must be planted in one place"
    found = [str(problem) for problem in problems(SOUND.replace(old, new), "planted.bib")]
    hits = [message for message in found if words in message]
    assert hits, found
    assert re.match(rf"planted\.bib:\d+: {re.escape(key)}: .+; expected .+", hits[0])
    assert all("\n" not in message for message in found)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("url           = {https://example.org/post}", "doi           = {10.1038/S41586-026-10176-5}", "doi"),
        (
            "title         = {A different title}",
            "title         = {GENOME modelling, with {Evo-2} \\& CRISPR!}",
            "title",
        ),
        (
            "url           = {https://example.org/post}",
            "eprint        = {2306.15006},\n  archiveprefix = {arXiv}",
            "eprint",
        ),
    ],
)
def test_same_source_twice_is_caught(old, new, kind):
    assert TWIN.count(old) == 1
    text = SOUND + TWIN.replace(old, new)
    hits = [problem for problem in problems(text, "twice.bib") if f"same {kind} as" in problem.what]
    assert [(hit.key, hit.line) for hit in hits] == [("twin2026entry", text[: text.rindex(new)].count("\n") + 1)]


def test_the_line_is_that_of_the_field():
    text = SOUND.replace("10.64898/2026.02.18.706454", "10.64898/2026.02.18.706454,")
    (problem,) = problems(text, "line.bib")
    assert problem.line == line_of(text, "10.64898/2026.02.18.706454,")


def test_entries_after_a_repeated_key_are_still_checked():
    text = SOUND.replace("{zhou2024dnabert2,", "{brixi2026genome,").replace("{arc2026vcc,", "{arcvcc,")
    assert {problem.key for problem in problems(text, "rest.bib")} == {"brixi2026genome", "arcvcc"}


def test_every_fault_is_reported_at_once():
    text = (
        SOUND.replace("year          = {2024},", "").replace("{software}", "{code}").replace("1349--1361", "1349-1361")
    )
    assert [problem.key for problem in problems(text, "many.bib")] == [
        "brixi2026genome",
        "zhou2024dnabert2",
        "arc2026vcc",
    ]


def test_entries_are_plain_and_typed(tmp_path):
    path = tmp_path / "sound.bib"
    path.write_text(SOUND, encoding="utf-8")
    entries = load_keys(path)
    assert list(entries) == ["brixi2026genome", "zhou2024dnabert2", "cole2026foundation", "arc2026vcc"]
    assert entries["brixi2026genome"] == Entry(
        key="brixi2026genome",
        title="Genome modelling with Evo 2 & CRISPR",
        authors=["Brixi, Garyk", "Durrant, Matthew G.", "de la Cruz, Ana"],
        year=2026,
        venue="Nature",
        doi="10.1038/s41586-026-10176-5",
        arxiv=None,
        url=None,
        peer_reviewed=True,
        note="First posted 2025-02 as bioRxiv 10.1101/2025.02.18.638918",
    )
    assert [short_citation(entry) for entry in entries.values()] == [
        "Brixi et al. 2026",
        "Zhou and Ji 2024",
        "Cole et al. 2026",
        "Arc Institute 2026",
    ]
    assert [entry.link for entry in entries.values()] == [
        "https://doi.org/10.1038/s41586-026-10176-5",
        "https://arxiv.org/abs/2306.15006",
        "https://doi.org/10.64898/2026.02.18.706454",
        "https://github.com/ArcInstitute/cell-eval2",
    ]
    assert [entry.peer_reviewed for entry in entries.values()] == [True, True, False, False]


def test_a_faulty_file_is_not_loaded(tmp_path):
    path = tmp_path / "faulty.bib"
    path.write_text(SOUND.replace("{arc2026vcc,", "{brixi2026genome,"), encoding="utf-8")
    with pytest.raises(BibliographyError, match=r"faulty\.bib:\d+: brixi2026genome: same key"):
        load_keys(path)


def test_the_bibliography_of_the_book_is_sound():
    found = problems(BIBLIOGRAPHY.read_text(encoding="utf-8"), BIBLIOGRAPHY.name)
    assert not found, "\n".join(map(str, found))


def test_pybtex_sees_every_entry_of_the_book_and_can_set_it():
    text = BIBLIOGRAPHY.read_text(encoding="utf-8")
    data = parse_string(text, "bibtex")
    entries = load_keys(BIBLIOGRAPHY)
    assert list(data.entries) == list(entries)
    assert len(entries) == len(re.findall(r"^@", text, re.MULTILINE))
    for style in ("unsrt", "plain"):
        bibliography = find_plugin("pybtex.style.formatting", style)().format_bibliography(data)
        backend = find_plugin("pybtex.backends", "text")()
        for item in bibliography:
            printed = item.text.render(backend)
            assert str(entries[item.key].year) in printed
            assert not re.search(r"\\[a-zA-Z&%_#]|[{}]", printed), printed
