"""The command ``diff``: what changed between two editions, and whether a claim still holds."""

from __future__ import annotations

from pathlib import Path

import click

from traderank.cli.figures import listed
from traderank.cli.output import draw, examples, form_option, put_table, say
from traderank.cli.workbooks import given, read_one
from traderank.table import COLUMNS, Refused

_PATH = click.Path(path_type=Path)
_SHOWN = 20
_SAME, _DIFFERS = 0, 1
_TOLD = (
    *("reporter", "partner", "flow", "product", "period", "outcome", "flipped", "renamed"),
    *("name_old", "name_new", "value_old", "value_new", "revision", "revision_relative"),
    *("currency", "rank_old", "rank_new", "vintage_old", "vintage_new", "source_old"),
    "source_new",
)


@click.command(
    epilog=examples(
        "traderank diff ministry.xlsx final.xlsx --reporter KAZ",
        "traderank diff ministry.xlsx final.xlsx --reporter KAZ --claim "
        '"China was Kazakhstan\'s largest export destination in 2023"',
    )
)
@click.argument("old", type=_PATH)
@click.argument("new", type=_PATH)
@given
@click.option("--claim", "sentence", metavar="SENTENCE", help="Say if its answer changes.")
@form_option
def diff(old, new, sources, partners, sentence, form, **told):
    """Compare two editions: values, partners, ranks, and a claim's answer.

    OLD and NEW are workbooks, or tidy tables (.csv as clean writes it, .parquet). Compared
    are the periods that both have, turnover too: values that differ beyond their printed
    rounding, partners that appeared, vanished or were renamed, and ranks that flipped. SENTENCE
    is as for the command claim.

    Exit status 0 if nothing differs, 1 if something does. CSV and JSON have every row that
    differs; a table shows the twenty largest revisions.
    """
    from traderank import compare_editions
    from traderank.partners import read_extra
    from traderank.sources import load_sources

    extra = read_extra(partners) if partners else None
    tables = [_table(path, load_sources(sources), partners=extra, **told) for path in (old, new)]
    found = compare_editions(*tables)[[*_TOLD]]
    answers = list(_answers(sentence, *tables)) if sentence else []
    notes = [*_notes(found), *answers]
    if form != "table":
        say("\n".join(notes))
    put_table(found, form, _drawn(found, notes, old, new))
    changed = len(found) or any(answer.startswith("Changed") for answer in answers)
    click.get_current_context().exit(_DIFFERS if changed else _SAME)


def _table(path, known, **told):
    """Read a tidy table as such, and anything else as a workbook."""
    import pandas as pd

    from traderank.sources import read_trade

    ending = path.suffix.lower()
    try:
        if ending == ".parquet":
            return _tidy(pd.read_parquet(path), path)
        if ending == ".csv" and _begins_tidy(path):
            return _tidy(read_trade(path), path)
    except (OSError, ValueError, ImportError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"the table cannot be read ({error})", "check the file", file=path) from error
    return read_one(path, known, **told).table


def _begins_tidy(path):
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return {"reporter", "partner", "value"} <= set(file.readline().strip().split(","))


def _tidy(table, path):
    if absent := [name for name in COLUMNS if name not in table]:
        raise Refused(
            f"the table has no column {listed(absent)}", "write it by traderank clean", file=path
        )
    return table


def _answers(sentence, old, new):
    """Say of a claim's readings, flow by flow and bloc by bloc, whether the answer is the same."""
    from traderank import check_claim, parse_claim

    claim = parse_claim(sentence)
    verdicts = [check_claim(claim, table, others=()).readings for table in (old, new)]
    before, after = (rows.set_index(["flow", "blocs"])["holds"] for rows in verdicts)
    yield f"Claim: {claim}."
    for (flow, blocs), holds in after.items():
        was = before.get((flow, blocs))
        if _word(was) != _word(holds):
            way = f", {blocs} as one" if blocs else ""
            yield f"Changed by {flow}{way}: it was {_word(was)}, and is {_word(holds)}."
    if after.map(_word).equals(before.map(_word)):
        yield f"Its answer is the same in all {len(after)} readings."


def _word(holds):
    import pandas as pd

    return "without an answer" if holds is None or pd.isna(holds) else "true" if holds else "false"


def _notes(found):
    counts = found["outcome"].value_counts()
    flips, renamed = int(found["flipped"].fillna(False).sum()), int(found["renamed"].sum())
    if len(found):
        said = [
            f"{count} {word}"
            for word, count in counts.items()
            if word not in ("unchanged", "rounding")
        ]
        said += [f"{flips} with another rank"] if flips else []
        said += [f"{renamed} renamed"] if renamed else []
        yield f"{len(found)} rows differ: {listed(said)}."
    else:
        yield "Nothing differs beyond printed rounding."


def _drawn(found, notes, old, new):
    columns = {"partner": "word", "flow": "word", "period": "word", "what": "text"}
    columns |= dict.fromkeys(("old", "new", "revision", "rank"), "number")
    above = f"{old.name} and {new.name}"
    if len(found) > _SHOWN:
        notes = [*notes, f"Shown: the {_SHOWN} largest revisions; --format csv has all."]
    if found.empty:
        return "\n".join([above, *notes, ""])
    return draw(columns, _rows(found[:_SHOWN]), above=above, below=notes)


def _rows(found):
    for row in found.astype(object).where(found.notna(), None).itertuples():
        what = [row.outcome, *(["rank"] if row.flipped else [])]
        what += [f"{row.name_old} is now {row.name_new}"] if row.renamed else []
        ranks = [rank for rank in (row.rank_old, row.rank_new) if rank]
        yield (
            row.partner,
            row.flow,
            row.period,
            ", ".join(what),
            *(None if n is None else f"{n:,.0f}" for n in (row.value_old, row.value_new)),
            None if row.revision is None else f"{row.revision:+,.0f}",
            " → ".join(dict.fromkeys(map(str, ranks))) or None,
        )
