"""A claim as one sentence of a small fixed form: read in English and Russian.

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
    forms = [form for forms in load_forms().values() for form in forms["form"]]
    return [example for form in forms for example in form["examples"]]


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
            told["blocs"] = _blocs(text, language)
        else:
            flow = _flow(slot, text, language)
            # "Trading partner" and "trade" leave open by what: only "by turnover" says it.
            if flow != "turnover" or slot == "by" or "turnover" in text or "оборот" in text:
                told["flow"] = flow
    return told


def _blocs(text, language):
    """Part a list of names, of which each may have an "and" of its own."""
    joint = load_forms()[language]["joint"]
    parts, found = text.split(joint), []
    while parts:
        ends = range(len(parts), 0, -1)
        end = next((end for end in ends if _code(joint.join(parts[:end]), language)), 1)
        found.append(_partner(joint.join(parts[:end]), language))
        parts = parts[end:]
    return tuple(found)


def _flow(slot, text, language):
    words = load_forms()[language]["words"][slot]
    return next(flow for flow, said in words.items() if text.casefold() in said.split("|"))


def _ordinal(text, language):
    words = load_forms()[language]["words"]
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
def load_forms():
    """Load the forms and their words, by language."""
    return tomllib.loads(Path(__file__).with_name("sentences.toml").read_text("utf-8"))


@cache
def _patterns():
    patterns = []
    for language, forms in load_forms().items():
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
