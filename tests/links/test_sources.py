"""Each fault is planted alone in a sound book and must be the only one found, at its line, with its target."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

INDEX = "chapters/index.md"
METHODS = "chapters/methods.md"


@dataclass(frozen=True)
class Plant:
    """Text added to a page, and what must be said about it."""

    name: str
    text: str
    target: str
    message: str
    near: str = ""
    at: str = ""
    file: str = INDEX


def _p(name: str, text: str, target: str, message: str, near: str = "", at: str = "", file: str = INDEX) -> Plant:
    return Plant(name, text, target, message, near, at, file)


PLANTS = [
    # files and anchors
    _p("wrong file", "See [it](method.md).", "method.md", "no such file", "methods.md"),
    _p("wrongly cased file", "See [it](Methods.md).", "Methods.md", "upper and lower case differ", "methods.md"),
    _p("wrongly cased folder", "[it](../Chapters/methods.md)", "../Chapters/methods.md", "case differ", "methods.md"),
    _p("wrong suffix", "See [it](methods.mdd).", "methods.mdd", "no such file", "methods.md"),
    _p("built page", "See [it](methods.html).", "methods.html", "source file (.md)", "methods.md"),
    _p("absolute built page", "[it](/chapters/methods.html)", "/chapters/methods.html", "absolute path breaks", "methods.md"),
    _p("folder", "See [it](../chapters/).", "../chapters/", "a folder is not a page"),
    _p("anchor of this page", "See [it](#what-it-hold).", "#what-it-hold", "no such anchor", "#what-it-holds"),
    _p("wrongly cased anchor", "See [it](#What-It-Holds).", "#What-It-Holds", "no such anchor", "#what-it-holds"),
    _p("anchor of another page", "See [it](methods.md#limit).", "methods.md#limit", "no heading", "#limits"),
    _p("label with its file", "[it](methods.md#plain-label)", "methods.md#plain-label", "without its file", "#plain-label"),
    _p("anchor without suffix", "[it](methods#limits)", "methods#limits", "with its suffix", "methods.md"),
    _p("heading of another page", "[it](#how-it-works)", "#how-it-works", "no such anchor"),
    _p("file outside the book", "[it](../../secret.md)", "../../secret.md", "leaves the book's folder"),
    _p("existing file that is no page", "[it](../README.md)", "../README.md", "is no page of the book"),
    _p("included file", "[it](_parts/shared.md)", "_parts/shared.md", "only included"),
    _p("space in the name", "[it](../images/my table.csv)", "../images/my table.csv", "holds a space"),
    _p("percent-encoded", "[it](../images/my%20tabel.csv)", "../images/my%20tabel.csv", "no such file", "../images/my table.csv"),
    _p("angle brackets", "[it](<../images/a table.csv>)", "../images/a%20table.csv", "no such file"),
    _p("project scheme", "<project:method.md>", "project:method.md", "no such file"),
    _p("project anchor", "<project:#nothing>", "project:#nothing", "no such anchor"),
    _p("path scheme", "[it](path:../images/no.csv)", "path:../images/no.csv", "no such file"),
    _p("inventory", "[it](inv:python#list)", "inv:python#list", "no intersphinx" if False else "inventory"),
    _p("file in angle brackets", "See <methods.md>.", "methods.md", "not a link"),
    _p("anchor in angle brackets", "See <#start>.", "#start", "not a link"),
    # empty links
    _p("empty target", "See [it]().", "", "no target", at="[it]()"),
    _p("empty angle target", "See [it](<>).", "", "no target", at="[it](<>)"),
    _p("hash target", "See [it](#).", "#", "no target", at="[it](#)"),
    _p("empty autolink", "See <>.", "<>", "no target"),
    _p("link without text", "[](https://example.org/x)", "https://example.org/x", "without a text"),
    _p("nothing between brackets", "[ ](https://example.org/x)", "https://example.org/x", "without a text"),
    _p("untitled label without text", "[](#plain-label)", "#plain-label", "needs a text"),
    # reference-style links
    _p("full reference", "See [it][nowhere].", "nowhere", "without a definition"),
    _p("collapsed reference", "See [nowhere][].", "nowhere", "without a definition"),
    _p("shortcut near a definition", "See [method].", "method", "without a definition", "[methods]"),
    _p("shortcut that is a label", "See [limits-label].", "limits-label", "plain text"),
    _p("shortcut that is a file", "See [methods.md].", "methods.md", "plain text"),
    _p("shortcut that is a citation", "See [@smith2024genome].", "@smith2024genome", "{cite}`smith2024genome`"),
    _p("bare citation key", "See [smith2024genome].", "smith2024genome", "{cite}"),
    _p("shortcut that is a title", "See [How it works].", "How it works", "title of a section"),
    _p("image by reference", "![a dot][nowhere]", "nowhere", "without a definition"),
    _p("reference over two lines", "See [a\ntext][nowhere].", "nowhere", "without a definition", at="See [a"),
    _p("definition repeated", "[methods]: results.md", "[METHODS]", "repeated"),
    _p("definition unused", "[lonely]: methods.md", "methods.md", "never used"),
    _p("broken target of a definition", "[it][d]\n\n[d]: method.md", "method.md", "no such file", at="[d]:"),
    _p("definition glued to text", "Text [glued]\n[glued]: methods.md", "glued", "plain text", at="[glued]: "),
    _p("space before the address", "[it] (methods.md)", "methods.md", "no space"),
    _p("wrong way round", "(it)[methods.md]", "methods.md", "wrong way round"),
    _p("link not closed", "[it](methods.md", "methods.md", "not a complete"),
    # addresses
    _p("htps", "[it](htps://example.org/)", "htps://example.org/", "unknown scheme", "https://example.org/"),
    _p("one slash", "[it](http:/example.org)", "http:/example.org", "two slashes", "http://example.org"),
    _p("no colon", "[it](https//example.org)", "https//example.org", "mistyped scheme", "https://example.org"),
    _p("www", "[it](www.example.org)", "www.example.org", "without a scheme", "https://www.example.org"),
    _p("ftp", "[it](ftp://example.org/x)", "ftp://example.org/x", "unknown scheme"),
    _p("mailto alone", "[us](mailto:)", "mailto:", "without an address"),
    _p("mailto without host", "[us](mailto:me)", "mailto:me", "name@host"),
    _p("localhost", "[it](http://localhost:8000/x)", "http://localhost:8000/x", "private host"),
    _p("loopback", "[it](http://127.0.0.1/)", "http://127.0.0.1/", "private host"),
    _p("loopback six", "<http://[::1]/x>", "http://[::1]/x", "private host"),
    _p("private net", "[it](https://192.168.0.7/)", "https://192.168.0.7/", "private host"),
    _p("private name", "[it](https://wiki.internal/)", "https://wiki.internal/", "private host"),
    _p("file scheme", "[it](file:///home/me/x.md)", "file:///home/me/x.md", "only on the machine"),
    _p("protocol-relative", "[it](//example.org/x)", "//example.org/x", "protocol-relative", "https://example.org/x"),
    _p("javascript", "[it](<javascript:alert(1)>)", "javascript:alert(1)", "", at="javascript") if False else
    _p("windows path", "[it](C:/me/x.md)", "C:/me/x.md", "unknown scheme"),
    _p("two schemes", "[it](https://https://example.org)", "https://https://example.org", "two schemes"),
    _p("host without dot", "[it](https://github/x)", "https://github/x", "public site"),
    _p("placeholder", "[it](https://github.com/your-org/x)", "https://github.com/your-org/x", "placeholder"),
    _p("trailing comma", "<https://example.org/x,>", "https://example.org/x,", "swallowed"),
    _p("trailing full stop", "[it](https://example.org/x.)", "https://example.org/x.", "swallowed"),
    _p("open parenthesis", "<https://example.org/x)>", "https://example.org/x)", "swallowed"),
    _p("plain address", "See https://example.org/x.", "https://example.org/x", "plain text"),
    _p("plain mistyped address", "See htps://example.org/x.", "htps://example.org/x", "unknown scheme"),
    _p("plain www", "See www.example.org now.", "www.example.org", "without a scheme"),
    _p("doi prefix", "[it](https://doi.org/1.1234/abc)", "https://doi.org/1.1234/abc", "malformed DOI", "https://doi.org/10.1234/abc"),
    _p("doi without name", "[it](https://doi.org/10.1234)", "https://doi.org/10.1234", "malformed DOI"),
    _p("doi twice", "[it](https://doi.org/doi:10.1234/a1)", "https://doi.org/doi:10.1234/a1", "repeats its prefix"),
    _p("doi scheme", "[it](doi:10.1234/abc)", "doi:10.1234/abc", "does not know doi:", "https://doi.org/10.1234/abc"),
    _p("bare doi", "[it](10.1234/abc)", "10.1234/abc", "needs https://doi.org/"),
    _p("doi host", "[it](https://dio.org/10.1234/abc)", "https://dio.org/10.1234/abc", "mistyped DOI resolver"),
    _p("doi full stop", "[it](https://doi.org/10.1234/abc.)", "https://doi.org/10.1234/abc.", "swallowed"),
    _p("doi version", "[it](https://doi.org/10.1101/2023.01.11.523679v1)", "https://doi.org/10.1101/2023.01.11.523679v1", "no version"),
    _p("arxiv", "[it](https://arxiv.org/abs/2306.157)", "https://arxiv.org/abs/2306.157", "arXiv"),
    _p("text shows another address", "[https://example.org/a](https://example.org/b)", "https://example.org/b", "shows another"),
    _p("text shows another doi", "[10.1234/abc](https://doi.org/10.1234/abd)", "https://doi.org/10.1234/abd", "shows another"),
    _p("own repository", "[it](https://github.com/example-org/small-book/blob/main/chapters/method.md)",
       "https://github.com/example-org/small-book/blob/main/chapters/method.md", "in this repository", "chapters/methods.md"),
    _p("own site", "[it](https://example-org.github.io/small-book/chapters/method.html)",
       "https://example-org.github.io/small-book/chapters/method.html", "no such page", "chapters/methods.html"),
    _p("typographic quotes", "[it](https://example.org/“x”)", "https://example.org/%E2%80%9Cx%E2%80%9D", ""),
    # roles
    _p("unknown label", "{ref}`limits-lable`", "limits-lable", "no such label", "limits-label"),
    _p("untitled label", "{ref}`plain-label`", "plain-label", "no title"),
    _p("label with text", "{ref}`the limits <limits-lable>`", "limits-lable", "no such label", "limits-label"),
    _p("unknown figure", "{numref}`fig-dots`", "fig-dots", "no such figure", "fig-dot"),
    _p("number of a section", "{numref}`limits-label`", "limits-label", "no numbers"),
    _p("number of a paragraph", "{numref}`plain-label`", "plain-label", "has no number"),
    _p("unknown page", "{doc}`method`", "method", "no such page", "methods"),
    _p("page with suffix", "{doc}`methods.md`", "methods.md", "without its suffix", "methods"),
    _p("wrongly cased page", "{doc}`Methods`", "Methods", "no such page", "methods"),
    _p("unknown citation", "{cite}`smith2024genom`", "smith2024genom", "no such key", "smith2024genome"),
    _p("wrongly cased citation", "{cite}`Smith2024genome`", "Smith2024genome", "no such key", "smith2024genome"),
    _p("second of two citations", "{cite:p}`smith2024genome,jones2023`", "jones2023", "no such key", "jones2023model"),
    _p("textual citation", "{cite:t}`jones`", "jones", "no such key"),
    _p("author citation", "{cite:author}`jonas2023model`", "jonas2023model", "no such key", "jones2023model"),
    _p("footnote citation", "{footcite}`nobody`", "nobody", "no such key"),
    _p("citations without comma", "{cite}`smith2024genome jones2023model`", "smith2024genome jones2023model", "malformed"),
    _p("empty citation", "{cite}` `", " ", "malformed", at="{cite}` `"),
    _p("unknown term", "{term}`AUPRC`", "AUPRC", "no such term", "AUROC"),
    _p("term with text", "{term}`area <AUR>`", "AUR", "no such term"),
    _p("unknown equation", "{eq}`energi`", "energi", "no such equation", "energy"),
    _p("missing download", "{download}`it <../images/tabel.csv>`", "../images/tabel.csv", "no such file", "../images/table.csv"),
    _p("unknown any", "{any}`strat`", "strat", "no such label", "start"),
    _p("unknown fact", "{fact}`smith2024genome.assay`", "smith2024genome.assay", "no such fact", "smith2024genome.assays"),
    _p("unknown model column", "{fact}`evo-7b.params`", "evo-7b.params", "no such fact", "evo-7b.parameters"),
    _p("empty cell of a model", "{fact}`quiet-model.parameters`", "quiet-model.parameters", "is empty"),
    _p("unknown result", "{result}`smith2024genome-t1-auprc`", "smith2024genome-t1-auprc", "no such result"),
    _p("fact used as result", "{result}`smith2024genome.assays`", "smith2024genome.assays", "no such result"),
    _p("mistyped role", "{reff}`limits-label`", "{reff}", "unknown role", "ref"),
    _p("wrongly cased role target kept", "{Cit}`smith2024genome`", "{Cit}", "unknown role"),
    _p("role with a space", "{ref} `limits-label`", "{ref}", "space between"),
    _p("role without ticks", "{ref}limits-label", "{ref}", "without closed"),
    _p("role not closed", "{ref}`limits-label", "{ref}", "without closed"),
    _p("role without braces", "see ref`limits-label`", "ref", "braces missing"),
    _p("brace after the ticks", "see {ref`limits-label`}", "ref", "closing brace"),
    _p("restructured role", "see :ref:`limits-label`", ":ref:", "reStructuredText role"),
    _p("restructured link", "see `it <https://example.org>`_", "`…`_", "reStructuredText link"),
    _p("badge", "{bdg-link-primary}`it <htps://example.org>`", "htps://example.org", "unknown scheme"),
    _p("empty reference", "{ref}` `", " ", "without a target", at="{ref}` `"),
    _p("unknown substitution", "Hello {{ bok }}.", "bok", "no such substitution", "book"),
    # footnotes
    _p("footnote undefined", "See[^two].", "[^two]", "without a definition"),
    _p("footnote unused", "[^two]: Nobody asks.", "[^two]", "never used"),
    _p("footnote defined twice", "[^one]: Again.", "[^one]", "defined twice"),
    _p("footnote mistyped", "See[^on].", "[^on]", "without a definition"),
    _p("link in a footnote", "See[^two].\n\n[^two]: With [it](method.md).", "method.md", "no such file", at="With"),
    # images
    _p("missing image", "![a dot](../images/dott.png)", "../images/dott.png", "no such image", "../images/dot.png"),
    _p("wrongly cased image", "![a dot](../images/Dot.png)", "../images/Dot.png", "case differ", "../images/dot.png"),
    _p("absolute image", "![a dot](/imgs/dot.png)", "/imgs/dot.png", "no such image", "../images/dot.png"),
    _p("image outside", "![a dot](../../../x.png)", "../../../x.png", "outside"),
    _p("image without alt", "![](../images/dot.png)", "../images/dot.png", "without alt text"),
    _p("alt is a file name", "![dot.png](../images/dot.png)", "../images/dot.png", "a file name"),
    _p("figure file", "```{figure} ../images/dott.png\n:alt: a dot\n\nA.\n```", "../images/dott.png", "no such image"),
    _p("figure alt", "```{figure} ../images/dot.png\n:width: 10px\n\nA.\n```", "../images/dot.png", "without alt"),
    _p("image directive alt", "```{image} ../images/dot.png\n```", "../images/dot.png", "without alt"),
    _p("image directive target", "```{image} ../images/dot.png\n:alt: a dot\n:target: methods.md\n```", "methods.md", "as it is"),
    _p("raw image alt", '<img src="../images/dot.png">', "../images/dot.png", "without alt"),
    _p("raw image file", '<img src="../images/dott.png" alt="a dot">', "../images/dott.png", "no such image"),
    _p("inline raw image alt", 'Text <img src="../images/dot.png" alt=""> here', "../images/dot.png", "without alt"),
    _p("card image alt", ":::{card} Card\n:img-top: ../images/dot.png\n:::", "../images/dot.png", "img-alt"),
    _p("linked image", "[![a dot](../images/dot.png)](method.md)", "method.md", "no such file"),
    _p("image in a link", "[![a dot](../images/dott.png)](methods.md)", "../images/dott.png", "no such image"),
    # where links stand
    _p("in a heading", "## A [heading](method.md)", "method.md", "no such file"),
    _p("in a table", "| a | b |\n| - | - |\n| x | y |\n| z | [it](method.md) |", "method.md", "no such file"),
    _p("in a table head", "| a | [it](method.md) |\n| - | - |\n| x | y |", "method.md", "no such file"),
    _p("in an admonition", ":::{note}\nText.\n\nSee [it](method.md).\n:::", "method.md", "no such file"),
    _p("on the head of a note", "```{note} See [it](method.md).\n```", "method.md", "no such file"),
    _p("in an admonition title", "```{admonition} See [it](method.md)\nText.\n```", "method.md", "no such file"),
    _p("in a caption", "```{figure} ../images/dot.png\n:alt: a dot\n\nSee [it](method.md).\n```", "method.md", "no such file"),
    _p("in a legend", "```{figure} ../images/dot.png\n:alt: a dot\n\nA.\n\nSee [it](method.md).\n```", "method.md", "no such file"),
    _p("nested twice", "`````{dropdown} A\n````{tip}\n```{note}\n[it](method.md)\n```\n````\n`````", "method.md", "no such file"),
    _p("after yaml options", "```{admonition} A\n---\nclass: tip\n---\nText.\n\n[it](method.md)\n```", "method.md", "no such file"),
    _p("in a list table", "```{list-table} T\n\n* - a\n  - [it](method.md)\n```", "method.md", "no such file"),
    _p("in a csv table", "```{csv-table} T\n\na, b\nc, {term}`nope`\n```", "nope", "no such term"),
    _p("in a code caption", "```{code-block} python\n:caption: See [it](method.md)\nx = 1\n```", "method.md", "no such file"),
    _p("in a list", "1. a\n   - b\n\n     [it](method.md)", "method.md", "no such file"),
    _p("in a quotation", "> a\n> [it](method.md)", "method.md", "no such file"),
    _p("in a definition list", "Word\n: See [it](method.md)", "method.md", "no such file"),
    _p("in a plain div", ":::wrapper\n[it](method.md)\n:::", "method.md", "no such file"),
    _p("in bold", "**See [it](method.md)**", "method.md", "no such file"),
    _p("in a third line", "One\ntwo\nthree [it](method.md)\nfour", "method.md", "no such file"),
    _p("after a code span over lines", "One `a\nb` two\nthree [it](method.md)", "method.md", "no such file"),
    _p("in a table directive", "```{table} T\n\n| a |\n| - |\n| {cite}`no` |\n```", "no", "no such key", at="{cite}`no`"),
    _p("card link", ":::{card} C\n:link: method\n:link-type: doc\nx\n:::", "method", "no such page", "methods"),
    _p("card label", ":::{card} C\n:link: strat\n:link-type: ref\nx\n:::", "strat", "no such label", "start"),
    _p("card address", ":::{card} C\n:link: htps://example.org\nx\n:::", "htps://example.org", "unknown scheme"),
    _p("button", "```{button-link} htps://example.org\nx\n```", "htps://example.org", "unknown scheme"),
    _p("button label", "```{button-ref} strat\n:ref-type: ref\nx\n```", "strat", "no such label"),
    # directives
    _p("unknown directive", "```{fgure} ../images/dot.png\n```", "{fgure}", "unknown directive", "figure"),
    _p("unknown option", "```{figure} ../images/dot.png\n:alt: a dot\n:nmae: fig-x\n\nA.\n```", "{figure}", "Unknown option", "name",
       at="{figure} ../images/dot.png"),
    _p("fence not closed", "```{note}\nText.", "```{note}", "never closed"),
    _p("colon fence not closed", ":::{note}\nText.", ":::{note}", "never closed"),
    _p("code fence not closed", "```python\nx = 1", "```python", "never closed"),
    _p("braces missing", "```note\nText.\n```", "note", "braces missing", "{note}", at="```note"),
    _p("braces missing colon", ":::note\nText.\n:::", "note", "braces missing", "{note}", at=":::note"),
    _p("head without space", "```{figure}../images/dot.png\n```", "{figure}../images/dot.png", "not a directive head"),
    _p("brace not closed", "```{note\nText.\n```", "{note", "not a directive head"),
    _p("restructured text", "```{eval-rst}\n`x <y>`_\n```", "{eval-rst}", "write MyST"),
    _p("toctree", "```{toctree}\nmethods\n```", "{toctree}", "_toc.yml"),
    _p("missing include", "```{include} _parts/share.md\n```", "_parts/share.md", "no such file", "_parts/shared.md"),
    _p("include marker", "```{include} _parts/shared.md\n:start-after: nowhere\n```", "nowhere", "text not found"),
    _p("missing literal file", "```{literalinclude} ../x.py\n```", "../x.py", "no such file"),
    _p("cell on a plain page", "```{code-cell} python\n1\n```", "{code-cell}", "mystnb"),
    _p("raw directive", '```{raw} html\n<p>\n<a href="method.html">x</a>\n```', "method.html", "no such page", "methods.html"),
    # raw HTML
    _p("raw link to a source", '<a href="methods.md">x</a>', "methods.md", "not its source", "methods.html"),
    _p("raw link to nothing", '<a href="method.html">x</a>', "method.html", "no such page", "methods.html"),
    _p("raw link absolute", '<a href="/chapters/methods.html">x</a>', "/chapters/methods.html", "absolute path"),
    _p("raw empty link", 'An <a href="">x</a> here', "", "empty href", at='href=""'),
    _p("raw link without href", "An <a>x</a> here", "<a>", "leads nowhere", at="<a>x"),
    _p("raw javascript", '<a href="javascript:void(0)">x</a>', "javascript:void(0)", "javascript:"),
    _p("raw file not published", '<a href="../README.md">x</a>', "../README.md", "not its source"),
    _p("raw data not published", '<a href="../evidence/facts.csv">x</a>', "../evidence/facts.csv", "not part of the built book"),
    _p("raw anchor", '<a href="#raw-plac">x</a>', "#raw-plac", "no such id", "#raw-place"),
    _p("raw anchor of another page", '<a href="results.html#fig-dott">x</a>', "results.html#fig-dott", "no such id", "#fig-dot"),
    _p("raw block second line", '<div>\n<p>\n<a href="method.html">x</a>\n</p>\n</div>', "method.html", "no such page"),
    _p("raw iframe", '<iframe src="http://localhost:1/x"></iframe>', "http://localhost:1/x", "private host"),
    _p("raw srcset", '<div><img alt="a" src="https://example.org/a.png" srcset="/x.png 2x"></div>', "/x.png", "absolute path"),
    _p("raw poster", '<video poster="x.png"></video>', "x.png", "no such file in the built book"),
    _p("raw white space", '<a href=" https://example.org">x</a>', " https://example.org", "white space"),
    _p("raw id twice", '<a id="raw-place"></a>', "raw-place", "defined twice"),
    _p("raw comment not closed", "<!-- [a](b.md)", "<!--", "never closed"),
    _p("markdown in raw HTML", "<div>\n[it](methods.md)\n</div>", "methods.md", "inside raw HTML"),
    _p("role in raw HTML", "<div>\n{ref}`start`\n</div>", "start", "inside raw HTML"),
    _p("base element", '<div><base href="https://example.org/"></div>', "base", "every relative link"),
    # names
    _p("label twice on a page", "(start)=\nText.", "start", "defined twice"),
    _p("label twice across pages", "(limits-label)=\nText.", "limits-label", "defined twice"),
    _p("label twice by option", ":::{note}\n:name: box\nText.\n:::", "box", "defined twice"),
    _p("label twice by attribute", "{#marked}\nText.", "marked", "defined twice"),
    _p("label differs in case only", "(Start)=\nText.", "Start", "defined twice"),
    _p("label hides a heading", "(what-it-holds)=\nText.", "what-it-holds", "hides the heading"),
    _p("equation twice", "$$\na\n$$ (energy)", "energy", "defined twice"),
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name.replace(" ", "-"))
def test_planted(book, plant: Plant) -> None:
    book.append(plant.file, plant.text)
    faults = book.check()
    assert len(faults) == 1, "\n".join(map(str, faults)) or "nothing found"
    fault = faults[0]
    assert fault.target == plant.target
    assert plant.message in fault.message
    assert fault.file == plant.file
    assert fault.line == book.line(plant.file, plant.at or plant.target)
    if plant.near:
        assert fault.nearest == plant.near


def test_sound_book_has_no_fault(book) -> None:
    assert book.check() == []
    assert book.check_repository() == []
