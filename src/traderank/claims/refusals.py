"""What is no claim about the data that there are: said before anything is answered."""

from __future__ import annotations

from traderank.claims.conditions import FEWER
from traderank.table import RANKED_KINDS, Refused


def refuse_unknown(claim, source):
    """Refuse a claim about a year, flow or partner that the reporter's table has not.

    Parameters
    ----------
    claim : Claim
    source : Source
        The reporter's own table.
    """
    for year in claim.years():
        _refuse_year(year, source)
    if not source.of(()):
        raise Refused(
            f"no value of {_listed(claim.years())} is in the table", "give one that has values"
        )
    flows = sorted({ranking.flow for ranking in source.of(())})
    if claim.flow and claim.flow not in flows:
        raise Refused(
            f"no {claim.flow} of {claim.year} is in the table", f"there is {_listed(flows)}"
        )
    ranked = source.whole[source.whole["kind"].isin(RANKED_KINDS)]
    there = {*ranked["partner"], *(bloc for way in source.ways for bloc in way)}
    for partner in filter(None, (claim.partner, claim.ahead_of, claim.behind, claim.overtook)):
        if partner not in there:
            raise Refused(
                f"no reading ranks a partner {partner!r} in {_listed(claim.years())}",
                f"there is {_listed(sorted(there))}",
            )


def _refuse_year(year, source):
    if year in set(source.whole["year"]):
        return
    parts = source.known.loc[source.known["year"] == year, "period"].unique()
    only = f", only {_listed(parts)} of it" if len(parts) else ""
    whole = source.known.loc[source.known["months"] == 12, "year"].unique()
    raise Refused(
        f"the year {year} is not in the table{only}", f"there is {_listed(sorted(whole))}"
    )


def refuse_unanswerable(claim, readings, source):
    """Refuse a rank among fewer partners than there are, or than it supposes.

    Parameters
    ----------
    claim : Claim
    readings : pandas.DataFrame
        Those of the reporter's own table.
    source : Source
    """
    if readings["holds"].isna().all() and len(whys := _too_few(readings)):
        raise Refused(whys.iloc[0], "give the whole table, every partner that is reported")
    place = claim.rank or claim.top or 1
    of_way = source.of(())
    ranked = max(int(ranking.rows["rank"].count()) for ranking in of_way)
    if place > ranked and not source.is_ready:
        raise Refused(f"place {place} is claimed among {ranked} ranked partners", "claim a place")


def _too_few(readings):
    whys = readings["why"].dropna()
    return whys[whys.str.endswith(FEWER)]


def _listed(words):
    return ", ".join(map(str, words))
