"""A random trade table that is known to the last digit, as an office holds it before printing.

It is made without any thought of how it will be laid out: partners in groups, flows, periods,
exact values, and the same values as they are printed, each rounded by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

CONTINENTS = {
    "EUROPE": "DEU ITA FRA NLD GBR POL ESP CHE AUT BEL CZE HUN GRC SWE FIN NOR DNK PRT ROU BGR LTU "
    "LVA EST SRB UKR BLR RUS MDA SVK SVN HRV IRL ISL LUX MLT ALB MKD BIH MNE",
    "ASIA": "CHN TUR JPN KOR IND UZB KGZ TJK TKM KAZ AFG IRN ARE SAU PAK VNM THA MYS SGP IDN BGD "
    "MNG GEO ARM AZE ISR IRQ HKG TWN JOR KWT LKA NPL PHL QAT SYR",
    "AFRICA": "EGY MAR DZA TUN ZAF NGA KEN GHA ETH CIV SEN TZA UGA SDN MUS",
    "AMERICA": "USA CAN MEX BRA ARG CHL PER COL CUB ECU URY PAN CRI DOM GTM BOL PRY",
    "OCEANIA": "AUS NZL FJI PNG",
}
CIS = "RUS BLR KAZ KGZ UZB TJK ARM AZE MDA".split()
EAEU = "RUS BLR KAZ KGZ ARM".split()
EU = (
    "DEU ITA FRA NLD POL ESP AUT BEL CZE HUN GRC SWE FIN DNK PRT ROU BGR LTU LVA EST SVK SVN HRV "
    "IRL LUX MLT"
).split()
SCO = "RUS CHN IND PAK KAZ KGZ TJK UZB IRN BLR".split()
MEMBERS = {"EU": EU, "CIS": CIS, "EAEU": EAEU, "SCO": SCO}
REPORTERS = "KAZ KGZ UZB UKR AZE ARM GEO TUR MNG CHN DEU FRA ESP RUS BLR TJK GBR".split()

#: Values are kept in this part of one printed unit.
FINE = 10**6


class Period(NamedTuple):
    """Whole months of one year, from `first` on."""

    year: int
    first: int = 1
    months: int = 12

    @property
    def sdmx(self):
        if self.months == 12:
            return str(self.year)
        letter = {1: "M{:02d}", 3: "Q{}", 6: "S{}"}.get(self.months)
        if letter and (self.first - 1) % self.months == 0:
            return f"{self.year}-" + letter.format((self.first - 1) // self.months + 1)
        return f"{self.year}-{self.first:02d}-01/P{self.months}M"


@dataclass
class Node:
    """A partner: a country, a remainder, or a group with what is printed under it."""

    code: str
    kind: str = "country"
    under: list = field(default_factory=list)
    #: Countries that a group sums though they are printed elsewhere.
    members: tuple = ()

    def leaves(self):
        return [leaf for node in self.under for leaf in node.leaves()] if self.under else [self]


@dataclass
class Known:
    """One trade table. `printed[code, flow, period]` counts units of the last printed decimal.

    A value that is None is not reported; 0 is none. `silent` holds what the office leaves blank
    or marks, each with the reason: "none" (nothing was traded) or "unreported".
    """

    reporter: str
    currency: str
    power: int
    decimals: int
    flows: tuple
    periods: list
    top: list
    memos: list
    total: bool
    exact: dict
    printed: dict
    unreported: set

    def nodes(self):
        """All nodes but memos, the total first."""
        found = []

        def visit(nodes):
            for node in nodes:
                found.append(node)
                visit(node.under)

        visit(self.top)
        return found

    def value(self, code, flow, period):
        """Return what the table says in whole units, or None where it is not reported."""
        number = self.printed[code, flow, period]
        if number is None:
            return None
        return float(f"{number}e{self.power - self.decimals}")


def random_known(rng, *, small=None):
    """Make a table. `small` bounds the number of countries."""
    reporter = rng.choice(REPORTERS)
    top, memos = _partners(rng, reporter, small)
    flows = rng.choice(FLOWS)
    periods = random_periods(rng)
    currency, power = _unit(rng, reporter)
    decimals = rng.choice([0, 1, 1, 1, 2, 2, 3, 4, 5])
    exact, unreported = _exact(rng, top, memos, flows, periods, decimals)
    known = Known(
        reporter,
        currency,
        power,
        decimals,
        flows,
        periods,
        top,
        memos,
        rng.random() < 0.8,
        exact,
        {},
        unreported,
    )
    _print(known, adds_printed=rng.random() < 0.25)
    return known


FLOWS = [
    *[("export",)] * 3,
    *[("import",)] * 3,
    *[("export", "import")] * 5,
    *[("import", "export")],
    *[("turnover", "export", "import")] * 4,
    *[("export", "import", "turnover")] * 2,
]

OWN = {"KAZ": "KZT", "KGZ": "KGS", "UZB": "UZS", "UKR": "UAH", "AZE": "AZN", "ARM": "AMD"}
OWN |= {"GEO": "GEL", "TUR": "TRY", "MNG": "MNT", "CHN": "CNY", "DEU": "EUR", "FRA": "EUR"}
OWN |= {"ESP": "EUR", "RUS": "RUB", "BLR": "BYN", "GBR": "GBP"}


def _unit(rng, reporter):
    currency = "USD" if rng.random() < 0.65 else OWN.get(reporter, "EUR")
    return currency, rng.choice([0, 3, 3, 3, 6, 6, 6, 9])


# ── partners ─────────────────────────────────────────────────────────────────────────────


def _partners(rng, reporter, small):
    many = rng.choice([*range(2, 13), *range(8, 31), 45, 70])
    count = min(many, small or many)
    everyone = [code for codes in CONTINENTS.values() for code in codes.split()]
    codes = rng.sample([code for code in everyone if code != reporter], count)
    shape = rng.choice(["flat", "flat", "flat", "groups", "groups", "nested", "nested"])
    top = {"flat": _flat, "groups": _continents, "nested": _nested}[shape](rng, codes)
    if rng.random() < 0.3:
        top.append(Node("XXX", "residual"))
    inside = {node.code for node in _all(top)}
    memos = []
    if shape != "nested" and count > 5 and rng.random() < 0.25:
        for code in rng.sample(["EU", "CIS", "EAEU", "SCO"], rng.randint(1, 3)):
            members = tuple(c for c in codes if c in MEMBERS[code])
            if code not in inside:
                memos.append(Node(code, "aggregate", members=members))
    return top, memos


def _all(nodes):
    return [found for node in nodes for found in [node, *_all(node.under)]]


def _flat(rng, codes):
    order = rng.choice(["size", "code", "random"])
    return [Node(code) for code in (sorted(codes) if order == "code" else codes)]


def _continents(rng, codes):
    groups = []
    for continent, members in CONTINENTS.items():
        inside = [Node(code) for code in codes if code in members.split()]
        if not inside:
            continue
        if continent in ("AFRICA", "AMERICA", "ASIA") and rng.random() < 0.1:
            inside.append(Node(f"{continent}_NES", "residual"))
        groups.append(Node(continent, "aggregate", inside))
    rng.shuffle(groups)
    return groups


def _nested(rng, codes):
    """The CIS with the EAEU in it, and the rest of the world, maybe by continent."""

    def nodes(chosen):
        return [Node(code) for code in chosen]

    cis = [code for code in codes if code in CIS]
    rest = [code for code in codes if code not in CIS]
    groups = []
    if cis:
        eaeu, other = [c for c in cis if c in EAEU], [c for c in cis if c not in EAEU]
        under = nodes(cis)
        if eaeu and other and rng.random() < 0.7:
            under = [
                Node("EAEU", "aggregate", nodes(eaeu)),
                Node("NON_EAEU", "aggregate", nodes(other)),
            ]
        groups.append(Node("CIS", "aggregate", under))
    if rest:
        under = _continents(rng, rest) if rng.random() < 0.6 else nodes(rest)
        for group in under:
            europe = [node.code for node in group.under]
            inside, outside = [c for c in europe if c in EU], [c for c in europe if c not in EU]
            if group.code == "EUROPE" and inside and outside and rng.random() < 0.5:
                group.under = [
                    Node("EU", "aggregate", nodes(inside)),
                    Node("NON_EU", "aggregate", nodes(outside)),
                ]
        groups.append(Node("NON_CIS", "aggregate", under))
    return groups


# ── periods ──────────────────────────────────────────────────────────────────────────────


def random_periods(rng):
    """Choose the periods of a table, in the order in which they are printed."""
    year = rng.randint(1994, 2023)
    kind = rng.choice(["one", "one", "years", "years", "years", "parts"])
    if kind == "one":
        return [Period(year)]
    if kind == "years":
        years = [
            Period(y) for y in range(max(year + 1 - rng.choice([1, 1, 2, 3, 4, 7]), 1993), year + 2)
        ]
        return years[::-1] if rng.random() < 0.15 else years
    return _parts(rng, year)


def _parts(rng, year):
    kind = rng.choice(
        [
            *("month", "months", "quarters", "halves", "span", "compared", "cumulative"),
            *("whole months", "whole quarters", "whole halves", "two years of months"),
        ]
    )
    end = rng.randint(2, 11)
    months = [Period(year, month, 1) for month in range(1, 13)]
    quarters = [Period(year, 3 * n + 1, 3) for n in range(4)]
    halves = [Period(year, 1, 6), Period(year, 7, 6)]
    first = rng.randint(1, 12)
    return {
        "month": [Period(year, first, 1)],
        "months": months[: rng.randint(2, 12)],
        "quarters": quarters[: rng.randint(2, 4)],
        "halves": halves,
        "span": [Period(year, 1, end)],
        "compared": [Period(year, 1, end), Period(year + 1, 1, end)],
        "cumulative": [Period(year, 1, month) for month in range(1, rng.randint(3, 12) + 1)],
        "whole months": [*months, Period(year)],
        "whole quarters": [*quarters, Period(year)],
        "whole halves": [Period(year), *halves],
        "two years of months": [
            Period(y, month, 1) for y in (year, year + 1) for month in range(1, end + 1)
        ],
    }[kind]


def _buckets(periods):
    """The finest spans of which all periods are made."""
    finest = min(period.months for period in periods)
    whole = all(p.months == 12 for p in periods)
    step = 12 if whole else finest if finest in (3, 6) and _even(periods, finest) else 1
    return step


def _even(periods, step):
    return all(p.months % step == 0 and (p.first - 1) % step == 0 for p in periods)


def parts_of(period, step):
    return [
        (period.year, month) for month in range(period.first, period.first + period.months, step)
    ]


# ── values ───────────────────────────────────────────────────────────────────────────────


def _exact(rng, top, memos, flows, periods, decimals):
    """Draw every country's value; groups are their sums."""
    step = _buckets(periods)
    middle = rng.uniform(2.5, 5.5) * 2.302585 - decimals * 1.15
    gaps, exact, unreported = rng.choice([0, 0, 0.05, 0.2, 0.4]), {}, set()
    lost = rng.choice([0, 0, 0, 0.03])
    buckets = list(dict.fromkeys(b for period in periods for b in parts_of(period, step)))
    leaves = [leaf for node in top for leaf in node.leaves()]
    lost = {leaf.code for leaf in leaves[1:] if rng.random() < lost}
    for flow in ("export", "import"):
        drawn = {leaf.code: _draw(rng, buckets, middle, gaps) for leaf in leaves}
        for code in lost:
            # Not reported at all: it is in no sum either.
            drawn[code] = dict.fromkeys(buckets, 0)
        for bucket in buckets:
            if not any(values[bucket] for values in drawn.values()):
                # No office prints a column of nothing.
                drawn[leaves[0].code][bucket] = 7 * FINE
        for leaf, period in product(leaves, periods):
            values = drawn[leaf.code]
            exact[leaf.code, flow, period] = sum(values[b] for b in parts_of(period, step))
            if leaf.code in lost:
                unreported.add((leaf.code, flow, period))
    _add_up(exact, top, memos, periods)
    return exact, unreported


def _draw(rng, buckets, middle, gaps):
    """Draw one country's values of one flow; a share of them is none, or all are."""
    level = rng.gauss(middle, 1.8)
    drawn = {
        bucket: 0
        if rng.random() < gaps
        else int(FINE * 2.718281828 ** (level + rng.gauss(0, 0.4))) + 1
        for bucket in buckets
    }
    return dict.fromkeys(buckets, 0) if rng.random() < gaps else drawn


def _add_up(exact, top, memos, periods):
    for period in periods:
        for flow in ("export", "import"):
            for node in _all(top):
                if node.under:
                    exact[node.code, flow, period] = sum(
                        exact[leaf.code, flow, period] for leaf in node.leaves()
                    )
            for memo in memos:
                exact[memo.code, flow, period] = sum(
                    exact[code, flow, period] for code in memo.members
                )
            exact["WLD", flow, period] = sum(
                exact[leaf.code, flow, period] for node in top for leaf in node.leaves()
            )
    for code, flow, period in list(exact):
        if flow == "export":
            exact[code, "turnover", period] = (
                exact[code, "export", period] + exact[code, "import", period]
            )


def _print(known, adds_printed):
    """Round every value by itself; or round countries, and add up what is printed of them."""
    step = FINE // 10**known.decimals
    printed = {key: (value + step // 2) // step for key, value in known.exact.items()}
    # Where a sum is made of rounded numbers, the periods are all of one length.
    if adds_printed and len({period.months for period in known.periods}) == 1:
        _add_up(printed, known.top, known.memos, known.periods)
    for code, flow, period in known.unreported:
        printed[code, flow, period] = None
        printed[code, "turnover", period] = None
    known.printed = printed
