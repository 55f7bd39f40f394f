"""The tidy table: its columns, what they mean, and what it refuses.

One row is one reporter, partner, flow, product, period, vintage and source. Every
module after ``reading`` takes this table and gives it back with columns or rows added.
"""

from __future__ import annotations

from pathlib import Path

#: The columns of the tidy table, in order, with what each one says.
COLUMNS = {
    "reporter": "ISO 3166-1 alpha-3 code of the country that reports",
    "partner": "alpha-3 code of the partner country, WLD for the published total, "
    "XXX for other or not specified, a word for a printed group",
    "partner_name": "the partner as printed",
    "kind": "country, aggregate, residual or bloc",
    "flow": "export or import",
    "year": "calendar year",
    "period": "the period in SDMX form",
    "months": "length of the period in months",
    "product": "HS code, or TOTAL",
    "classification": "edition of the HS, where known",
    "value": "value in whole units of currency; missing means not reported, 0 means none",
    "currency": "ISO 4217 code",
    "share_published": "the printed share divided by 100",
    "vintage": "date the edition was published (ISO 8601)",
    "status": "final or preliminary",
    "source": "key into sources.toml, or the file's name",
    "sheet": "sheet the number stands on; missing for a text file",
    "cell": "cell the number stands in",
    "proof": "proved, consistent or unproved: how the reading of this number ended",
}

#: What one row is: no two rows may agree in all of these.
KEY = ["reporter", "partner", "flow", "product", "period", "vintage", "source"]

#: What one ranking is made within.
RANKING = ["reporter", "flow", "product", "period", "vintage", "source"]

KINDS = ("country", "aggregate", "residual", "bloc")

#: Only rows of these kinds are ranked.
RANKED_KINDS = ("country", "bloc")


def address(sheet, cell):
    """Name a cell with its sheet; a text file has none.

    >>> address("2023", "F76"), address(None, "E2")
    ('2023!F76', 'E2')
    """
    return f"{sheet}!{cell}" if sheet else cell


#: Letters of a reason that are shown.
LONGEST = 1000


class Refused(ValueError):
    """Input that traderank will not turn into numbers, with the place and the remedy.

    Parameters
    ----------
    reason : str
        What was found, and why it is refused.
    remedy : str, optional
        What the user can do about it.
    file, sheet, cell : optional
        Where it was found, as far as it is known.

    Examples
    --------
    >>> print(Refused("no unit is printed", "give --unit", file="kz.xlsx", sheet="2023"))
    kz.xlsx, sheet "2023": no unit is printed. Remedy: give --unit.
    """

    def __init__(self, reason, remedy=None, *, file=None, sheet=None, cell=None):
        # A reason may hold what stands in a cell, and a cell a book.
        reason = reason if len(reason) <= LONGEST else reason[:LONGEST] + "…"
        self.reason, self.remedy = reason.rstrip("."), remedy and remedy.rstrip(".")
        self.file = None if file is None else Path(file).name
        self.sheet, self.cell = sheet, cell
        super().__init__(self.reason)

    def __str__(self):
        place = ", ".join(
            part for part in (self.file, self.sheet and f'sheet "{self.sheet}"', self.cell) if part
        )
        text = f"{place}: {self.reason}." if place else f"{self.reason}."
        return f"{text} Remedy: {self.remedy}." if self.remedy else text
