"""The command ``sources``: what ships, where it is from, and what is taken from it."""

from __future__ import annotations

import click

from traderank.cli.output import draw, examples, form_option, put_table

_COLUMNS = (
    *("key", "reporter", "covers", "used", "vintage", "status", "proof", "file", "sha256"),
    *("original_name", "original_sha256", "office", "title", "edition", "url"),
)


_USED = "Used: periods that rank and load_trade take from it, the latest edition of them."


@click.command(epilog=examples("traderank sources", "traderank sources --format csv"))
@form_option
def sources(form):
    """List what is shipped: editions, vintages, checksums.

    One row is one raw file, with the periods it covers and those that are used from it: a
    period comes whole from the latest edition that has it, unless rank is asked --as-of a day.
    CSV and JSON name the file, have checksums whole, and tell of the office's own file too.
    """
    import pandas as pd

    table = pd.DataFrame(_rows(), columns=_COLUMNS)
    put_table(table, form, _drawn(table))


def _rows():
    from traderank.sources import load_sources, load_trade

    every, latest = load_trade(vintages="all"), load_trade()
    for key, entry in load_sources().items():
        rows = every[every["source"] == key]
        yield entry | {
            "key": key,
            "covers": _periods(rows),
            "used": _periods(latest[latest["source"] == key]),
            "proof": ", ".join(rows["proof"].unique()),
        }


def _periods(rows):
    periods = sorted(rows["period"].unique())
    years = [int(period) for period in periods if period.isdigit()]
    if len(periods) > 2 and years == list(range(years[0], years[0] + len(periods))):
        return f"{years[0]}–{years[-1]}"
    return ", ".join(periods)


def _drawn(table):
    columns = {"key": "word", "covers": "text", "used": "text", "vintage": "word"}
    columns |= dict.fromkeys(("status", "proof", "sha256"), "word")
    short = table[[*columns]].assign(sha256=table["sha256"].str[:7] + "…")
    rows = short.astype(object).where(short.notna(), None).itertuples(index=False)
    return draw(columns, rows, below=[_USED])
