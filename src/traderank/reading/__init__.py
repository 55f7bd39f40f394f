"""Read an office's partner table as a tidy table, with the proof of its numbers.

How a table that was never seen before is understood:

1. *The file becomes sheets of plain cells.* Its bytes say what it is (``files``): a workbook
   (``workbook``; what the library that reads it does not tell lies in ``beneath``), a text
   (``text``), a page (``pages``). Nothing is parsed that may be too large (``limits``).
2. *Each cell says something, wherever it stands* (``cells``): a flow, a period (``periods``), a
   unit, a share, a number or a mark in place of one (``numbers``), a partner (the allow-list).
   The words are data: ``words.toml``, ``times.toml``, ``units.toml``.
3. *The partners give the sheet its direction* (``labels``): columns that name partners are the
   labels; if rows name more, the sheet is turned, and read like any other. Lists side by side
   are parted (``bands``).
4. *A walk down the labels parts the sheet* (``rows``): a partner beside numbers is a record
   (``records``); of the others (``odd``) texts over columns are a header, a text alone is a title
   that speaks until the next one (``blocks``).
5. *What a column of numbers is, the nearest words say* (``meaning``): its own header (``heads``
   tells how far each text reaches), or columns that say it row by row (``dimensions``), then the
   titles from the nearest up, the sheet's name, the caller (``context``, ``dating``). What is said
   twice must agree; what nobody says is refused. ``wide`` and ``longs`` put that in order as a
   ``panel``, ``checking`` refuses what needs no sum, ``subject`` what is not trade, or has
   words beside it that are not ``known``.
6. *The printed sums prove it* (``proof``): groups and totals (``sums``), turnover and periods
   (``identities``), shares, all within the rounding of what is printed (``rounding``). Where a
   sheet can be meant in several ways, the one that adds up is taken; if two do, or none, the
   table is refused (``layout``). What breaks a rule and no sum is told (``doubts``, ``siblings``).
7. *What is left is the tidy table* (``tidy``), and a line that says what it was ``taken`` for.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from traderank.reading import cells, tidy
from traderank.reading.annual import sum_months
from traderank.reading.files import open_workbook
from traderank.reading.layout import Given, find_tables
from traderank.reading.proof import Proof, combine, prove
from traderank.reading.siblings import compare_years
from traderank.table import Refused

__all__ = ["Given", "Proof", "Reading", "read_grids", "read_workbook"]


@dataclass
class Reading:
    """What was read: ``table`` is the tidy table, ``proof`` says how sure it is."""

    table: pd.DataFrame
    proof: Proof


def read_workbook(
    path,
    *,
    reporter=None,
    unit=None,
    flow=None,
    year=None,
    months=None,
    vintage=None,
    status=None,
    partners=None,
    known_errors=(),
    source=None,
    annual=False,
):
    """Read every partner table of a workbook, and prove it.

    One row of the table is one reporter, partner, flow and period; turnover, where it is
    printed, is checked and left out. What the file prints is read from it; what it does not
    print must be given; what is both printed and given must agree.

    Parameters
    ----------
    path : path
        A workbook (.xls, .xlsx, .ods), a table as text (.csv, .tsv) or on a page (.html), also
        zipped. What it is, its bytes tell, whatever its name says.
    reporter : str, optional
        ISO 3166-1 alpha-3 code of the country that reports, where no column says it. Never
        guessed.
    unit : str, optional
        As in ``"thousand USD"``, where the file prints none.
    flow : {"export", "import"}, optional
        What the numbers are, where nothing in the file says.
    year, months : int, optional
        The calendar year and the length of the period.
    vintage : str, optional
        Date the edition was published (ISO 8601).
    status : {"final", "preliminary"}, optional
        Where no printed word says.
    partners : mapping, optional
        Further printed names, from ``partners.read_extra``.
    known_errors : sequence of mappings, optional
        Errors of the office: ``sheet``, ``cell``, ``size`` in printed units, ``reason``.
    source : str, optional
        Key in ``sources.toml``; the file's name where not given.
    annual : bool, optional
        Put years in the place of their months, where all twelve are printed. A year is never
        made otherwise.

    Returns
    -------
    Reading
        ``table`` (pandas; `value` in whole units of `currency`, missing where the office
        reports nothing, 0 where it reports none) and ``proof``.

    Raises
    ------
    Refused
        With file, sheet, cell and remedy, whenever a number would have to be guessed.

    """
    # First of all: to ask for a --reporter of a file that is not there would mislead.
    grids, hidden = open_workbook(path)
    _check_given(path, reporter, flow, months, status, vintage)
    given = Given(
        reporter=reporter,
        unit=_known_unit(path, unit),
        flow=flow,
        year=year,
        months=months,
        vintage=vintage,
        status=status,
        partners=partners,
        known_errors=known_errors,
        source=source or Path(path).name,
    )
    reading = read_grids(grids, given, hidden=hidden)
    if annual:
        reading.table, notes = sum_months(reading.table, path)
        reading.proof.notes += notes
    return reading


def read_grids(grids, given, *, hidden=()):
    """Read what `open_workbook` opened, as `read_workbook` does.

    Parameters
    ----------
    grids : list of Grid
        The visible sheets of one workbook.
    given : Given
        What the caller says of the workbook.
    hidden : sequence of str, optional
        Names of the sheets that are hidden: they are not read, and the proof says so.

    Returns
    -------
    Reading

    Raises
    ------
    Refused
        As `read_workbook`.

    """
    made, without, reasons = [], [], []
    for grid in grids:
        tables, why = find_tables(grid, given)
        made += [panel for table in tables for panel in table]
        reasons += why
        if not tables:
            without.append(grid.sheet)
    _refuse_no_table(grids, made, reasons)
    _refuse_disagreement(made)
    pieces, proofs = [], []
    for panel, (proof, numbers, places) in zip(made, prove(made, given.known_errors), strict=True):
        proofs.append(proof)
        pieces += tidy.pieces(panel, numbers, places, proof.word, given)
    if not pieces:
        raise Refused(
            "only turnover is printed, neither exports nor imports",
            "give a table that has them",
            file=grids[0].file,
        )
    proof = combine(proofs)
    proof.notes += compare_years(made)
    for what, names in (("no partner table in", without), ("hidden, not read:", hidden)):
        if names:
            proof.notes.append(f"{what} " + ", ".join(f"«{name}»" for name in names))
    return Reading(tidy.frame(pieces), proof)


def _check_given(path, reporter, flow, months, status, vintage):
    if reporter is not None and not (
        len(reporter) == 3 and reporter.isascii() and reporter.isupper()
    ):
        raise Refused(f"{reporter!r} is not an ISO alpha-3 code", "write it as KAZ", file=path)
    if flow not in (None, "export", "import"):
        raise Refused(f"{flow!r} is not a flow", "give export or import", file=path)
    if status not in (None, "final", "preliminary"):
        raise Refused(f"{status!r} is not a status", "give final or preliminary", file=path)
    if months is not None and not 1 <= months <= 12:
        raise Refused(f"{months} months is not a part of a year", "give 1 to 12", file=path)
    try:
        vintage is None or datetime.date.fromisoformat(vintage)
    except (ValueError, TypeError):
        raise Refused(
            f"{vintage!r} is not a date", "give the vintage as in 2024-07-25", file=path
        ) from None


def _known_unit(path, unit):
    known = None if unit is None else cells.read_unit(unit)
    if unit is not None and known is None:
        raise Refused(f"{unit!r} is not a unit we know", 'write it as "thousand USD"', file=path)
    return known


def _refuse_no_table(grids, made, reasons):
    if not made and reasons:
        raise reasons[0]
    if not made:
        names = ", ".join(f"«{grid.sheet}»" for grid in grids[:12] if grid.sheet)
        raise Refused(
            f"no partner table: {f'no sheet ({names}) has a' if names else 'this text has no'} "
            "column of partner countries with numbers beside them",
            "give a workbook with exports or imports by partner country",
            file=grids[0].file,
        )


def _refuse_disagreement(made):
    """Refuse two tables of one file that say the same thing, or count differently."""
    seen, first = {}, {}
    for panel in made:
        for at, column in enumerate(panel.columns):
            if column.measure != "value":
                continue
            other, unit = first.setdefault(column.reporter, (panel, column.unit))
            if column.unit != unit:
                there = other.grid.called("sheet ")
                raise panel.refuse(
                    f"the unit here is {column.unit}, on {there} it is {unit}",
                    "find out which is right; read tables that really differ from separate files",
                    row=0,
                    column=at,
                )
            other = seen.setdefault(column.series, panel)
            if other is not panel:
                raise panel.refuse(
                    f"{column.flow} {column.period} is here and on {other.grid.called('sheet ')}",
                    "correct the year or flow that is wrong, or keep one of the sheets",
                    row=0,
                    column=at,
                )
