"""The readings of a claim as a specification curve: how firm each is, and what it is of."""

from __future__ import annotations

from functools import partial

import pandas as pd

from traderank.charts import page as look
from traderank.charts.chart import Chart
from traderank.charts.curve import draw_curve
from traderank.charts.drawn import FLOWS
from traderank.charts.source import is_fob_and_cif, sources_text
from traderank.charts.telling import Told, describe, hear
from traderank.charts.words import NO_BREAK
from traderank.partners import members
from traderank.table import Refused, address


def reading_chart(verdict, *, finding, sentence=None, language="en", note=None, sources=None):
    """Draw a claim's readings as a specification curve.

    Parameters
    ----------
    verdict : Verdict
        From `check_claim`.
    finding, language, note, sources
        As for `rank_lines`.
    sentence : str, optional
        The claim in the words in which it was made; in our English ones if not given.

    Returns
    -------
    Chart
        One column per reading: those in which the claim holds, the firmest first, those in
        which it does not, the narrowest first, and those without an answer. The bar is the
        error in the data that would change the answer, upwards where the claim holds; the
        figure at its end is the partner's rank. The dots below say what the reading is: flow,
        who counts as one partner and, where there are several, edition and source.

    Raises
    ------
    Refused
        If there is no finding, or more readings than one chart can show.

    Notes
    -----
    Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020), "Specification curve
    analysis", *Nature Human Behaviour* 4, 1208-1214.

    Examples
    --------
    >>> from traderank import Claim, check_claim, load_trade, reading_chart
    >>> claim = Claim("KAZ", "RUS", 2023, rank=2, behind="CHN")
    >>> verdict = check_claim(claim, load_trade("KAZ", vintages="all"))
    >>> chart = reading_chart(verdict, finding="Right by turnover among countries only")
    >>> chart.data["holds"].value_counts().tolist()
    [7, 2]
    """
    said = hear(finding, language, note, sources)
    words = said.words
    readings = _in_order(verdict.readings)
    groups = _choices(readings, said.sources, words)
    told = _tell(verdict, readings, groups, sentence, said)
    with look.our_style():
        page = look.Page(told)
        draw_curve(page, readings, groups, words)
    name = f"{verdict.claim.reporter}-reading_chart-{verdict.claim.partner}-{verdict.claim.year}"
    return Chart(page.figure, told.alt, _data(readings), told.source, name.lower(), told.finding)


def _in_order(readings):
    """Put the firmest yes first, then the narrow ones, the narrow no, and no answer last."""
    if len(readings) > 48:
        raise Refused(
            f"{len(readings)} readings are too many for one chart",
            "ask fewer of them: check_claim(claim, trade, others=(), blocs=…)",
        )
    answer = readings["holds"].map({True: 1, False: -1}).astype(float)
    size = readings["error_to_flip"].where(readings["holds"].notna())
    readings = readings.assign(signed=answer * size.fillna(0), answer=answer)
    order = ["answer", "signed"]
    return readings.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def _choices(readings, sources, words):
    """List what the readings differ in: groups of names, each with the columns that it is of."""
    flows = [(words.say("flow", flow), readings["flow"] == flow) for flow in FLOWS]
    ways = [
        (_way(way, words), readings["blocs"] == way) for way in dict.fromkeys(readings["blocs"])
    ]
    groups = [flows, sorted(ways, key=lambda choice: choice[0] != _way("", words))]
    editions = readings[["vintage", "source"]].astype(object)
    editions = editions.where(readings[["vintage", "source"]].notna(), None).apply(tuple, axis=1)
    known = sorted(set(editions), key=lambda edition: (edition[0] is None, *map(str, edition)))
    if len(known) > 1:
        groups.append([(_edition(*one, sources, words), _is(editions, one)) for one in known])
    return [[choice for choice in choices if choice[1].any()] for choices in groups]


def _is(editions, one):
    return editions.map(lambda other: other == one)


def _edition(vintage, source, sources, words):
    """Name an edition by its date; one without a date by its office, if that is short."""
    if vintage is not None:
        return words.say("edition", first=vintage)
    office = words.office(sources.get(source, {}).get("office", source))
    return office if len(office) <= 30 else source


def _way(way, words):
    return ", ".join(map(words.name, way.split(" + "))) if way else words.say("readings", "apart")


def _tell(verdict, readings, groups, sentence, said):
    words, claim = said.words, verdict.claim
    quoted = words.say("title", title=(sentence or str(claim)).rstrip("."))
    subtitle = words.say(
        "readings", "subtitle", sentence=quoted, reporter=words.name(claim.reporter)
    )
    notes = [words.say("readings", "note")]
    if not readings["named"].all():
        notes.append(words.say("readings", "named"))
    if "turnover" in set(readings["flow"]):
        own = verdict.editions[verdict.editions["flow"] == "turnover"]
        whole = is_fob_and_cif(own, said.sources)
        notes.append(words.say("note", "turnover_fob_cif" if whole else "turnover"))
    silent = readings[readings["answer"].isna()]
    if len(silent) and all(map(partial(_is_own, claim.partner), silent["blocs"], silent["year"])):
        notes.append(words.say("readings", "own", partner=words.name(claim.partner)))
    if (readings["answer"].notna() & readings["error_to_flip"].isna()).any():
        notes.append(words.say("readings", "unknown"))
    notes += [said.note] if said.note else []
    figures = _figures(readings, groups, words)
    alt = describe(said, words.say("form", "readings"), subtitle, "readings", figures)
    source = sources_text(verdict.editions, said.sources, words)
    return Told(said.finding, subtitle, " ".join(notes), source, alt)


def _is_own(partner, way, year):
    return any(partner in members(bloc, f"{year}-12-31") for bloc in way.split(" + "))


def _figures(readings, groups, words):
    for column, row in readings.iterrows():
        of = [name for choices in groups for name, chosen in choices if chosen[column]]
        if pd.isna(row["answer"]):
            answer = words.say("readings", "no_answer")
        else:
            answer = words.say("readings", "yes" if row["answer"] > 0 else "no")
            if not pd.isna(row["rank"]):
                answer += f", {words.say('readings', 'rank', rank=row['rank'])}"
            if not pd.isna(row["error_to_flip"]):
                answer += f", {words.number(row['error_to_flip'] * 100, 1)}{NO_BREAK}%"
        yield f"{', '.join(of)}: {answer}."


def _data(readings):
    """Give the readings as drawn, each cell by its address."""
    cells = [
        " + ".join(address(cell["sheet"], cell["cell"]) for cell in cells)
        for cells in readings["cells"]
    ]
    return readings.drop(columns=["answer", "signed"]).assign(cells=cells)
