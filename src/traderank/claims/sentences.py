"""A claim as one sentence of a small fixed form: read in English and Russian, written in English.

The forms, their words and the Russian cases of names are data (``sentences.toml``,
``russian_cases.csv``); which partner a name stands for is looked up as everywhere.
"""

from __future__ import annotations

import csv
import re
import tomllib
from functools import cache
from pathlib import Path

from traderank.claims.claim import Claim
from traderank.partners import ambiguity, display_name, find, nearest
from traderank.spelling import normalise
from traderank.table import Refused

_NAMES = ("reporter", "partner", "ahead_of", "behind", "overtook")
_NUMBERS = {"year": int, "since": int, "first_since": int, "top": int}
_PERCENTS = ("share", "growth")
_FLOW_WORDS = ("noun", "nouns", "trade", "volume", "by")
_SLOT = re.compile(r"\{(\w+)\}")


def parse_claim(sentence):
    """Read a claim from a sentence of one of the fixed forms.

    Parameters
    ----------
    sentence : str
        In English or Russian; the forms are those of the examples in ``sentences.toml``.
        "Trading partner" names no flow; "export destination", "source of imports" and
        ", by turnover" at the end do. ", counting the EU as one" names a bloc.

    Returns
    -------
    Claim

    Raises
    ------
    Refused
        If it is of none of the forms (the message has them all), or a name in it is not
        that of a partner we know; and as `Claim`.

    Examples
    --------
    >>> claim = parse_claim("Russia was Kazakhstan's second-largest trading partner in 2023")
    >>> claim.reporter, claim.partner, claim.year, claim.rank
    ('KAZ', 'RUS', 2023, 2)
    >>> claim = parse_claim("В 2023 году Россия была третьим рынком экспорта Казахстана")
    >>> print(claim)
    Russia was Kazakhstan's third-largest export destination in 2023
    """
    plain = " ".join(str(sentence).split()).rstrip(".!")
    for language, pattern in _patterns():
        if found := pattern.fullmatch(plain):
            said = {name: text for name, text in found.groupdict().items() if text is not None}
            return Claim(**_meant(said, language))
    raise Refused(
        f'"{plain}" is not a claim of a form that can be read',
        "write it as in: " + "; ".join(f"“{example}”" for example in known_forms()),
    )


def known_forms():
    """List a sentence or more of every form that can be read.

    Returns
    -------
    list of str
    """
    forms = [form for forms in _forms().values() for form in forms["form"]]
    return [example for form in forms for example in form["examples"]]


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
    forms = _forms()["en"]
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
    words = {name: forms["words"][name][flow].split("|")[0] for name in _FLOW_WORDS[:3]}
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
    the = "the " if code in _forms()["en"]["articles"] else ""
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


def _meant(said, language):
    """Turn the words that filled the slots into what a claim holds."""
    told = {}
    for name, text in said.items():
        slot = re.sub(r"\d+$", "", name)
        if slot in _NAMES:
            told[slot] = _partner(text, language)
        elif slot in _NUMBERS:
            told[slot] = _NUMBERS[slot](text)
        elif slot in _PERCENTS:
            told[slot] = round(float(text.replace(",", ".")) / 100, 9)
        elif slot == "ordinal":
            told["rank"] = _ordinal(text, language)
        elif slot == "blocs":
            names = text.split(_forms()[language]["joint"])
            whole = _code(text, language)
            told["blocs"] = (whole,) if whole else tuple(_partner(n, language) for n in names)
        else:
            flow = _flow(slot, text, language)
            # "Trading partner" and "trade" leave open by what: only "by turnover" says it.
            if flow != "turnover" or slot == "by" or "turnover" in text or "оборот" in text:
                told["flow"] = flow
    return told


def _flow(slot, text, language):
    words = _forms()[language]["words"][slot]
    return next(flow for flow, said in words.items() if text.casefold() in said.split("|"))


def _ordinal(text, language):
    words = _forms()[language]["words"]
    for rank, said in enumerate(words["ordinal"], 1):
        if text.casefold() in said.split("|"):
            return rank
    return int(re.search(r"\d+", text)[0])


def _partner(name, language):
    if code := _code(name, language):
        return code
    meant = ambiguity(name)
    like = ", ".join(nearest(name))
    raise Refused(
        f'"{name}" is not a partner we know' + (f": it may be {meant}" if meant else ""),
        f"write a name such as {like}" if like else "write the name as offices print it",
    )


def _code(name, language):
    if language == "ru" and (code := _cases().get(normalise(name))):
        return code
    bare = re.sub(r"^the ", "", name, flags=re.IGNORECASE)
    if partner := find(name) or find(bare):
        return partner.code
    return next((code for code in ("CHN_HKG_MAC",) if display_name(code) == bare), None)


@cache
def _cases():
    with Path(__file__).with_name("russian_cases.csv").open(encoding="utf-8", newline="") as file:
        return {
            normalise(row[case]): row["code"]
            for row in csv.DictReader(file)
            for case in ("genitive", "accusative")
        }


@cache
def _forms():
    return tomllib.loads(Path(__file__).with_name("sentences.toml").read_text("utf-8"))


@cache
def _patterns():
    patterns = []
    for language, forms in _forms().items():
        for form in forms["form"]:
            for when in forms["when"].values() if "{when}" in form["pattern"] else [""]:
                text = form["pattern"].replace("{when}", when) + forms["tail"]
                patterns.append((language, re.compile(_filled(text, forms), re.IGNORECASE)))
    return patterns


def _filled(pattern, forms):
    """Replace the slots of a pattern by named groups; a name that comes twice is numbered."""
    seen = []

    def group(found):
        slot = found[1]
        seen.append(slot)
        number = seen.count(slot)
        return f"(?P<{slot}{number if number > 1 else ''}>{_of_slot(slot, forms)})"

    return _SLOT.sub(group, pattern)


def _of_slot(slot, forms):
    if slot in _NAMES or slot == "blocs":
        return ".+?"
    if slot in _NUMBERS:
        return r"\d{1,3}" if slot == "top" else r"\d{4}"
    if slot in _PERCENTS:
        return r"\d+(?:[.,]\d+)?"
    words = forms["words"][slot]
    if slot != "ordinal":
        return "|".join(words.values())
    return "|".join([*words, re.escape(forms["words"]["numbered"]).replace(r"\{n\}", r"\d+")])
