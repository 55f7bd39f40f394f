"""Formulas as MathML, which browsers draw themselves: no script, no font, no request."""

from docutils.nodes import SkipNode
from docutils.utils.math.latex2mathml import tex2mathml


def _draw_inline(translator, node):
    translator.body.append(tex2mathml(node.astext()))
    raise SkipNode


def _draw_block(translator, node):
    formula = tex2mathml(node.astext(), as_block=True)
    translator.body.append(f'<div class="formula">{formula}</div>\n')
    raise SkipNode


def setup(app):
    """Offer the renderer to Sphinx under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (_draw_inline, None), (_draw_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
