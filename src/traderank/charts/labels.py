"""Labels at the lines' ends, as near to them as they can stand without touching each other."""

from __future__ import annotations

from typing import NamedTuple

from traderank.charts.page import text_style
from traderank.charts.periods import name

#: In a chart of one panel, and in panels side by side: font, and inches at which a label breaks.
_STYLES = {False: ({"fontsize": 11.5}, 1.9), True: ({"fontsize": 10.5}, 0.95)}
#: Inches: from the axis to its labels, close to it or with leaders between; between labels.
_NEAR, _LED, _APART = 0.05, 0.22, 0.04


class Label(NamedTuple):
    """A text at a line's end.

    Parameters
    ----------
    text, font : str, dict
    width, height : float
        In inches, with what keeps it apart from the next.
    end, at : float
        Where on the axis the line ends and the middle of the text stands, from 0 at the
        bottom to 1 at the top.
    is_last : bool
        Whether the line reaches the last period.
    """

    text: str
    font: dict
    width: float
    height: float
    end: float
    at: float
    is_last: bool


def end_labels(rows, drawn, scale, page, words):
    """Make the labels of one panel, each where its line ends.

    Parameters
    ----------
    rows : pandas.DataFrame
        The panel's rows, from `Drawn.panels`.
    drawn : Drawn
    scale : Scale
    page : Page
    words : Words

    Returns
    -------
    list of Label
        In the order of the rows. The name of a partner or flow and, but for ranks, its
        figure; the year too, where the line ends before the last period.
    """
    labels = []
    style, widest = _STYLES[drawn.form == "panels"]
    for series, one in rows.dropna(subset=[drawn.column]).groupby("series", sort=False):
        last = one.iloc[-1]
        value, is_last = last[drawn.column], last["period"] == drawn.periods[-1]
        figure = [] if scale.column == "rank" else [scale.figure(value, words)]
        figure += [] if is_last else [f"({name(last['period'], words)})"]
        font = style | text_style(series) | {"linespacing": 1.0}
        if drawn.form == "panels":
            text = "\n".join([page.wrap(last["label"], widest, font), *figure])
        else:
            text = page.wrap(" ".join([last["label"], *figure]), widest, font)
        width, height = page.size(text, **font)
        end = (value / scale.size - scale.low) / (scale.high - scale.low)
        labels.append(Label(text, font, width, height + _APART, end, end, is_last))
    return labels


def spread_labels(labels, height):
    """Move the labels of one panel apart, within its height in inches."""
    places = spread(
        [label.end * height for label in labels], [label.height for label in labels], 0, height
    )
    return [label._replace(at=at / height) for label, at in zip(labels, places, strict=True)]


def room(labels):
    """Give the room that a panel's labels take to its right, in inches."""
    return max(label.width for label in labels) + _distance(labels)


def _distance(labels):
    return _LED if any(abs(label.at - label.end) > 0.01 for label in labels) else _NEAR


def write_labels(ax, labels, width):
    """Write the labels of one panel; where one had to move, leaders lead to all of them.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    labels : list of Label
    width : float
        Of the panel, in inches.
    """
    distance = _distance(labels)
    for label in labels:
        place = {"transform": ax.transAxes, "va": "center_baseline"}
        ax.text(1 + distance / width, label.at, label.text, **place, **label.font)
        if distance == _LED and label.is_last:
            leader = [1, 1 + (distance - 0.04) / width], [label.end, label.at]
            line = {"color": label.font["color"], "linewidth": 0.7, "clip_on": False}
            ax.plot(*leader, transform=ax.transAxes, **line)


def spread(wanted, heights, low, high):
    """Move labels apart, as little as possible, keeping their order.

    Parameters
    ----------
    wanted : sequence of float
        Where the middle of each label would best be.
    heights : sequence of float
        How much room each label takes.
    low, high : float
        Between which bounds all labels lie; they have to have room there.

    Returns
    -------
    list of float
        The middle of each label. Of all placings in which labels do not overlap, keep
        their order and lie within the bounds, the one with the smallest sum of squared
        moves. Labels that want the same place keep the order in which they are given,
        the first at the top.

    Notes
    -----
    With the labels' heights taken out this is isotonic regression, solved exactly by
    pooling adjacent violators; bounds are then kept by clipping. Barlow, Bartholomew,
    Bremner and Brunk (1972), *Statistical Inference under Order Restrictions*.

    Examples
    --------
    >>> [round(at, 1) for at in spread([5.0, 5.2, 9.0], [1, 1, 1], 0, 10)]
    [4.6, 5.6, 9.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], -i))
    offsets, top = [], 0.0
    for i in order:
        offsets.append(top + heights[i] / 2)
        top += heights[i]
    pools = []
    for i, offset in zip(order, offsets, strict=True):
        pools.append((wanted[i] - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, n), (other, m) = pools[-2:]
            pools[-2:] = [((one * n + other * m) / (n + m), n + m)]
    free = [mean for mean, count in pools for _ in range(count)]
    placed = [0.0] * len(wanted)
    for i, offset, place in zip(order, offsets, free, strict=True):
        placed[i] = max(min(place, high - top), low) + offset
    return placed
