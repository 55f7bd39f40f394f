"""Whether a condition of a claim is met in a ranking, and what error would change that."""

from __future__ import annotations

from typing import NamedTuple

from traderank.table import Refused

#: Why a rank has no answer in a table that lacks some of the partners that are reported.
FEWER = "fewer are ranked than are reported"


class Outcome(NamedTuple):
    """How a condition came out in one ranking."""

    #: Whether it is met; None where it has no answer, and then `why`.
    holds: bool | None
    why: str | None = None
    rival: str | None = None
    margin: float | None = None
    error: float | None = None
    ranking: object = None
    row: dict | None = None


def decide(condition, rankings, partner):
    """Say how a condition comes out.

    Parameters
    ----------
    condition : Condition
    rankings : dict of Ranking
        Year to ranking, as known on one day.
    partner : str
        Of whom it is claimed.

    Returns
    -------
    Outcome
        `margin` is what the partner's value has over what it is held against (another
        partner's value, a part of the total, an earlier value), or lacks; `error` is the
        relative error that would make the two equal if both were wrong by it in opposite
        directions; if the partner's alone is, of a share.
    """
    ranking = rankings[condition.year]
    row = ranking.row(partner)
    if (bloc := ranking.bloc_of(partner)) is not None:
        return Outcome(None, f"{partner} is itself counted in {bloc}")
    if row is None or row["value"] is None:
        return Outcome(None, _absence(partner, row, ranking))
    if condition.test == "growth":
        outcome = _growth(row, condition.measure, rankings, partner)
    else:
        outcome = _TESTS[condition.test](row, condition.measure, ranking)
    if condition.is_denied and outcome.holds is not None:
        outcome = outcome._replace(holds=not outcome.holds)
    return outcome._replace(ranking=ranking, row=row)


def _absence(partner, row, ranking):
    if row is not None:
        return f"the value of {partner} in {ranking.year} is missing"
    return f"{partner} is not among the partners of {ranking.year}"


def _rank(row, rank, ranking):
    if fault := _too_few(row, ranking):
        return fault
    holds = row["rank"] == rank
    return _against(holds, row, row if holds else ranking.at(rank))


def _top(row, top, ranking):
    if fault := _too_few(row, ranking):
        return fault
    holds = row["rank"] is not None and row["rank"] <= top
    return _against(holds, row, ranking.at(top + 1 if holds else top))


def _too_few(row, ranking):
    """Give no answer where a partner that has no row may be larger than this one."""
    unlisted = ranking.unlisted
    # Sums of printed numbers are off by their rounding, which is no partner.
    if row["rank"] is None or unlisted <= row["value"]:
        return None
    why = (
        f"the partners in the table fall short of its total by {unlisted:,.0f} "
        f"{ranking.currency}: {FEWER}"
    )
    return Outcome(None, why)


def _behind(row, other, ranking):
    return _order(row, other, ranking, lambda own, others: own < others)


def _ahead_of(row, other, ranking):
    return _order(row, other, ranking, lambda own, others: own > others)


def _order(row, partner, ranking, is_so):
    other = ranking.row(partner)
    if other is None or other["value"] is None:
        return Outcome(None, _absence(partner, other, ranking))
    return _against(is_so(row["value"], other["value"]), row, other)


def _share(row, share, ranking):
    if row["share"] is None:
        return Outcome(None, "no total is printed: there are no shares")
    # The total is the printed one; only the partner's value is in doubt.
    margin = abs(row["value"] - share * ranking.total)
    error = margin / row["value"] if row["value"] else None
    return Outcome(row["share"] > share, None, None, margin, error)


def _growth(row, measure, rankings, partner):
    growth, base = measure
    before, now = rankings[base], rankings[max(rankings)]
    earlier = before.row(partner)
    if before.currency != now.currency:
        raise Refused(
            f"{base} is in {before.currency}, the later year in {now.currency}",
            "convert the values to one currency first",
        )
    if earlier is None or not earlier["value"]:
        return Outcome(None, f"there is no value of {partner} in {base} to grow from")
    grown = {"partner": None, "value": earlier["value"] * (1 + growth)}
    return _against(row["value"] >= grown["value"], row, grown)


def _against(holds, row, other):
    if other is None or other["value"] is None:
        return Outcome(holds)
    if other is row:
        # Its own place is at stake, or one that it shares: whoever is nearest decides.
        return Outcome(holds, None, row["rival"], row["margin"], row["error_to_flip"])
    margin, both = abs(row["value"] - other["value"]), row["value"] + other["value"]
    return Outcome(holds, None, other["partner"], margin, margin / both if both else None)


_TESTS = {
    "rank": _rank,
    "top": _top,
    "ahead_of": _ahead_of,
    "behind": _behind,
    "share": _share,
}
