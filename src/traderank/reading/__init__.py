"""Read an office's workbook as a tidy table, with the proof of its numbers.

The way of a number: workbook, grid (``grid``), what each cell says (``cells``), where the
records lie (``layout``), what the printed sums prove (``proof``), the tidy table (here).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from traderank.reading import cells, rounding
from traderank.reading.grid import cell_name, open_workbook
from traderank.reading.layout import Given, find_block
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
    blocks = [(grid, find_block(grid, given)) for grid in grids]
    without = [grid.sheet for grid, block in blocks if block is None]
    blocks = [block for _, block in blocks if block is not None]
    _refuse_no_table(grids, blocks)
    _refuse_disagreement(blocks)
    pieces, proofs = [], []
    for block in blocks:
        proof, numbers, places = prove(block, given.known_errors)
        proofs.append(proof)
        pieces += _pieces(block, numbers, places, proof, given)
    if not pieces:
        raise Refused(
            "only turnover is printed, neither exports nor imports",
            "give a table that has them",
            file=grids[0].file,
        )
    proof = combine(proofs)
    proof.notes += compare_years(blocks)
    for what, names in (("no partner table in", without), ("hidden, not read:", hidden)):
        if names:
            proof.notes.append(f"{what} " + ", ".join(f"«{name}»" for name in names))
    return Reading(_frame(pieces), proof)


def _check_given(path, reporter, flow, months, status, vintage):
    if reporter is None:
        raise Refused(
            "nothing says which country reports",
            "give --reporter with its ISO alpha-3 code, as in --reporter KAZ",
            file=path,
        )
    if not (len(reporter) == 3 and reporter.isascii() and reporter.isupper()):
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


def _refuse_no_table(grids, blocks):
    if not blocks:
        names = ", ".join(f"«{grid.sheet}»" for grid in grids)
        raise Refused(
            f"no partner table: no sheet ({names}) has a column of partner countries with "
            "numbers beside them",
            "give a workbook with exports or imports by partner country",
            file=grids[0].file,
        )


def _refuse_disagreement(blocks):
    """Refuse two tables of one workbook that say the same thing, or count differently."""
    seen, first = {}, blocks[0]
    for block in blocks:
        if block.unit != first.unit:
            raise block.grid.refuse(
                f"the unit here is {block.unit}, on sheet «{first.grid.sheet}» it is {first.unit}",
                "find out which is right; read sheets that really differ from separate files",
            )
        for column in block.columns:
            if column.measure != "value":
                continue
            other = seen.setdefault((column.flow, column.period), block)
            if other is not block:
                raise block.grid.refuse(
                    f"{column.flow} {column.period} is here and on sheet «{other.grid.sheet}»",
                    "correct the year or flow that is wrong, or keep one of the sheets",
                )


def _pieces(block, numbers, places, proof, given):
    """Return the tidy columns of one table's flows; a word that is the same all down is one."""
    shares = {(c.flow, c.period): i for i, c in enumerate(block.columns) if c.measure == "share"}
    power = round(np.log10(block.unit.scale))
    powers = np.array([power if c.measure == "value" else -2 for c in block.columns])
    tidy = rounding.rescale(numbers, places, powers)
    rows, unknown = [str(row + 1) for row in block.rows], np.full(len(block.rows), np.nan)
    everywhere = {
        "reporter": given.reporter,
        "partner": block.codes,
        "partner_name": list(map(cells.one_line, block.names)),
        "kind": block.kinds,
        "product": "TOTAL",
        "classification": None,
        "currency": block.unit.currency,
        "vintage": given.vintage,
        "status": block.status,
        "source": given.source,
        "sheet": block.grid.sheet,
        "proof": proof.word,
    }
    for index, column in enumerate(block.columns):
        if column.measure != "value" or column.flow == "turnover":
            continue
        share = shares.get((column.flow, column.period))
        letter = cell_name(0, column.index)[:-1]
        yield everywhere | {
            "flow": column.flow,
            "year": column.period.year,
            "period": str(column.period),
            "months": column.period.months,
            "value": tidy[:, index],
            "share_published": unknown if share is None else tidy[:, share],
            "cell": [letter + row for row in rows],
        }


def _frame(pieces):
    """Join the pieces as the tidy table."""
    lengths = [len(piece["value"]) for piece in pieces]
    columns = {
        "year": np.repeat([piece["year"] for piece in pieces], lengths),
        "months": np.repeat([piece["months"] for piece in pieces], lengths),
        "value": np.concatenate([piece["value"] for piece in pieces]),
        "share_published": np.concatenate([piece["share_published"] for piece in pieces]),
    }
    steps = np.concatenate([np.arange(length) for length in lengths])
    # Making texts is what takes time: each is made once, and all are taken to their places.
    texts = [name for name in COLUMNS if name not in columns]
    words, known, places = [], {}, []
    for name in texts:
        told, first = [piece[name] for piece in pieces], []
        for one in told:
            down = one.__class__ is list
            first.append(known.setdefault(id(one) if down else one, len(words)))
            if first[-1] == len(words):
                words += one if down else [one]
        places.append(np.repeat(first, lengths) + (steps if down else 0))
    taken = pd.array(words, dtype=_TEXT).take(np.concatenate(places))
    for at, name in enumerate(texts):
        columns[name] = taken[at * sum(lengths) : (at + 1) * sum(lengths)]
    index = pd.RangeIndex(sum(lengths))
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, index=index, copy=False)
