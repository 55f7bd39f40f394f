"""What is claimed, as a value, and the conditions that make it true."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, fields
from numbers import Real
from typing import NamedTuple

from traderank.table import Refused

FLOWS = ("turnover", "export", "import")

#: What a claim can say of a year; `growth` and `overtook` compare it with another one.
_SAYS = ("rank", "top", "ahead_of", "behind", "overtook", "share", "growth")
_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")

_YEAR = ("a year", "a year, such as 2023", lambda said: isinstance(said, int) and said > 999)
_RANK = ("a rank", "a whole number above zero", lambda said: isinstance(said, int) and said > 0)

#: What each part must be, and the remedy; what is not named here is a code.
_PARTS = {
    "partner": (
        "a code",
        "a code as in the tidy table, such as CHN",
        lambda said: isinstance(said, str) and _CODE.fullmatch(said),
    ),
    **dict.fromkeys(("year", "since", "first_since"), _YEAR),
    **dict.fromkeys(("rank", "top"), _RANK),
    "share": (
        "a share",
        "a number from 0 to 1",
        lambda said: isinstance(said, Real) and 0 <= said < 1,
    ),
    "growth": (
        "a growth",
        "a fraction, such as 0.1 for ten per cent",
        lambda said: isinstance(said, Real) and -1 < said < math.inf,
    ),
    "flow": ("a flow", f"one of {', '.join(FLOWS)}", lambda said: said in FLOWS),
}


class Condition(NamedTuple):
    """One thing that must be so for a claim to be true: of a year, a test and its measure."""

    year: int
    test: str
    measure: object
    #: The claim is that it is not so.
    is_denied: bool = False


@dataclass(frozen=True)
class Claim:
    """A claim about one partner of a country; all that it says must be true together.

    Parameters
    ----------
    reporter, partner : str
        Codes as in the tidy table; `partner` may be a bloc (see `merge_blocs`).
    year : int
        The year, or the last year, of which it is made.
    rank : int, optional
        The partner has this rank; 1 is the largest.
    top : int, optional
        It has this rank or a better one.
    ahead_of, behind : str, optional
        It ranks before, or after, this partner.
    overtook : str, optional
        It was not ahead of this partner in `since`, and is in `year`.
    share : float, optional
        It has more than this share of the printed total, 0 to 1.
    growth : float, optional
        Trade with it grew by this fraction or more (0.1: ten per cent) on `since`; on the
        year before if that is not given.
    since : int, optional
        The first year: what is said of `year` is said of every year from it on. With
        `overtook` and `growth`, the year compared with.
    first_since : int, optional
        What is said of `year` is true of none of the years between this one and `year`.
    flow : {"turnover", "export", "import"}, optional
        The flow meant, if the claim names one.
    blocs : sequence of str, optional
        The blocs counted as one, if the claim names any.

    Raises
    ------
    Refused
        If it says nothing, or contradicts itself, or a part is not what it should be.

    Examples
    --------
    >>> claim = Claim("KAZ", "RUS", 2023, rank=2, behind="CHN")
    >>> print(claim)
    Russia was Kazakhstan's second-largest trading partner in 2023, after China
    """

    reporter: str
    partner: str
    year: int
    rank: int | None = None
    top: int | None = None
    ahead_of: str | None = None
    behind: str | None = None
    overtook: str | None = None
    share: float | None = None
    growth: float | None = None
    since: int | None = None
    first_since: int | None = None
    flow: str | None = None
    blocs: tuple[str, ...] = ()

    def __post_init__(self):
        blocs = (self.blocs,) if isinstance(self.blocs, str) else tuple(self.blocs or ())
        object.__setattr__(self, "blocs", tuple(dict.fromkeys(blocs)))
        fault = next(filter(None, map(self._fault, fields(self))), None) or self._conflict()
        if fault:
            raise Refused(*fault)

    def __str__(self):
        from traderank.claims.writing import write_claim

        return write_claim(self)

    def _fault(self, field):
        said = getattr(self, field.name)
        if field.name == "blocs" or (said is None and field.default is None):
            return None
        what, remedy, is_right = _PARTS.get(field.name, _PARTS["partner"])
        if isinstance(said, bool) or not is_right(said):
            return f"{field.name}={said!r} is not {what}", f"give {remedy}"
        return None

    def _conflict(self):
        said = [name for name in _SAYS if getattr(self, name) is not None]
        others = {self.ahead_of, self.behind, self.overtook} - {None}
        compares = self.overtook is not None or self.growth is not None
        if not said:
            return "nothing is claimed", f"say one of {', '.join(_SAYS)}"
        if self.partner in {*others, self.reporter}:
            return f"{self.partner} is compared with itself", "name two partners"
        if self.rank is not None and self.top is not None:
            return "both rank and top are given", "give one: a rank, or that rank or better"
        if {self.ahead_of} & {self.behind, self.overtook} - {None}:
            return f"the order with {self.ahead_of} is claimed twice", "claim one"
        if self.overtook and self.since is None:
            return "overtook needs the year compared with", "give since"
        if compares and len(said) > 1 and self.since is not None:
            return "since would mean two things", "make two claims of it"
        for name in ("since", "first_since"):
            if (first := getattr(self, name)) is not None and first >= self.year:
                return f"{name} is not before the year {self.year}", "give an earlier year"
        if self.first_since is not None and (self.since is not None or len(said) > 1):
            return "first_since goes with one thing that is claimed", "make two claims of it"
        return None

    def conditions(self):
        """List what must be so for the claim to be true.

        Returns
        -------
        list of Condition
            The year's own first, then the others back in time.
        """
        base = self.year - 1 if self.since is None else self.since
        if self.overtook is not None:
            ahead = Condition(self.year, "ahead_of", self.overtook)
            return [ahead, ahead._replace(year=base, is_denied=True), *self._of(self.year)]
        if self.growth is not None:
            grown = Condition(self.year, "growth", (self.growth, base))
            return [grown, *self._of(self.year)]
        first = self.year if self.since is None else self.since
        told = [said for year in range(self.year, first - 1, -1) for said in self._of(year)]
        for year in range(self.year - 1, self.first_since or self.year, -1):
            told += [said._replace(is_denied=True) for said in self._of(year)]
        return told

    def _of(self, year):
        names = ("rank", "top", "ahead_of", "behind", "share")
        of = {name: getattr(self, name) for name in names}
        return [Condition(year, name, said) for name, said in of.items() if said is not None]

    def years(self):
        """Return all years that must be known, in order."""
        years = {condition.year for condition in self.conditions()}
        if self.growth is not None:
            years.add(self.year - 1 if self.since is None else self.since)
        return sorted(years)

    def as_dict(self):
        """Return what is said as plain values, with the sentence first."""
        said = {name: value for name, value in asdict(self).items() if value not in (None, ())}
        return {"sentence": str(self), **said}
