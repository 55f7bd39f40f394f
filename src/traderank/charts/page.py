"""The sheet on which a chart stands: finding and measure above it, notes and source below."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK, MUTED, RULE, PAPER = "#222222", "#5f5f5f", "#8a8a8a", "#ffffff"

#: Everyone who is not in colour: the line, and the label, which has to be read.
GREY, GREY_TEXT = "#bdbdbd", MUTED

#: What is no partner's: the flows of a chart of concentration, the total under the bars.
TONES = {"turnover": INK, "export": "#6a6a6a", "import": "#8c8c8c", "WLD": "#4a4a4a"}

#: One colour each, in every chart. They differ in lightness too (CIELAB L* 25 and 49, grey
#: 77), so that a print in grey keeps them apart, and both can be read as text on white.
COLOURS = {"RUS": "#143a75", "CHN": "#d1430a", "CHN_HKG_MAC": "#d1430a"}

#: Inches. A picture 7 inches wide suits a column of print and a phone alike.
WIDTH, MARGIN, GAP = 7.0, 0.14, 0.12

_FINDING = {"fontsize": 17, "fontweight": "bold", "linespacing": 1.18}
_SUBTITLE = {"fontsize": 12, "color": "#444444", "linespacing": 1.2}
_FOOT = {"fontsize": 10, "color": MUTED, "linespacing": 1.25}


def colour(series):
    """Give the colour of a partner, a flow or the total."""
    return COLOURS.get(_code(series)) or TONES.get(series, GREY)


def _code(series):
    """Give the code of whom a line is: of several of one, each has its label after it."""
    return series.partition("|")[0]


def text_style(series):
    """Give the colour and weight of the label of a partner, a flow or the total."""
    if series in COLOURS:
        return {"color": COLOURS[series], "fontweight": "bold"}
    if _code(series) in COLOURS:
        return {"color": COLOURS[_code(series)]}
    return {"color": INK if series in ("turnover", "WLD") else GREY_TEXT}


@contextmanager
def our_style():
    """Draw by our style sheet alone, whatever the reader's own settings are."""
    with style.context(["default", Path(__file__).with_name("traderank.mplstyle")]):
        yield


class Page:
    """A figure with its words, as high as they and the plot need.

    Parameters
    ----------
    told : Told
        Finding and subtitle stand above the plot, notes and the source line below it.
    """

    def __init__(self, told):
        self.figure = Figure(figsize=(WIDTH, WIDTH))
        FigureCanvasAgg(self.figure)
        self._above = [self._block(told.finding, _FINDING), self._block(told.subtitle, _SUBTITLE)]
        below = [told.notes, told.source.splitlines()[0]]
        self._below = [self._block(text, _FOOT, even=False) for text in below if text]

    def size(self, text, **font):
        """Measure a text: its width and height in inches."""
        drawn = self.figure.text(0, 0, text, **font)
        box = drawn.get_window_extent()
        drawn.remove()
        return box.width / self.figure.dpi, box.height / self.figure.dpi

    def wrap(self, text, width, font):
        """Break a text into lines no wider than so many inches, between words."""
        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.size(longer, **font)[0] > width:
                lines.append(word)
            else:
                lines[-1] = longer
        return "\n".join(lines)

    def _block(self, text, font, *, even=True):
        width = WIDTH - 2 * MARGIN
        lines = self.wrap(text, width, font)
        # A last line of one word looks like a mistake: narrow the lines while no more are needed.
        for percent in range(95, 45, -5) if even and "\n" in lines else ():
            narrower = self.wrap(text, width * percent / 100, font)
            if narrower.count("\n") > lines.count("\n"):
                break
            lines = narrower
        return self.figure.text(0, 0, lines, va="top", **font)

    def width(self, insets):
        """Give the width that `lay` gives each of so many plots, in inches."""
        return (WIDTH - 2 * MARGIN - sum(left + right for left, right in insets)) / len(insets)

    def lay(self, height, insets, *, over=0.0, under=0.3):
        """Place the words and the plots.

        Parameters
        ----------
        height : float
            Of the plots, in inches.
        insets : list of (float, float)
            One per plot, side by side: the room it needs to its left and right.
        over, under : float
            Room above and below the plots, for headings and for the labels of the axis.

        Returns
        -------
        list of matplotlib.axes.Axes
        """
        heights = {text: self._height(text) for text in (*self._above, *self._below)}
        above = sum(heights[text] for text in self._above) + 0.07
        below = sum(heights[text] + 0.07 for text in self._below)
        total = MARGIN + above + GAP + over + height + under + GAP + below + MARGIN - 0.07
        self.figure.set_size_inches(WIDTH, total)
        y = total - MARGIN
        for text in self._above:
            text.set_position((MARGIN / WIDTH, y / total))
            y -= heights[text] + 0.07
        y = MARGIN + below - 0.07
        for text in self._below:
            text.set_position((MARGIN / WIDTH, y / total))
            y -= heights[text] + 0.07
        bottom = MARGIN - 0.07 + below + GAP + under
        return self._axes(insets, bottom / total, height / total)

    def _height(self, text):
        return text.get_window_extent().height / self.figure.dpi

    def _axes(self, insets, bottom, height):
        axes, x, width = [], MARGIN, self.width(insets)
        for left, right in insets:
            place = [(x + left) / WIDTH, bottom, width / WIDTH, height]
            axes.append(self.figure.add_axes(place))
            x += left + width + right
        return axes
