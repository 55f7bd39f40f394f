"""The form in which printed names are matched: what makes no difference is taken away.

Everything here is exact: nothing is shortened, stemmed or compared by likeness. Two names
match if they are the same but for case, spaces, punctuation and footnote marks, or but for
letters of another alphabet that look like the right ones.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0f\ufeff"
_QUOTES = (
    "'`´\"«»‹›\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033"
)
_MARKS = "*†‡\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079"
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_CLEAN = str.maketrans(
    dict.fromkeys(_INVISIBLE + _QUOTES + _MARKS) | dict.fromkeys(_HYPHENS, " ") | {"&": " and "}
)
_SPACES = str.maketrans(dict.fromkeys("()[]{},;:.", " "))
_INITIALS = re.compile(r"(?<=\b[^\W\d_])\.\s?(?=[^\W\d_]\b)")
# "1)" at the end is a footnote where nothing opens the bracket: "Group (27)" is a name.
_NOTE = re.compile(r"(?<!\d)\d{1,2}\)[\s.,;:]*$")
# Turkish capitals, whose dots case folding leaves apart, and the two spellings of և.
_SAME = (
    (re.compile("[её]\u0308*"), "е"),
    (re.compile("[iı]\u0307*"), "i"),
    (re.compile("եւ"), "եվ"),
)

#: No name is longer: a paragraph is not looked up.
LONGEST = 400

_NUMBERED = re.compile(r"(.*\D)(\d{1,2})")

#: Cyrillic letters and the Latin ones that look like them in at least one case.
LOOKALIKES = dict(zip("авсеһнкмортхуіїјѕә", "abcehhkmoptxyiïjsə", strict=True))
_TO_LATIN = str.maketrans(LOOKALIKES)
# h is н, by its capital; һ is rare.
_TO_CYRILLIC = str.maketrans({latin: letter for letter, latin in LOOKALIKES.items()} | {"h": "н"})
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z\u00df-\u024f\u0259]")


@lru_cache(maxsize=65_536)
def normalise(printed):
    r"""Give the form in which printed names are matched.

    Case, spaces and line breaks, ё and е, hyphens (a space is as good), brackets, commas,
    full stops, quotation marks, apostrophes and footnote marks make no difference. Digits
    do (a group of 27 is not a group of 28), and so does every other letter.

    Parameters
    ----------
    printed : str
        A name as it stands in a cell.

    Returns
    -------
    str
        The matching form; it is not for showing.

    Examples
    --------
    >>> normalise("  Папуа – новая\nГвинея*") == normalise("Папуа-Новая Гвинея")
    True
    >>> normalise("U.S.A."), normalise("Korea, Rep. of²")
    ('usa', 'korea rep of')
    >>> normalise("Страны ЕС 27") == normalise("Страны ЕС 28")
    False
    """
    text = unicodedata.normalize("NFKC", printed.translate(_CLEAN).casefold())
    for pattern, letter in _SAME:
        text = pattern.sub(letter, text)
    text = unicodedata.normalize("NFC", text)
    while text.count(")") > text.count("("):
        shorter = _NOTE.sub("", text)
        if shorter == text:
            break
        text = shorter
    return " ".join(_INITIALS.sub("", text).translate(_SPACES).split())


def spellings(key):
    """Yield a matching form, and what it is with look-alike letters put right.

    A word of one alphabet is left as it is: only where letters of two are mixed has one of
    them come from the wrong keyboard.

    Parameters
    ----------
    key : str
        A matching form, from `normalise`.

    Yields
    ------
    str
        The form itself; then, where Latin and Cyrillic letters are mixed, the form in
        Cyrillic and the form in Latin letters.

    Examples
    --------
    >>> [form == "китай" for form in spellings("китaй")]
    [False, True, False]
    >>> list(spellings("китай"))
    ['китай']
    """
    yield key
    if _CYRILLIC.search(key) and _LATIN.search(key):
        yield key.translate(_TO_CYRILLIC)
        yield key.translate(_TO_LATIN)


@lru_cache(maxsize=65_536)
def is_mixed(printed):
    """Tell whether a name has letters of two alphabets that look alike."""
    key = normalise(printed)
    return list(spellings(key)) != [key]


def match(printed, names):
    """Find a printed name among matching forms, overlooking a footnote's number at its end.

    Parameters
    ----------
    printed : str
        A name as it stands in a cell.
    names : mapping
        Matching form to partner (with `code` and `kind`).

    Returns
    -------
    tuple
        The form found, whole, in the right letters; and its partner. (None, None) if there
        is none.
    """
    if len(printed) > LONGEST:
        return None, None
    for form in spellings(normalise(printed)):
        if form in names:
            return form, names[form]
        numbered = _NUMBERED.fullmatch(form)
        partner = numbered and names.get(numbered[1].rstrip())
        if partner and _is_footnote(numbered[2], partner):
            return form, partner
    return None, None


def _is_footnote(number, partner):
    """Tell whether a number after a name can only be a footnote's.

    A country has no number and a total counts nothing. A group may be named by how many its
    members are: only 1 and 2 are too few for that.
    """
    if partner.kind == "aggregate" and number not in ("1", "2"):
        return partner.code == "WLD" and len(number) == 1
    return True
