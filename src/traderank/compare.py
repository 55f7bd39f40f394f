"""Tables set side by side: blocs as one partner."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import narwhals as nw

from traderank.checks import cases, open_table
from traderank.partners import display_name
from traderank.summing import sum_rows
from traderank.table import COLUMNS, RANKING, Refused


class _Member(NamedTuple):
    partner: str
    first: int
    last: int


def merge_blocs(trade, blocs):
    """Put blocs in the place of their members, each as one partner.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        One row per reporter, partner, flow, product, period, vintage and source.
    blocs : sequence of str
        Codes of ``blocs.csv``: EU (European Union), EAEU (Eurasian Economic Union),
        CHN_HKG_MAC (China with Hong Kong and Macao).

    Returns
    -------
    DataFrame
        `trade` with the country rows of each bloc's members replaced by one row of kind
        bloc: `partner` is the bloc's code, `partner_name` its English name, `value` the
        members' sum. Membership is as of 31 December of the row's year, so that
        the European Union has 28 members in 2019 and 27 in 2020. The reporter is never
        part of a bloc: Kazakhstan's EAEU is the other four.

        A member without a row adds nothing: an office lists the partners that it has
        trade with. A member whose value is missing makes the bloc's value missing. Where
        no member has a row there is no bloc row.

        A printed group with the same code (the office's own EU row) leaves the table:
        one table cannot hold two partners of one code, and an office may count other
        members. Other printed groups and the total stay as printed.

        `share_published` and `cell` of a bloc are null (its members' cells are in
        `trade`), `sheet` and `classification` too if its members differ in
        them; `proof` and `status` are the weakest word of its members; columns that are
        not the tidy table's are null: add ranks and shares after the merging. pandas and
        Polars have the bloc rows at the end.

    Raises
    ------
    Refused
        If a bloc is unknown (the message says which are known), or a country is in two
        of the blocs at one time; and what every measure refuses.

    Examples
    --------
    >>> from traderank import add_rank, add_turnover, load_trade, merge_blocs
    >>> trade = merge_blocs(add_turnover(load_trade(reporter="KAZ")), ["EU"])
    >>> trade = add_rank(trade).query("flow == 'turnover' and year == 2023 and rank <= 3")
    >>> trade.sort_values("rank")["partner"].tolist()
    ['EU', 'CHN', 'RUS']
    """
    blocs = list(dict.fromkeys([blocs] if isinstance(blocs, str) else blocs))
    members = {bloc: _members(bloc) for bloc in blocs}
    _refuse_overlaps(members)
    table = open_table(trade, "year")
    columns = table.collect_schema().names()
    if not blocs:
        return nw.to_native(table)
    country = (nw.col("kind") == "country") & (nw.col("partner") != nw.col("reporter"))
    table = table.with_columns(
        _bloc=cases([(country & _is_member(of), nw.lit(bloc)) for bloc, of in members.items()])
    )
    printed = (nw.col("kind") == "aggregate") & nw.col("partner").is_in(blocs)
    others = table.filter(nw.col("_bloc").is_null() & ~printed).select(columns)
    merged = _summed(table.filter(~nw.col("_bloc").is_null()), columns)
    both = nw.concat([others, merged], how="diagonal").select(columns)
    return nw.to_native(nw.maybe_reset_index(both))


def known_blocs():
    """List the codes that `merge_blocs` knows.

    Returns
    -------
    list of str

    Examples
    --------
    >>> known_blocs()
    ['CHN_HKG_MAC', 'EAEU', 'EU']
    """
    return sorted({row["bloc"] for row in _membership()})


@cache
def _membership():
    with Path(__file__).with_name("blocs.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _members(bloc):
    """List a bloc's members with the first and last year on whose 31 December they are in."""
    if bloc not in known_blocs():
        raise Refused(f'"{bloc}" is not a bloc we know', f"give one of {', '.join(known_blocs())}")
    return [
        _Member(row["partner"], date.fromisoformat(row["from"]).year, _last_year(row["to"]))
        for row in _membership()
        if row["bloc"] == bloc
    ]


def _last_year(to):
    if not to:
        return date.max.year
    # `to` is the last day of membership: only one that ends on 31 December holds that year.
    last = date.fromisoformat(to)
    return last.year if (last.month, last.day) == (12, 31) else last.year - 1


def _is_member(members):
    """Say whether a row's partner is a member, in one comparison per span of years."""
    spans = {}
    for partner, first, last in members:
        spans.setdefault((first, last), []).append(partner)
    return nw.any_horizontal(
        *(
            nw.col("partner").is_in(partners) & nw.col("year").is_between(first, last)
            for (first, last), partners in spans.items()
        ),
        ignore_nulls=True,
    )


def _refuse_overlaps(members):
    for bloc, other in ((a, b) for a in members for b in members if a < b):
        for one in members[bloc]:
            for two in members[other]:
                together = one.first <= two.last and two.first <= one.last
                if one.partner == two.partner and together:
                    raise Refused(
                        f"{one.partner} is in both {bloc} and {other}: it would count twice",
                        "merge one of the two at a time",
                    )


def _summed(rows, columns):
    """Sum the members' rows into one row per bloc and ranking."""
    names = [(nw.col("_bloc") == bloc, nw.lit(display_name(bloc))) for bloc in known_blocs()]
    made = sum_rows(rows, [*RANKING, "_bloc"], columns).with_columns(
        partner=nw.col("_bloc"), partner_name=cases(names), kind=nw.lit("bloc")
    )
    kept = [name for name in COLUMNS if name in columns and name not in ("share_published", "cell")]
    return made.select(kept).sort(*RANKING, "partner")
