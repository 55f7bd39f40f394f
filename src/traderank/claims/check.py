"""The readings of a claim: each choice that its sentence leaves open, and what comes of it."""

from __future__ import annotations

import pandas as pd

from traderank.claims.claim import FLOWS
from traderank.claims.conditions import decide
from traderank.claims.rankings import Source
from traderank.claims.refusals import refuse_unanswerable, refuse_unknown
from traderank.claims.shipped import having, load_reports
from traderank.claims.verdict import Verdict
from traderank.export import as_printed
from traderank.extracts import all_sources

_COLUMNS = {
    **dict.fromkeys(("reporter", "partner", "flow", "blocs", "vintage", "source"), object),
    **{"named": bool, "holds": "boolean", "why": object, "year": int, "period": object},
    **{"rank": "Int64", "value": float, "currency": object, "share": float, "rival": object},
    **{"margin": float, "error_to_flip": float, "status": object, "proof": object},
    "cells": object,
}


def check_claim(claim, trade, *, others=None, blocs=("EU", "EAEU", "CHN_HKG_MAC")):
    """Put a claim to the test in every reading that it leaves open.

    Parameters
    ----------
    claim : Claim
        As from `parse_claim`.
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The reporter's own tidy table; with `load_trade(vintages="all")` in every edition.
        Turnover is added where there is none.
    others : sequence of DataFrame, optional
        Further tables of the same trade (a data base, the partners' reports), each read on
        its own and never mixed; if not given, those that ship (UN Comtrade, World
        Integrated Trade Solution, IMF), and none if empty. If a table's partners do not
        make up its printed total, ranks that stand in a column `rank` are taken as they
        are: they were made on partners that have no rows here. Such a table has no turnover
        and no blocs. A table without the reporter or one of the years is left out.
    blocs : sequence of str, or of sequences of str
        Blocs each counted as one partner in readings of their own; those of an inner
        sequence together in one. The reading in which every partner is a country comes
        first; a way that the claim names is added.

    Returns
    -------
    Verdict
        Its `readings` (pandas) has one row per flow, way of counting, edition and source:

        - `blocs` ("EU", "EU + CHN_HKG_MAC"; empty where every partner is a country);
        - `vintage` and `source`: the edition. A claim of several years is read as it could
          be on the day of each edition, every year from the latest one then known;
        - `named`: whether the claim names this reading. A claim that names blocs means
          these; one that names a flow, and no blocs, means partner countries; one that
          names either means the reporter's own table. One that names neither means all;
        - `holds`: null where it has no answer, and `why` says why: above all where the
          partner is itself counted in a bloc. A bloc stands for the other partners of the
          claim that are in it. Ties share the better rank;
        - `year`, `period`, `rank`, `value`, `currency`, `share`, `status`, `proof` (the
          weakest words of the ranking) and `cells` (file, sheet and cell of the value, or
          of each of its parts): of the year in which the claim fails, or is nearest to it;
        - `rival`, `margin`, `error_to_flip`: the partner whose change of places would
          change the answer first, the gap to it in `currency`, and the error, 0 to 1, that
          would close it (see `rank_margin`). Of a share, the gap to what is claimed.

    Raises
    ------
    Refused
        If the reporter, partner, flow or a year is not in `trade` (the message says what
        is), only part of a year is, or fewer partners are than the rank supposes; and as
        every measure.

    Notes
    -----
    Every reading of a claim stands in one table so that none is picked for its answer:
    Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020), "Specification curve
    analysis", *Nature Human Behaviour* 4. Editions and what was known on a day: as in
    ALFRED, Federal Reserve Bank of St. Louis.

    Examples
    --------
    >>> from traderank import Claim, check_claim, load_trade
    >>> claim = Claim("KAZ", "RUS", 2023, rank=2, behind="CHN", flow="turnover")
    >>> verdict = check_claim(claim, load_trade("KAZ", vintages="all"))
    >>> verdict.holds, verdict.counts()
    (True, (2, 7, 3))
    """
    ways = _ways(claim, blocs)
    own = Source(trade, claim, ways)
    refuse_unknown(claim, own)
    others = load_reports(claim.reporter) if others is None else others
    sources = [own, *(Source(table, claim, ways) for table in having(others, claim))]
    entries = all_sources()
    rows = [
        _reading(claim, source, way, known, entries) | {"named": source is own}
        for source in sources
        for way in ways
        for known in _known(source.of(way), claim.years())
    ]
    readings = pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object).astype(_COLUMNS)
    refuse_unanswerable(claim, readings[readings["named"]], own)
    readings["named"] = _named(claim, readings)
    editions = pd.concat([_editions(source) for source in sources], ignore_index=True)
    return Verdict(claim, as_printed(readings, own.known), editions)


def _ways(claim, blocs):
    blocs = [blocs] if isinstance(blocs, str) else blocs
    ways = [(), *((way,) if isinstance(way, str) else tuple(way) for way in blocs), claim.blocs]
    return list(dict.fromkeys(ways))


def _known(rankings, years):
    """Yield what was known of the years on the day of each edition, by flow."""
    for flow in FLOWS:
        of_flow = [ranking for ranking in rankings if ranking.flow == flow]
        editions = sorted({ranking.edition for ranking in of_flow}, key=_order)
        for edition in editions:
            known = {}
            for ranking in sorted(of_flow, key=lambda ranking: _order(ranking.edition)):
                if _order(ranking.edition) <= _order(edition):
                    known[ranking.year] = ranking
            if known.keys() >= set(years):
                yield flow, edition, {year: known[year] for year in years}


def _editions(source):
    """Say what a source's rankings are of: one row for each, with the weakest words."""
    told = [
        {
            "flow": ranking.flow,
            "year": ranking.year,
            "period": str(ranking.year),
            "vintage": ranking.edition[0],
            "source": ranking.edition[1],
            "sheet": ", ".join(ranking.rows["sheet"].dropna().unique()) or None,
            "status": ranking.weakest("status"),
            "proof": ranking.weakest("proof"),
        }
        for ranking in source.of(())
    ]
    return pd.DataFrame(told, dtype=object).sort_values("period", kind="stable")


def _order(edition):
    return tuple(word or "" for word in edition)


def _reading(claim, source, way, known, entries):
    flow, edition, rankings = known
    outcomes = [decide(said, rankings, claim.partner) for said in claim.conditions()]
    outcome = _decisive(outcomes)
    told = {
        "reporter": claim.reporter,
        "partner": claim.partner,
        "flow": flow,
        "blocs": " + ".join(way),
        "vintage": edition[0],
        "source": " + ".join(dict.fromkeys(r.edition[1] for r in rankings.values())),
        "holds": outcome.holds,
        "why": outcome.why,
        "cells": (),
    }
    ranking = outcome.ranking or rankings[claim.year]
    told |= {"year": ranking.year, "period": str(ranking.year), "currency": ranking.currency}
    told |= {name: ranking.weakest(name) for name in ("status", "proof")}
    if outcome.row is not None:
        told |= {name: outcome.row[name] for name in ("rank", "value", "share")}
        told |= {"rival": outcome.rival, "margin": outcome.margin, "error_to_flip": outcome.error}
        told["cells"] = tuple(_cell(entries, *cell) for cell in ranking.cells(claim.partner))
    return told


def _decisive(outcomes):
    """Pick the outcome on which the answer hangs: without answer, failed, or least firm."""
    if silent := [outcome for outcome in outcomes if outcome.holds is None]:
        return silent[0]
    failed = [outcome for outcome in outcomes if not outcome.holds]
    # All that have failed would have to change, but only one of those that are met.
    return max(failed, key=_firmness) if failed else min(outcomes, key=_firmness)


def _firmness(outcome):
    return float("inf") if outcome.error is None else outcome.error


def _named(claim, readings):
    if not claim.flow and not claim.blocs:
        return True
    named = readings["named"] & (readings["blocs"] == " + ".join(claim.blocs))
    return named & (readings["flow"] == claim.flow) if claim.flow else named


def _cell(entries, source, sheet, cell):
    entry = entries.get(source, {})
    name = entry.get("file", source)
    # An extract's cells are those of the file that it was taken from.
    name = entry.get("original_name", name) if name.startswith("extracts/") else name
    return {"file": name.rpartition("/")[2], "sheet": sheet, "cell": cell}
