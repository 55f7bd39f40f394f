"""How an office words its table: one language, one choice of words, kept throughout a table.

The words are phrases.toml, the partners' names are the package's list of printed names, which
has tests of its own.
"""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from pathlib import Path

import traderank

PHRASES = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))
ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}

#: How a country that reports is named in a title; elsewhere it is not named there.
GENITIVE = {
    "ru": {
        **{"KAZ": "Республики Казахстан", "KGZ": "Кыргызской Республики", "UKR": "Украины"},
        **{"UZB": "Республики Узбекистан", "RUS": "Российской Федерации", "CHN": "Китая"},
        **{"BLR": "Республики Беларусь", "TJK": "Республики Таджикистан", "MNG": "Монголии"},
    },
    "en": {"CHN": "China", "DEU": "Germany", "GBR": "the United Kingdom", "UKR": "Ukraine"},
    "kk": {"KAZ": "Қазақстан"},
    "ky": {"KGZ": "Кыргызстан"},
    "uz": {"UZB": "O‘zbekiston"},
    "uz-Cyrl": {"UZB": "Ўзбекистон"},
}
GENITIVE["en"] |= {"KAZ": "Kazakhstan", "KGZ": "the Kyrgyz Republic", "UZB": "Uzbekistan"}
GENITIVE["en"] |= {"AZE": "Azerbaijan", "GEO": "Georgia", "ARM": "Armenia", "MNG": "Mongolia"}

#: Names that no table of trade by partner prints in a row.
NOT_IN_ROWS = ("before 1981", "incl. Navassa", "EU_EVOL", "(group)", "from 1995")


@cache
def names():
    """Return language → code → names, as the package lists them."""
    found = {}
    path = Path(traderank.__file__).with_name("partners.csv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if any(part in row["name"] for part in NOT_IN_ROWS):
                continue
            for language in row["language"].split():
                found.setdefault(language, {}).setdefault(row["code"], []).append(row["name"])
    return found


class Voice:
    """One office's way of writing in one language."""

    def __init__(self, rng, language, known):
        self.rng, self.language, self.known = rng, language, known
        self.words, self.chosen, self.named = PHRASES[language], {}, {}

    def pick(self, key):
        """Return one of the words for a thing, always the same."""
        if key not in self.chosen:
            self.chosen[key] = self.rng.choice(self.words[key])
        return self.chosen[key]

    def name(self, code):
        """Name a partner, always in the same way."""
        if code not in self.named:
            listed = names()[self.language][code]
            name = self.rng.choice(listed)
            if code == "WLD" and name[0].islower():
                name = name[0].upper() + name[1:]
            self.named[code] = name
        return self.named[code]

    def year(self, year):
        return self.pick("year").format(y=year)

    def years(self, years):
        return self.pick("years").format(a=min(years), b=max(years))

    def period(self, period, *, apart=False):
        """Word a period: with its year, or apart from it."""
        if period.months == 12:
            return self.year(period.year)
        key = self._key(period, apart)
        if key is None:
            return None
        months = self.words["months"]
        if period.months == 1 and "short_months" in self.words and self.short:
            months = self.words["short_months"]
        n = (period.first - 1) // period.months + 1
        counted = period.months if key == "counted" else n
        return self.pick(key).format(
            y=period.year,
            n=counted,
            roman=ROMAN.get(n, ""),
            upper="上" if n == 1 else "下",
            m=months[period.first - 1],
            m1=self.words["months"][period.first - 1],
            n1=period.first,
            m2=self.words["months"][(period.first + period.months - 2) % 12],
        )

    @property
    def short(self):
        return self.chosen.setdefault("short", self.rng.random() < 0.25)

    def _key(self, period, apart):
        usual = {1: "month", 3: "quarter", 6: "half"}.get(period.months, "span")
        if (period.first - 1) % period.months and usual != "month":
            usual = "span"
        keys = [usual, usual, "span"] if usual != "month" else [usual]
        parts = [other for other in self.known.periods if other.months < 12]
        if not apart and usual != "month" and all(other.first == 1 for other in parts):
            keys.append("counted")
        keys = [f"part_{key}" if apart else key for key in keys]
        keys = [key for key in keys if self.words.get(key)]
        if not keys:
            return None
        return self.chosen.setdefault((usual, apart), self.rng.choice(keys))

    def can_say(self, periods):
        """Whether the language's words here suffice for some periods."""
        return all(self.period(p) and self.period(p, apart=True) for p in periods)

    def unit(self, *, bare=False):
        """Word the unit; `bare` as it stands over a column."""
        scale = self.pick(f"scale_{self.known.power}")
        key = self.known.currency
        currency = self.pick(key) if key in self.words else key
        form = "{s}{c}" if bare else self.pick("unit")
        if self.language == "en" and currency.isupper() and scale.endswith("s of "):
            scale = scale.replace("s of ", " ")
        return form.format(s=scale, c=currency)

    def title(self, flow):
        """Title a table of one flow, or of all."""
        key = {"export": "titles_export", "import": "titles_import"}.get(flow, "titles_both")
        reporter = GENITIVE.get(self.language, {}).get(self.known.reporter)
        titles = [t for t in self.words[key] if reporter or "{r}" not in t]
        text = self.chosen.setdefault(("title", key), self.rng.choice(titles))
        return text.format(r=reporter)

    def titled(self, title, period):
        return self.pick("titled").format(t=title, p=period)
