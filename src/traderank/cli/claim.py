"""The command ``claim``: a claim about a partner, in every reading that it leaves open."""

from __future__ import annotations

import click

from traderank.cli.figures import Unit, percent, source_lines
from traderank.cli.output import draw, examples, form_option, put, say
from traderank.table import Refused

_ANSWERS = {True: "yes", False: "no", None: None}
_HOLDS, _DOES_NOT = 0, 1


@click.command(
    epilog=examples(
        "traderank claim KAZ RUS --rank 2 --year 2023 --behind CHN --flow turnover",
        "traderank claim KAZ CHN --overtook RUS --since 2022 --year 2023 --flow turnover",
        "traderank claim KAZ RUS --top 3 --since 2019 --year 2025 --format json",
        'traderank claim "Russia was Kazakhstan\'s largest source of imports in 2023"',
    )
)
@click.argument("reporter", metavar="REPORTER|SENTENCE")
@click.argument("partner", required=False)
@click.option("--year", type=int, metavar="2023", help="The year, or the last one.")
@click.option("--rank", type=int, metavar="N", help="PARTNER has this rank.")
@click.option("--top", type=int, metavar="N", help="It has this rank or a better one.")
@click.option("--ahead-of", metavar="CHN", help="It ranks before this partner.")
@click.option("--behind", metavar="CHN", help="It ranks after this partner.")
@click.option("--overtook", metavar="CHN", help="It passed this partner after --since.")
@click.option("--share", type=float, metavar="0.2", help="It has more than this share.")
@click.option("--growth", type=float, metavar="0.1", help="Trade grew by this or more.")
@click.option("--since", type=int, metavar="2018", help="First year, or the one compared with.")
@click.option("--first-since", type=int, metavar="2018", help="So in no year between.")
@click.option("--flow", type=click.Choice(["turnover", "export", "import"]), help="Flow meant.")
@click.option("--bloc", "blocs", multiple=True, metavar="EU", help="Count as one; repeatable.")
@click.option("--as-of", metavar="DATE", help="What was known on a day, as in 2024-12-31.")
@form_option
@click.pass_context
def claim(ctx, reporter, partner, as_of, form, **said):
    """Test a claim about a partner in every reading that it leaves open.

    REPORTER and PARTNER are codes, and the options say what is claimed; or one SENTENCE in
    English or Russian says it all. Readings are the flow, whether blocs count as one, the
    edition, and whose figures: each is answered, with the margin and the error in the data
    that would change the answer. Without an answer are those in which PARTNER is counted
    in its bloc.

    Exit status 0 if the claim holds in the reading that it names: --flow among countries,
    --bloc with these as one; in every reading where it names neither. Otherwise 1.
    CSV and JSON have one row per reading; share, error_to_flip, --share and --growth are
    fractions, 0-1.
    """
    from traderank import check_claim, load_trade

    asked = _claim(reporter, partner, said)
    trade = load_trade(asked.reporter, as_of=as_of, vintages="all")
    # What was known on a day cannot be said of sources whose day of publication is unknown.
    verdict = check_claim(asked, trade, others=None if as_of is None else ())
    notes = [*str(verdict).splitlines(), *_notes(verdict)]
    if form == "table":
        put(_drawn(verdict, notes))
    else:
        say("\n".join(notes))
        put(verdict.to_csv() if form == "csv" else verdict.to_json())
    ctx.exit(_HOLDS if verdict.holds else _DOES_NOT)


def _claim(reporter, partner, said):
    from traderank import Claim, parse_claim

    said = {name: value for name, value in said.items() if value not in (None, ())}
    if partner is None:
        if said:
            raise Refused(
                f"a sentence says it all, and --{next(iter(said)).replace('_', '-')} is too much",
                "say it in the sentence, or give REPORTER and PARTNER as codes",
            )
        return parse_claim(reporter)
    if "year" not in said:
        raise Refused("no year is claimed", "give --year")
    return Claim(reporter, partner, said.pop("year"), **said)


def _drawn(verdict, notes):
    rows = verdict.readings
    unit = Unit(rows)
    columns = {"flow": "word", "counted\nas one": "text", "source": "text", "edition": "word"}
    columns |= {"holds": "word"}
    columns |= {"year": "number", "rank": "number", f"value,\n{unit.name}": "number"}
    columns |= {"share": "number", "rival": "word", f"margin,\n{unit.name}": "number"}
    columns |= {"error\nto flip": "number", "cells": "text"}
    answer, *below = notes
    return draw(columns, _rows(rows, unit), above=answer, below=below)


def _rows(readings, unit):
    for row in readings.astype(object).where(readings.notna(), None).itertuples():
        yield (
            row.flow,
            row.blocs or None,
            row.source,
            row.vintage,
            _ANSWERS[row.holds],
            str(row.year),
            row.rank and str(row.rank),
            unit.write(row.value),
            percent(row.share),
            row.rival,
            unit.write(row.margin),
            percent(row.error_to_flip),
            _short([cell["cell"] for cell in row.cells]),
        )


def _short(cells):
    """Name one or two cells; of a bloc's many, the first and the last."""
    if len(cells) > 2:
        return f"{cells[0]} … {cells[-1]} ({len(cells)})"
    return " + ".join(cells) or None


def _notes(verdict):
    for why, rows in verdict.readings.groupby("why", sort=False):
        yield f"No answer ({len(rows)}): {why}."
    yield "Rival: who would first change the answer; margin: the gap to it."
    yield "Error to flip: of both values, in opposite directions."
    if "turnover" in set(verdict.readings["flow"]):
        yield "Turnover is exports FOB plus imports CIF, as statistical offices add them."
    yield from source_lines(verdict.editions)
