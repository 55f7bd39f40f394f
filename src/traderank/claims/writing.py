"""A claim written as a sentence, in English, of the forms that can be read back."""

from __future__ import annotations

from traderank.claims.sentences import load_forms
from traderank.partners import display_name


def write_claim(claim):
    """Write a claim as a sentence in English, which `parse_claim` reads.

    What no one sentence can say is written as several, with "and" between them.

    Parameters
    ----------
    claim : Claim

    Returns
    -------
    str
    """
    forms = load_forms()["en"]
    sentences = [_written(claim, form, forms) for form in forms["form"] if _is_said(claim, form)]
    said = " and ".join(filter(None, sentences)) + _tail(claim)
    return said[0].upper() + said[1:]


def _is_said(claim, form):
    if form["says"] == "order":
        is_tail = claim.rank is not None or claim.top is not None
        return not is_tail and bool(claim.ahead_of or claim.behind)
    return getattr(claim, form["says"]) is not None


def _written(claim, form, forms):
    flow = claim.flow or "turnover"
    words = {name: forms["words"][name][flow].split("|")[0] for name in ("noun", "nouns", "trade")}
    if claim.flow == "turnover":
        words["trade"] = "turnover"
    since = claim.year - 1 if claim.since is None else claim.since
    owner = _name(claim.reporter)
    return form["write"].format(
        partner=_name(claim.partner),
        reporter=owner + ("'" if owner.endswith("s") else "'s"),
        ordinal=_ordinals(claim.rank, forms),
        top=claim.top,
        order=_order(claim),
        overtook=claim.overtook and _name(claim.overtook),
        since=since,
        year=claim.year,
        when=_when(claim),
        share=_percent(claim.share),
        growth=_percent(claim.growth),
        **words | {"with": {"export": "to", "import": "from"}.get(flow, "with")},
    )


def _name(code):
    the = "the " if code in load_forms()["en"]["articles"] else ""
    return the + display_name(code)


def _ordinals(rank, forms):
    if rank is None:
        return None
    words = forms["words"]["ordinal"]
    return words[rank - 1].split("|")[0] if rank <= len(words) else f"number {rank}"


def _order(claim):
    if claim.ahead_of:
        return f"ahead of {_name(claim.ahead_of)}"
    return claim.behind and f"behind {_name(claim.behind)}"


def _when(claim):
    if claim.since is not None:
        return f"in every year from {claim.since} to {claim.year}"
    first = f", for the first time since {claim.first_since}" if claim.first_since else ""
    return f"in {claim.year}{first}"


def _percent(fraction):
    return None if fraction is None else f"{round(fraction * 100, 7):g}"


def _tail(claim):
    is_ranked = claim.rank is not None or claim.top is not None
    # Where the order is the sentence itself, only what it has not said is left.
    after = claim.behind if is_ranked or claim.ahead_of else None
    parts = [f", after {_name(after)}" if after else ""]
    parts.append(f", ahead of {_name(claim.ahead_of)}" if is_ranked and claim.ahead_of else "")
    if claim.flow == "turnover" and claim.share is None and claim.growth is None:
        parts.append(", by turnover")
    if claim.blocs:
        parts.append(f", counting {' and '.join(map(_name, claim.blocs))} as one")
    return "".join(parts)
