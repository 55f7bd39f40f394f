"""What other sources that ship say of a country's own trade: each with ranks of its own."""

from __future__ import annotations

from functools import cache

import narwhals as nw

from traderank.checks import as_rows
from traderank.extracts import load_extract

#: The extracts whose ranks were made on every partner that the source has.
_RANKED = ("comtrade", "wits-kazakhstan", "imf-2025")


def load_reports(reporter):
    """Load the shipped tables in which other sources rank a country's partners.

    Parameters
    ----------
    reporter : str
        ISO 3166-1 alpha-3 code.

    Returns
    -------
    list of pandas.DataFrame
        Tidy tables of one source each, with a column `rank`.
    """
    tables = [_load(source) for source in _RANKED]
    return [table[table["reporter"] == reporter] for table in tables]


def having(others, claim):
    """Keep the tables that have the reporter and all years of a claim.

    Parameters
    ----------
    others : sequence of DataFrame
    claim : Claim

    Yields
    ------
    DataFrame
    """
    for table in others:
        rows = nw.from_native(table).filter(nw.col("reporter") == claim.reporter)
        years = {row["year"] for row in as_rows(rows.select("year").unique())}
        if years.issuperset(claim.years()):
            yield table


@cache
def _load(source):
    return load_extract(source)
