"""A finished chart: the figure, its words, its data and its source, and the saved bundle."""

from __future__ import annotations

import base64
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from traderank.charts.page import WIDTH, our_style
from traderank.table import Refused

#: Dots an inch. A page shows 96: a sharp screen has two for each.
_SCREEN, _PRINT = 192, 300


@dataclass(frozen=True, eq=False, repr=False)
class Chart:
    """A chart, which shows itself in a notebook.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The picture.
    alt : str
        The words for those who do not see it: form, axes, finding, figures from the table.
    data : pandas.DataFrame
        Exactly what is drawn, one row per mark: the tidy table's columns, with source,
        sheet and cell, the measure, and the label beside it.
    source : str
        The source line, and under it one line for each source.
    name : str
        What its files are called.
    finding : str
        Its title.
    """

    figure: Figure
    alt: str
    data: pd.DataFrame
    source: str
    name: str
    finding: str

    @classmethod
    def of(cls, form, figure, drawn, told):
        """Finish a chart: what was drawn, and what is told of it."""
        parts = [*drawn.reporters, form]
        parts += [] if form.startswith(drawn.column) else [drawn.column]
        parts += drawn.flows if len(drawn.flows) == 1 else []
        parts += drawn.periods[-1:] if drawn.form == "bars" else []
        name = "-".join(parts).lower().replace("/", "-")
        return cls(figure, told.alt, drawn.table(), told.source, name, told.finding)

    def __repr__(self):
        return f"<Chart {self.name}: {self.finding}>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        png = base64.b64encode(self.screen_png()).decode("ascii")
        about = {"alt": self.alt, "width": round(WIDTH * 96)}
        return {"image/png": png, "text/plain": self.alt}, {"image/png": about}

    def png(self):
        """Draw the picture as PNG for print, 300 dots an inch: the same bytes on every run.

        Returns
        -------
        bytes
        """
        return self._draw("png", {"Software": None}, dpi=_PRINT)

    def screen_png(self):
        """Draw the picture as PNG for screens, in 256 colours: a quarter of the bytes.

        Returns
        -------
        bytes
        """
        drawn = Image.open(io.BytesIO(self._draw("png", {"Software": None}, dpi=_SCREEN)))
        about, file = PngInfo(), io.BytesIO()
        for key, text in drawn.text.items():
            about.add_itxt(key, text)
        few = drawn.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few.save(file, "png", pnginfo=about, dpi=(_SCREEN, _SCREEN))
        return file.getvalue()

    def svg(self):
        """Draw the picture as SVG, letters as outlines: the same bytes on every run.

        Returns
        -------
        bytes
        """
        return self._draw("svg", {"Creator": None, "Date": None})

    def _draw(self, form, metadata, **options):
        told = {"Title": self.finding, "Description": self.alt, "Source": self.source}
        file = io.BytesIO()
        with our_style():
            self.figure.savefig(file, format=form, metadata=told | metadata, **options)
        return file.getvalue()

    def save(self, folder, name=None):
        """Save the bundle that a newspaper or an archive needs.

        Parameters
        ----------
        folder : path
            Made if it is not there.
        name : str, optional
            What the files are called; the chart's own name if not given.

        Returns
        -------
        list of pathlib.Path
            The picture as .png at print resolution and as .svg, the data drawn as .csv
            (UTF-8), the words for the blind as .alt.txt, the source as .source.txt. Each
            file is whole or not there.

        Raises
        ------
        Refused
            If the folder cannot be written, or the name is a path.
        """
        folder, name = Path(folder), name or self.name
        if Path(name).name != name:
            raise Refused(f'"{name}" is not a name for files', "give the folder as folder")
        files = {
            ".png": self.png(),
            ".svg": self.svg(),
            ".csv": self.data.to_csv(index=False, lineterminator="\n").encode(),
            ".alt.txt": f"{self.alt}\n".encode(),
            ".source.txt": f"{self.source}\n".encode(),
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".traderank-") as part:
                for ending, content in files.items():
                    (Path(part) / f"{name}{ending}").write_bytes(content)
                for ending in files:
                    (Path(part) / f"{name}{ending}").replace(folder / f"{name}{ending}")
        except OSError as error:
            raise Refused(
                f"the chart cannot be written there ({error.strerror})",
                "name a folder that you may write to",
                file=folder,
            ) from error
        return [folder / f"{name}{ending}" for ending in files]
