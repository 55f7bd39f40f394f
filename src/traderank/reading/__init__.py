"""Read an office's workbook as a tidy table, with the proof of its numbers.

The way of a number: workbook, grid (``grid``), what each cell says (``cells``), where the
records lie (``layout``), what the printed sums prove (``proof``), the tidy table (here).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from traderank.reading import cells, rounding
from traderank.reading.files import open_workbook
from traderank.reading.layout import Given, find_tables
from traderank.reading.proof import Proof, combine, prove
from traderank.reading.siblings import compare_years
from traderank.table import COLUMNS, Refused

_TEXT = pd.StringDtype(na_value=np.nan)

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
):
    """Read every partner table of a workbook, and prove it.

    One row of the table is one reporter, partner, flow and period; turnover, where it is
    printed, is checked and left out. What the file prints is read from it; what it does not
    print must be given; what is both printed and given must agree.

    Parameters
    ----------
    path : path
        An Excel workbook, .xls or .xlsx.
    reporter : str
        ISO 3166-1 alpha-3 code of the country that reports. Never guessed.
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
    return read_grids(grids, given, hidden=hidden)


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
        pieces += _pieces(panel, numbers, places, proof, given)
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
    return Reading(_frame(pieces), proof)


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
            f"no partner table: {f'no sheet ({names}) has' if names else 'nothing here is'} a "
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
                raise panel.refuse(
                    f"the unit here is {column.unit}, on {other.grid.called('sheet ')} it is {unit}",
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


def _pieces(panel, numbers, places, proof, given):
    """Return the tidy columns of one table's flows; a word that is the same all down is one."""
    shares = {c.series: at for at, c in enumerate(panel.columns) if c.measure == "share"}
    partners = {
        "partner": panel.codes,
        "partner_name": list(map(cells.one_line, panel.names)),
        "kind": panel.kinds,
    }
    for at, column in enumerate(panel.columns):
        if column.measure != "value" or column.flow == "turnover":
            continue
        there = panel.row_of[:, at] >= 0
        every = bool(there.all())
        named = partners if every else {n: _where(told, there) for n, told in partners.items()}
        yield named | {
            "reporter": column.reporter,
            "product": column.product,
            "classification": column.classification,
            "currency": column.unit.currency,
            "vintage": given.vintage,
            "status": column.status,
            "source": given.source,
            "sheet": panel.grid.sheet or None,
            "proof": proof.word,
            "flow": column.flow,
            "year": column.period.year,
            "period": str(column.period),
            "months": column.period.months,
            "value": _scaled(numbers, places, there, at, round(np.log10(column.unit.scale))),
            "share_published": _shares(panel, numbers, places, there, shares.get(column.series)),
            "cell": panel.cells(at, there),
        }


def _where(items, mask):
    return [item for item, chosen in zip(items, mask, strict=True) if chosen]


def _scaled(numbers, places, rows, at, power):
    return rounding.rescale(numbers[rows, at], places[rows, at], power)


def _shares(panel, numbers, places, rows, share):
    """Return the printed shares, 0 to 1; a share may be printed in per cent or as a fraction."""
    if share is None:
        return np.full(int(rows.sum()), np.nan)
    of_total = [numbers[row, share] for row, p in enumerate(panel.partners) if p.code == "WLD"]
    return _scaled(numbers, places, rows, share, 0 if of_total == [1.0] else -2)


def _frame(pieces):
    """Join the pieces as the tidy table."""
    lengths = [len(piece["value"]) for piece in pieces]
    columns = {
        "year": np.repeat([piece["year"] for piece in pieces], lengths),
        "months": np.repeat([piece["months"] for piece in pieces], lengths),
        "value": np.concatenate([piece["value"] for piece in pieces]),
        "share_published": np.concatenate([piece["share_published"] for piece in pieces]),
    }
    # Making texts is what takes time: each is made once, and all are taken to their places.
    texts = [name for name in COLUMNS if name not in columns]
    words, known, places = [], {}, []
    for name, (piece, length) in product(texts, zip(pieces, lengths, strict=True)):
        told, down = piece[name], piece[name].__class__ is list
        first = known.setdefault(id(told) if down else told, len(words))
        if first == len(words):
            words += told if down else [told]
        places.append(first + np.arange(length) if down else np.full(length, first))
    taken = pd.array(words, dtype=_TEXT).take(np.concatenate(places))
    for at, name in enumerate(texts):
        columns[name] = taken[at * sum(lengths) : (at + 1) * sum(lengths)]
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)
