"""What a chart says of itself, in three languages: its words, names, numbers, periods.

The sentences are data (``words.toml``); what the Unicode CLDR knows (names of countries,
months and currencies, the decimal sign) comes from there, through Babel.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from babel.dates import get_month_names
from babel.numbers import format_decimal, get_currency_name

from traderank.partners import LANGUAGES, display_name
from traderank.table import Refused

#: Between a number and its percent sign: never the end of a line.
NO_BREAK = "\u00a0"


@cache
def _sentences():
    text = resources.files("traderank.charts").joinpath("words.toml").read_text("utf-8")
    return tomllib.loads(text)


class Words:
    """The words of one language.

    Parameters
    ----------
    language : {"en", "ru", "kk"}
        English, Russian or Kazakh.
    """

    def __init__(self, language):
        if language not in LANGUAGES:
            raise Refused(
                f'charts are not drawn in the language "{language}"',
                f"ask for one of {', '.join(LANGUAGES)}",
            )
        self.language = language

    def say(self, *path, **values):
        """Say the sentence that stands at a path of ``words.toml``, filled in."""
        entry = _sentences()
        for key in path:
            entry = entry[str(key)]
        return entry[self.language].format(**values)

    def name(self, code):
        """Name a partner or reporter, short."""
        return display_name(code, language=self.language, short=True)

    def goods(self, product):
        """Say which goods are meant: those of an HS code, or of a list or a sum by its name."""
        if product.isdigit():
            return self.say("product", product=product)
        return self.say("goods", goods=self.say("listed") if product == "LISTED" else product)

    def office(self, office):
        """Name an office as its readers do, or else as ``sources.toml`` does."""
        return _sentences()["office"].get(office, {}).get(self.language, office)

    def unit(self, scale, currency):
        """Name a unit of value: "billion USD", "млрд долларов США"."""
        if self.language != "en":
            currency = get_currency_name(currency, count=5, locale=self.language)
        if scale == 1:
            return currency
        return self.say("unit", scale=self.say("scale", scale), currency=currency)

    def number(self, value, decimals, *, signed=False):
        """Write a number with so many decimals, and with its sign if it is a change."""
        form = "#,##0" + ("." + "0" * decimals if decimals else "")
        text = format_decimal(value, form, locale=self.language)
        # A change that is written as zero is neither a rise nor a fall.
        if float(f"{value:.{decimals}f}") == 0:
            return text.lstrip("-")
        return ("+" + text if signed and value > 0 else text).replace("-", "\u2212")

    def months(self, period, width="wide"):
        """Name the months of a period without its year: "January–October"."""
        names = get_month_names(width, "stand-alone", self.language)
        first, last = names[period.first], names[period.first + period.months - 1]
        text = first if period.months == 1 else f"{first}–{last}"
        # CLDR writes Kazakh months as in a heading; only English has capitals in a sentence.
        return text if self.language == "en" else text.lower()
