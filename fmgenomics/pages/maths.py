"""Formulas as MathML, written when the book is built: no script, no foreign host, and screen readers can read them."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

_OUTER = re.compile(r"\\(?:begin|end)\{(?:equation|align|gather|multline)\*?\}")
"""Environments that say how a formula stands on the page, which the page itself decides here."""

logger = logging.getLogger(__name__)


def _mathml(node: nodes.Element, tex: str, *, block: bool) -> str:
    try:
        return tex2mathml(tex, as_block=block)
    except (MathError, AttributeError, IndexError) as error:  # the converter trips over some malformed input
        logger.warning("formula %r: %s", tex, error, location=node, type="fmgenomics", subtype="math")
        return f"<code>{escape(tex)}</code>"


def visit_math(translator: Any, node: nodes.math) -> None:
    translator.body.append(translator.starttag(node, "span", "", CLASS="math notranslate"))
    translator.body.append(_mathml(node, node.astext(), block=False) + "</span>")
    raise nodes.SkipNode


def visit_math_block(translator: Any, node: nodes.math_block) -> None:
    """A formula of its own: wider than a phone, it scrolls inside itself and can be reached by keyboard."""
    attributes = {"tabindex": "0", "role": "region", "aria-label": "Formula"}
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate scroll", **attributes))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    tex = _OUTER.sub("", node.astext())
    translator.body.append(_mathml(node, tex, block=True) + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", inline_renderers=(visit_math, None), block_renderers=(visit_math_block, None))
