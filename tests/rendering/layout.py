"""How one table is printed: all that is chosen about it, and what follows for each cell."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import traderank
from rendering.sheets import Number


class Label(NamedTuple):
    """A column that names partners: in a language, by a code, by a number, or under them."""

    kind: str
    language: int = 0
    side: str = "left"


@dataclass
class Layout:
    """All that is chosen about how one table is printed."""

    form: str = "wide"
    file: str = "xlsx"
    languages: tuple = ("en",)
    voices: tuple = ()
    flow_at: str = "title"
    period_at: str = "title"
    flow_told: str = "title"
    period_told: str = "title"
    unit_at: str = "line"
    order: str = "flow first"
    header: str = "merged"
    joint: str = " "
    measures: tuple = ()
    tail: bool = False
    balance: bool = False
    across: bool = False
    split_period: bool = False
    bare_years: bool = False
    value_row: bool = False
    corner_row: int = 1
    corner_high: bool = True
    numbering: object = None
    nest: str = "bare"
    labels: str = "left"
    codes: str = "none"
    numbered: bool = False
    groups: str = "none"
    total: str = "first"
    indent: str = ""
    gap_rows: bool = False
    of_total: bool = False
    ranked: bool = False
    partial: bool = False
    zero: str = "0"
    unreported: str = "..."
    marks: str = "none"
    titles: str = "lines"
    noise: tuple = ()
    numbers: str = "typed"
    blank_rows: int = 0
    blank_columns: int = 0
    others: str = "none"
    first_period: object = None
    period_style: str = "words"
    header_in_all: bool = False
    between: str = " / "
    number_sign: str = "№"
    repeat_names: bool = False
    capitals: bool = False
    code_numbers: bool = False
    share_decimals: int = 1
    #: Footnotes' signs behind names, periods and numbers.
    marks_of: dict = field(default_factory=dict)
    rng: object = None

    # ── words ───────────────────────────────────────────────────────────────────────────

    def speak(self, say):
        """Say something in the languages of the header, or of the first label."""
        texts = [
            str(say(voice)) for voice in (self.voices if self.header_in_all else self.voices[:1])
        ]
        return self.between.join(dict.fromkeys(text for text in texts if text))

    def period_text(self, period, speak):
        if period.months == 12 and self.bare_years:
            return period.year
        if self.period_style == "iso":
            return period.sdmx.replace("-M", "-") if period.months == 1 else period.sdmx
        text = speak(lambda voice: voice.period(period))
        return text + self.marks_of.get(period, "")

    def growth_of(self, voice):
        return voice.pick("growth")

    def label_columns(self):
        """List the label columns: numbers and codes first, then names, some maybe at the right."""
        found = [Label("number")] if self.numbered else []
        if self.codes != "none":
            found.append(Label("code"))
        for at in range(len(self.voices)):
            right = self.labels == "right" or (
                self.labels == "both" and at and at == len(self.voices) - 1
            )
            found.append(Label("name", at, "right" if right else "left"))
        if self.labels == "both" and len(self.voices) == 1:
            found.append(Label("name", 0, "right"))
        if self.nest == "second" and "under" in (self.flow_at, self.period_at):
            last = max(at for at, label in enumerate(found) if label.side == "left")
            found.insert(last + 1, Label("nested"))
        if self.unit_at == "column":
            found.append(Label("unit", 0, "right" if self.labels == "right" else "left"))
        return found

    def corner_text(self, label):
        voice = self.voices[label.language]
        if label.kind == "number":
            return self.number_sign
        if label.kind == "code":
            return {"alpha2": "ISO", "alpha3": "ISO3", "m49": "Code"}[self.codes]
        if label.kind == "unit":
            return {"ru": "Единица измерения", "uk": "Одиниця виміру"}.get(voice.language, "Unit")
        if label.kind == "nested":
            return ""
        if self.unit_at == "corner":
            return voice.unit() if label.language == 0 else ""
        return voice.pick("corner")

    def label_text(self, label, line, flow, period, place, ranks):
        """Say what stands in a label column, in the row of one part of a partner."""
        voice = self.voices[label.language]
        nested = flow or period
        if label.kind == "unit":
            return voice.unit(bare=True)
        if label.kind == "nested":
            return self._nested(voice, flow, period)
        if label.kind == "name" and nested and self.nest == "bare":
            return "  " + str(self._nested(voice, flow, period))
        if label.kind == "name" and nested and self.nest == "first" and place:
            return "  " + self._nested(voice, flow, period)
        if place and not self.repeat_names:
            return ""
        if label.kind == "number":
            return ranks.get(line.code, "")
        if label.kind == "code":
            return self._code(line.code)
        name = voice.name(line.code)
        if line.code == "WLD" and self.unit_at == "row label":
            name += f", {voice.unit(bare=True)}"
        if self.capitals and line.is_group:
            name = name.upper()
        return self.indent * line.depth + name + self.marks_of.get(line.code, "")

    def _nested(self, voice, flow, period):
        if flow:
            text = voice.pick(flow)
            return f"{text}, {voice.unit(bare=True)}" if self.unit_at == "row label" else text
        if self.bare_years and period.months == 12 and self.nest == "second":
            return period.year
        return voice.period(period)

    def _code(self, code):
        if code not in codes():
            return ""
        alpha2, m49 = codes()[code]
        if self.codes == "m49":
            return m49 if self.code_numbers else f"{m49:03d}"
        return alpha2 if self.codes == "alpha2" else code

    # ── numbers ─────────────────────────────────────────────────────────────────────────

    def cell(self, known, code, column, ranks):
        """Return what is printed in one cell."""
        if column.measure == "rank":
            return ranks.get(code, "")
        if column.measure == "growth":
            return Number(self.rng.randint(401, 2499), 1)
        if column.flow == "balance":
            return self._balance(known, code, column.period)
        units = known.printed[code, column.flow, column.period]
        if column.measure == "weight":
            return Number(self.rng.randint(10, 10**6), 1) if units else ""
        if units is None:
            return self.unreported
        exact = known.exact[code, column.flow, column.period]
        if exact == 0:
            return {"0": Number(0, known.decimals), "blank": ""}.get(self.zero, self.zero)
        if column.measure == "share":
            whole = known.exact["WLD", column.flow, column.period]
            return share_of(exact, whole, self.share_decimals)
        note = self.marks_of.get((code, column.flow, column.period), "")
        return Number(units, known.decimals, note)

    def _balance(self, known, code, period):
        flows = [known.printed[code, flow, period] for flow in ("export", "import")]
        if None in flows:
            return self.unreported
        return Number(flows[0] - flows[1], known.decimals)


@cache
def codes():
    """Return alpha-3 code → alpha-2 code and M49 number of every country."""
    path = Path(traderank.__file__).with_name("display_names.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "country" and row["m49"]]
    return {row["code"]: (row["cldr"], int(row["m49"])) for row in rows}


@cache
def imf_numbers():
    """Return alpha-3 code, or WLD, → the number that the IMF has for it."""
    path = Path(traderank.__file__).with_name("codes.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["scheme"] == "imf"]
    return {row["partner"]: int(row["code"]) for row in rows if row["code"].isdigit()}


def share_of(exact, whole, decimals):
    """Return a share in per cent, rounded by itself; None of nothing."""
    if not whole:
        return None
    scaled = 100 * exact * 10**decimals
    return Number((2 * scaled + whole) // (2 * whole), decimals)
