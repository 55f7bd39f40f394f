"""The axis of years: the span it shows, its labels, and the rule between 2021 and 2022."""

from __future__ import annotations

from itertools import pairwise

from traderank.charts import page as look
from traderank.charts.periods import read_period

#: Before this year and from it on: the rule stands between its point and the one before.
RULE_YEAR = 2022

#: Inches from the ends of the axis to the first and the last point.
PAD = 0.08

_FONT = {"fontsize": 11.5, "linespacing": 1.1}


def year_limits(drawn, width):
    """Give the ends of the axis: a little beyond the first and the last point."""
    first, last = drawn.span()
    if first == last:
        # A single period stands beside its labels.
        return first - 1, last + PAD / width
    pad = (last - first) * PAD / (width - 2 * PAD)
    return first - pad, last + pad


def year_ticks(drawn, page, words, width):
    """Choose the years that are written at an axis: all if there is room, else round ones.

    Parameters
    ----------
    drawn : Drawn
    page : Page
    words : Words
    width : float
        Of the axis, in inches.

    Returns
    -------
    dict of float to str
        Place to label. The first and the last are always written; under a part of a year
        that stands among years, its months are too.
    """
    texts = {}
    for text, x, is_part in drawn.places():
        period = read_period(text)
        months = f"\n{words.months(period, 'abbreviated')}" if is_part else ""
        # Of several parts of a year none is the year: its label stands at its middle.
        texts[x if is_part else float(period.year)] = f"{period.year}{months}"
    low, high = year_limits(drawn, width)
    texts = {x: text for x, text in texts.items() if low <= x <= high} or texts
    halves = {x: page.size(text, **_FONT)[0] / 2 + 0.07 for x, text in texts.items()}

    def is_free(one, other):
        return abs(other - one) / (high - low) * width >= halves[one] + halves[other]

    ends = {min(texts), max(texts)}
    for step in (1, 5, 10, 20, 50):
        inner = [x for x in texts if round(x) % step == 0 and all(is_free(x, end) for end in ends)]
        if all(is_free(one, other) for one, other in pairwise(sorted(inner))):
            break
    return {x: texts[x] for x in sorted({*inner, *ends})}


def draw_rule(ax, drawn, over, words):
    """Draw the rule between 2021 and 2022, if there are points on both sides of it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    drawn : Drawn
    over : float
        How far it reaches over the plot, as a part of the plot's height.
    words : Words or None
        To label it; None where another panel has the label.
    """
    x, (first, last) = RULE_YEAR - 0.5, drawn.span()
    if not first < x < last:
        return
    across = ax.get_xaxis_transform()
    rule = {"color": look.RULE, "linewidth": 0.9, "zorder": 1, "clip_on": False}
    ax.plot([x, x], [0, 1 + over], transform=across, **rule)
    if words:
        text = {"va": "top", "fontsize": 10.5, "color": look.MUTED}
        beside = {"xytext": (4, 0), "textcoords": "offset points"}
        label = ax.annotate(words.say("rule"), (x, 1 + over), xycoords=across, **beside, **text)
        if label.get_window_extent().x1 > ax.figure.bbox.x1:
            label.set(ha="right", position=(-4, 0))
