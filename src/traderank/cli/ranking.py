"""The command ``rank``: a country's partners in order, each with what makes the place firm."""

from __future__ import annotations

import click

from traderank.cli.figures import Unit, listed, percent, source_lines
from traderank.cli.output import draw, examples, form_option, put_table, say
from traderank.table import COLUMNS, RANKED_KINDS, Refused

_ADDED = ["rank", "share", "rival", "margin", "error_to_flip"]
_TOP = 10
_FLOWS = {"turnover": "turnover in", "export": "exports of", "import": "imports of"}


@click.command(
    epilog=examples(
        "traderank rank KAZ --year 2023",
        "traderank rank KAZ --year 2023 --flow import --partner CHN --partner RUS",
        "traderank rank KAZ --year 2019 --bloc EU --top 5 --as-of 2020-12-31",
        "traderank rank KAZ --year 2023 --format csv --top 3",
    )
)
@click.argument("reporter")
@click.option("--year", type=int, metavar="2023", required=True, help="Calendar year.")
@click.option(
    "--flow",
    type=click.Choice(["turnover", "export", "import"]),
    default="turnover",
    show_default=True,
    help="Turnover is exports FOB plus imports CIF, as offices add them.",
)
@click.option(
    "--partner", "partners", multiple=True, metavar="CHN", help="Show only these; repeatable."
)
@click.option(
    "--bloc", "blocs", multiple=True, metavar="EU", help="Rank its members as one; repeatable."
)
@click.option(
    "--top", type=click.IntRange(min=1), metavar="N", help="How many to show; 10 if not given."
)
@click.option("--as-of", metavar="DATE", help="What was known on a day, as in 2020-12-31.")
@form_option
def rank(reporter, year, flow, partners, blocs, top, as_of, form):
    """Rank the partners of REPORTER, an ISO alpha-3 code, in a year.

    The figures are those that ship (see traderank sources), each from the latest edition
    known. Only countries and blocs that traded are ranked; ties share the better rank.
    --partner shows any partner, WLD (the printed total) and printed groups too, with the rank it
    has among all; then there is no limit unless --top gives one.

    CSV and JSON have the columns of the tidy table and rank, share (of the printed total, 0-1),
    rival (the partner with which the place would change first), margin (the gap to it, in
    currency) and error_to_flip (the error, 0-1, of both values that would change it).
    """
    from traderank import add_share, add_turnover, load_trade, merge_blocs, rank_margin
    from traderank.export import as_printed

    trade = _of_year(load_trade(reporter, as_of=as_of), year, as_of)
    measured = rank_margin(add_share(merge_blocs(add_turnover(trade), blocs)))
    ranking = _of_flow(as_printed(measured, trade), flow, year)
    _refuse_unknown(partners, ranking, trade)
    shown = _shown(ranking, partners, top)[[*COLUMNS, *_ADDED]]
    unit = Unit(shown)
    notes = list(_notes(shown, ranking, blocs, unit))
    if form != "table":
        say("\n".join(notes))
    title = _title(reporter, flow, year, as_of)
    put_table(shown, form, draw(_columns(unit), _rows(shown, unit), above=title, below=notes))


def _of_year(trade, year, as_of):
    """Keep a whole year of all goods: a part of a year is never shown as one."""
    whole = trade.query("months == 12 and product == 'TOTAL'")
    years = sorted(whole["year"].unique())
    if year not in years:
        parts = trade.loc[trade["year"] == year, "period"].unique()
        known = f" as of {as_of}" if as_of else ""
        only = f", only {listed(parts)} of it" if len(parts) else ""
        reason = f"the year {year} is not shipped{known}{only}"
        raise Refused(reason, f"there is {listed(years)}")
    return whole[whole["year"] == year]


def _of_flow(trade, flow, year):
    there = sorted(trade.loc[trade["rank"].notna(), "flow"].unique())
    if flow not in there:
        apart = flow == "turnover" and len(there) == 2
        why = ": its exports and imports are of different editions" if apart else ""
        raise Refused(f"no {flow} of {year} is shipped{why}", f"there is {listed(there)}")
    return trade[trade["flow"] == flow]


def _refuse_unknown(partners, ranking, trade):
    there, before = sorted(ranking["partner"].unique()), set(trade["partner"])
    for partner in partners:
        if partner not in there and partner in before:
            raise Refused(f"{partner} is counted in its bloc", "leave out that --bloc")
        if partner not in there:
            code = _code(partner, there)
            raise Refused(
                f"no partner {partner!r} is in the table",
                f"write {code}" if code else f"there is {listed(there)}",
            )


def _code(name, there):
    """Return the code that was meant by a name, or by a code in small letters."""
    from traderank.partners import display_name, find

    names = {display_name(code).casefold(): code for code in there}
    names |= {code.casefold(): code for code in there}
    names |= {name.casefold(): known.code for known in [find(name)] if known}
    code = names.get(name.casefold())
    return code if code in there else None


def _shown(ranking, partners, top):
    if partners:
        rows = ranking[ranking["partner"].isin(partners)]
    else:
        rows, top = ranking[ranking["rank"].notna()], top or _TOP
    rows = rows.sort_values(["rank", "partner"])
    # Whoever is tied with the last one shown is shown too, and whoever is asked for unranked.
    place = rows["rank"].rank(method="min").fillna(0)
    return rows[place <= top] if top else rows


def _title(reporter, flow, year, as_of):
    from traderank.partners import display_name

    known = f", as known on {as_of}" if as_of else ""
    return f"{display_name(reporter)}: partners by {_FLOWS[flow]} goods, {year}{known}"


def _columns(unit):
    value, margin = f"value,\n{unit.name}", f"margin,\n{unit.name}"
    return {
        "rank": "number",
        "partner": "text",
        value: "number",
        "share": "number",
        "rival": "word",
        margin: "number",
        "cells": "text",
    }


def _rows(shown, unit):
    from traderank.partners import display_name

    for row in shown.astype(object).where(shown.notna(), None).itertuples():
        yield (
            row.rank and str(row.rank),
            f"{display_name(row.partner)} ({row.partner})",
            unit.write(row.value),
            percent(row.share),
            row.rival,
            unit.write(row.margin),
            row.cell,
        )


def _notes(shown, ranking, blocs, unit):
    missing = ranking[ranking["kind"].isin(RANKED_KINDS) & ranking["value"].isna()]
    total = ranking.loc[ranking["partner"] == "WLD", "value"].dropna()
    yield f"Shown: {shown['rank'].count()} of {ranking['rank'].count()} ranked partners."
    if len(missing):
        yield f"Not reported, and not ranked: {listed(missing['partner'])}."
    if len(total):
        yield f"Total: {unit.write(total.iloc[0])} {unit.name}."
    else:
        yield "No total is printed: there are no shares."
    yield "Rival: who would first change places with the partner; margin: the gap to it."
    if "turnover" in set(shown["flow"]):
        yield "Turnover is exports FOB plus imports CIF, as statistical offices add them."
    for bloc in dict.fromkeys(blocs):
        yield f"{bloc} is the sum of its members as of 31 December."
    yield from source_lines(ranking)
