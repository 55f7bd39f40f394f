"""Choose a layout for a known table, at random, among those that an office could print."""

from __future__ import annotations

from functools import partial

from rendering.layout import Layout
from rendering.longs import LANGUAGES as LONG_LANGUAGES
from rendering.saving import STYLES
from rendering.wording import Voice, names

#: Languages that stand side by side in one table, and those that stand alone.
TOGETHER = [
    *(("ky", "ru", "en"), ("kk", "ru", "en"), ("uz", "ru", "en"), ("uz", "uz-Cyrl", "ru", "en")),
    *(("ru", "en"), ("kk", "ru"), ("ky", "ru"), ("uk", "en"), ("az", "en"), ("hy", "ru", "en")),
    *(
        ("ka", "en"),
        ("tr", "en"),
        ("mn", "en"),
        ("zh", "en"),
        ("de", "en"),
        ("fr", "en"),
        ("es", "en"),
    ),
]
ALONE = ["ru"] * 5 + ["en"] * 5 + ["kk", "ky", "uz", "uz-Cyrl", "uk", "de", "fr", "es", "tr"]
ALONE += ["zh", "zh", "az", "hy", "ka", "mn"]

FILES = ["xlsx"] * 6 + ["xls"] * 3 + ["ods"] * 2 + ["csv"] * 4 + ["tsv", "html", "html as xls"]
FILES += ["zip xlsx", "zip csv"]


def choose(rng, known):
    """Return a layout in which the table can be printed; the table may be cut to suit it."""
    form = rng.choice(["wide"] * 15 + ["long"] * 5 + ["comtrade", "wits", "imf", "eurostat"])
    layout = Layout(form=form, rng=rng, file=rng.choice(FILES))
    _suit(rng, known, layout)
    _languages(rng, known, layout)
    _file(rng, layout)
    {"wide": _wide, "long": _long}.get(form, _world)(rng, known, layout)
    _numbers(rng, known, layout)
    _noise(rng, known, layout)
    layout.first_period = min(known.periods)
    return layout


def _is(rng, chance):
    return rng.random() < chance


def _suit(rng, known, layout):
    """Cut the table to what a form prints."""
    if layout.form in ("comtrade", "wits", "imf", "eurostat"):
        known.currency = "EUR" if layout.form == "eurostat" else "USD"
        known.power = {"wits": 3}.get(layout.form, 0)
        known.memos = []
        known.printed |= {key: 0 for key, units in known.printed.items() if units is None}
        known.unreported = set()
        _flatten(known)
        lengths = {"comtrade": (1, 12), "eurostat": (1, 12), "wits": (12,), "imf": (1, 3, 12)}
        kept = [p for p in known.periods if p.months in lengths[layout.form]]
        shortest = min((p.months for p in kept), default=12)
        known.periods = [p for p in kept if p.months == shortest] or [
            known.periods[0]._replace(first=1, months=12)
        ]
        if known.periods[0] not in {p for _, _, p in known.exact}:
            _refill(known)
        if all(flow == "turnover" for flow in known.flows):
            known.flows = ("export", "import")
    groups = any(node.under for node in known.top)
    layout.groups = rng.choice(["above", "above", "above", "below"]) if groups else "none"
    layout.total = rng.choice(["first", "first", "last"]) if known.total else None
    if not groups and known.total and _is(rng, 0.15) and layout.form == "wide":
        layout.ranked, known.memos = True, []
        layout.partial = len(known.top) > 6 and _is(rng, 0.3)


def _flatten(known):
    known.top = [leaf for node in known.top for leaf in node.leaves()]
    known.top = [node for node in known.top if node.kind == "country" or node.code == "XXX"]
    # What is not a country is taken out of the total too.
    for code, flow, period in [key for key in known.exact if key[0] == "WLD"]:
        for table in (known.exact, known.printed):
            values = [table[node.code, flow, period] or 0 for node in known.top]
            table[code, flow, period] = sum(values)


def _refill(known):
    period, first = known.periods[0], next(iter(known.exact))[2]
    for table in (known.exact, known.printed):
        for code, flow, old in list(table):
            if old == first:
                table[code, flow, period] = table[code, flow, old]


def _languages(rng, known, layout):
    codes = {node.code for node in [*known.nodes(), *known.memos]} | {"WLD", known.reporter}
    choices = [(language,) for language in ALONE] + TOGETHER
    if layout.form not in ("wide", "long"):
        choices = [("en",)]
    if layout.form == "long":
        choices = [some for some in choices if some[0] in LONG_LANGUAGES]
    rng.shuffle(choices)
    for languages in [*choices, ("en",), ("ru",)]:
        if layout.form == "long":
            languages = languages[:1]
        voices = tuple(Voice(rng, language, known) for language in languages)
        named = all(codes <= set(names()[voice.language]) for voice in voices)
        scaled = all(f"scale_{known.power}" in voice.words for voice in voices)
        if named and scaled and all(voice.can_say(known.periods) for voice in voices):
            layout.languages, layout.voices = languages, voices
            return
    raise AssertionError(f"no language names {codes}")


def _file(rng, layout):
    if layout.form != "wide" and layout.form != "long":
        layout.file = rng.choice(["csv", "csv", "xlsx", "zip csv", "xls"])
    layout.delimiter = "\t" if layout.file == "tsv" else rng.choice(",;;\t")
    layout.encoding = rng.choice(["utf-8"] * 3 + ["utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
    if layout.languages[0] in ("de", "fr", "es", "tr") and layout.encoding == "cp1251":
        layout.encoding = "cp1254" if layout.languages[0] == "tr" else "cp1252"
    layout.line_end = rng.choice(["\r\n", "\n"])
    layout.html_head, layout.html_titles = _is(rng, 0.7), _is(rng, 0.4)


# ── wide tables ──────────────────────────────────────────────────────────────────────────


def _wide(rng, known, layout):
    _places(rng, known, layout)
    nested = "under" in (layout.flow_at, layout.period_at)
    layout.order = rng.choice(["flow first"] * 5 + ["period first"] * 2 + ["measure first"])
    if layout.period_at not in ("columns", "header"):
        layout.order = rng.choice(["flow first"] * 4 + ["measure first"])
    several = layout.period_at == "columns" or layout.flow_at == "columns"
    layout.header = rng.choice(
        ["merged"] * 4 + ["left", "left", "centred", "repeated", "combined", "combined"]
    )
    layout.joint = rng.choice([" ", ", ", "\n"])
    if _is(rng, 0.35):
        extras = ["share"] * 4 + ["growth", "growth", "weight", "rank"]
        layout.measures = tuple(dict.fromkeys(rng.sample(extras, rng.choice([1, 1, 2]))))
    if layout.measures and layout.header == "combined":
        layout.order = "flow first"
    layout.tail = layout.period_at == "columns" and not layout.measures and _is(rng, 0.15)
    if layout.tail:
        layout.order = "flow first"
    both = {"export", "import"} <= set(known.flows)
    layout.balance = both and layout.flow_at in ("columns", "under") and _is(rng, 0.2)
    if layout.flow_at == "under":
        layout.balance = False
    layout.across = (
        _is(rng, 0.12) and not nested and layout.flow_at != "beside" and not layout.measures
    )
    parts = [period for period in known.periods if period.months < 12]
    layout.split_period = bool(parts) and layout.period_at == "columns" and _is(rng, 0.4)
    layout.bare_years = _is(rng, 0.5)
    layout.value_row = _is(rng, 0.4)
    layout.corner_row = rng.choice([0, 1, 1, 1])
    layout.corner_high = _is(rng, 0.5)
    layout.numbering = _numbering(rng) if _is(rng, 0.07) and not layout.across else None
    layout.nest = rng.choice(["bare", "second"])
    if layout.flow_at == "under" and known.flows[0] == "turnover" and _is(rng, 0.5):
        layout.nest = "first"
    layout.repeat_names = layout.nest == "second" and _is(rng, 0.4)
    layout.labels = rng.choice(["left"] * 10 + ["right", "both", "both"]) if not nested else "left"
    layout.codes = rng.choice(["none"] * 7 + ["alpha2", "alpha3", "m49"])
    layout.numbered = layout.ranked or _is(rng, 0.08)
    if layout.across:
        layout.numbered, layout.labels = False, "left"
    layout.indent = rng.choice(["", "", "  ", "    ", "\u00a0\u00a0"])
    layout.gap_rows = layout.groups == "above" and _is(rng, 0.25)
    layout.of_total = layout.total == "first" and not layout.across and _is(rng, 0.2)
    layout.capitals = _is(rng, 0.15)
    layout.period_style = rng.choice(["words"] * 6 + ["iso"])
    places = ["line"] * 6 + ["title"] * 3 + ["header"] * 3 + ["corner", "given", "given"]
    places += ["row label", "column"] if not layout.across else []
    layout.unit_at = rng.choice(places)
    if layout.unit_at == "row label" and not layout.total and layout.flow_at != "under":
        layout.unit_at = "line"
    if layout.header == "combined" and layout.unit_at == "header" and not layout.measures:
        layout.joint = ", "
    _titles(rng, known, layout, several)


def _numbering(rng):
    letter = rng.choice(["А", "A", "1"])
    if letter == "1":
        return lambda at, left: at + 1
    return lambda at, left: at - left + 1 if at >= left else (letter if at == 0 else "Б")


def _places(rng, known, layout):
    """Choose where flows and periods stand: at most one of the two under the partners."""
    many_flows, many_periods = len(known.flows) > 1, len(known.periods) > 1
    flows = ["columns"] * 6 + ["blocks", "blocks", "sheets", "sheets", "files", "under"]
    flows += [] if many_periods or layout.ranked else ["beside"]
    once = ["title"] * 4 + ["line", "name", "given", "header"]
    layout.flow_at = rng.choice(flows if many_flows else once[:4] + once[5:])
    periods = ["columns"] * 8 + ["blocks", "sheets", "sheets", "files", "under"]
    layout.period_at = rng.choice(periods if many_periods else once)
    if layout.ranked and many_flows:
        layout.flow_at = "beside" if not many_periods and _is(rng, 0.5) else layout.flow_at
    if (layout.flow_at, layout.period_at) == ("under", "under"):
        layout.period_at = "columns"
    if layout.flow_at == "sheets" and layout.period_at == "blocks" and _is(rng, 0.5):
        layout.period_at = "columns"
    layout.flow_told = rng.choice(["title", "title", "name", "both"])
    layout.period_told = rng.choice(["title", "title", "name", "both"])
    if layout.flow_at == "files":
        # A file of turnover alone has nothing to be read.
        known.flows = tuple(flow for flow in known.flows if flow != "turnover")
        layout.flow_told = rng.choice(["title", "title", "given"])
    if layout.period_at == "files":
        layout.period_told = rng.choice(["title", "title", "given"])
    if any(period.first > 1 for period in known.periods):
        # No option tells a part of a year that does not begin in January.
        layout.period_at = "title" if layout.period_at == "given" else layout.period_at
        layout.period_told = "title" if layout.period_told == "given" else layout.period_told
        if layout.period_at == "files" and "given" in (layout.flow_at, layout.flow_told):
            layout.flow_at = "title" if layout.flow_at == "given" else layout.flow_at
            layout.flow_told = "title"
    if layout.flow_at in ("title", "name"):
        layout.flow_told = layout.flow_at
    if layout.period_at in ("title", "name"):
        layout.period_told = layout.period_at
    sheets = ("xlsx", "xls", "ods", "zip xlsx")
    told = (layout.flow_at, layout.period_at, layout.flow_told, layout.period_told)
    if layout.file not in sheets and {"sheets", "name"} & set(told):
        layout.file = rng.choice(sheets)


#: Where a flow or period stands that is told once for each sheet or file.
SPLIT = ("sheets", "files")


def _titles(rng, known, layout, several):
    layout.titles = rng.choice(["lines"] * 6 + ["columns"])
    if len(layout.voices) == 1 or layout.across or layout.labels != "left":
        layout.titles = "lines"
    if layout.flow_at in ("title", "columns", "blocks", "under", "beside", "header", "column"):
        layout.flow_told = "title" if layout.flow_at == "title" else "name"
    if layout.flow_at == "given" or layout.flow_told == "given":
        # A title would say the flow.
        layout.unit_at = "line" if layout.unit_at == "title" else layout.unit_at
        if layout.period_at == "title":
            layout.period_at, layout.period_told = "line", "name"
        if layout.period_at in SPLIT and layout.period_told == "title":
            layout.period_told = "name" if layout.period_at == "sheets" else "given"
    told = [layout.flow_told] * (layout.flow_at in SPLIT) + [layout.period_told] * (
        layout.period_at in SPLIT
    )
    needed = {"title", "line", "both"} & {layout.flow_at, layout.period_at, layout.unit_at, *told}
    if not needed and _is(rng, 0.5):
        layout.titles = "none"
    if layout.titles == "columns":
        layout.period_at = "title" if layout.period_at == "line" else layout.period_at
        layout.period_told = "title" if layout.period_at == "title" else layout.period_told
    layout.range_in_title = _is(rng, 0.4)
    layout.title_gap = rng.choice([0, 1, 1, 2])
    layout.unit_column = rng.choice([0, 0, 2, 3])
    layout.header_in_all = len(layout.voices) > 1 and _is(rng, 0.5)
    layout.between = rng.choice([" / ", "\n", "/"])
    layout.block_titles = rng.choice(["word", "whole"])
    layout.block_gap, layout.side_gap = rng.choice([0, 1, 1, 2]), rng.choice([0, 1, 1])
    layout.name_joint = rng.choice([" ", "_", "-"])
    layout.sheet_word = rng.choice(["Лист{}", "Sheet{}", "Table {}", "{}"])


# ── long tables ──────────────────────────────────────────────────────────────────────────


def _long(rng, known, layout):
    known.memos = [] if _is(rng, 0.5) else known.memos
    layout.long_order = rng.choice(["partner", "partner", "time", "flow"])
    layout.drop_zeros = _is(rng, 0.3)
    layout.zero = "0"
    many_flows, many_periods = len(known.flows) > 1, len(known.periods) > 1
    layout.long_across = rng.choice([None, None, "flow" if many_flows else None, "period"])
    if layout.long_across == "period" and not many_periods:
        layout.long_across = None
    if layout.long_across and layout.drop_zeros:
        layout.drop_zeros = False
    layout.long_told = tuple(what for what in ("flow", "period") if _is(rng, 0.7))
    layout.reporter_column = _is(rng, 0.2)
    layout.values_first = _is(rng, 0.1)
    layout.codes = rng.choice(["none", "none", "alpha2", "alpha3", "m49"])
    layout.split_period = (
        any(p.months == 1 for p in known.periods)
        and all(period.months == 1 for period in known.periods)
        and layout.long_across != "period"
        and _is(rng, 0.5)
    )
    layout.month_number = _is(rng, 0.5)
    layout.bare_years = _is(rng, 0.6)
    layout.period_style = rng.choice(["words", "iso"])
    layout.measures = tuple(m for m in ("weight", "share") if _is(rng, 0.2))
    layout.unit_at = rng.choice(["column", "header", "given", "given", "line"])
    if layout.long_across == "period" and layout.unit_at == "header":
        layout.unit_at = "column"
    told_flow = "flow" in layout.long_told or many_flows
    told_period = "period" in layout.long_told or many_periods
    layout.flow_at = "column" if told_flow else rng.choice(["given", "title"])
    dated = any(period.first > 1 for period in known.periods)
    layout.period_at = (
        "column" if told_period else rng.choice(["title" if dated else "given", "title"])
    )
    layout.flow_told = "title" if layout.flow_at == "title" else "name"
    layout.period_told = "title" if layout.period_at == "title" else "name"
    if layout.long_across == "flow":
        layout.long_told = tuple(w for w in layout.long_told if w != "flow")
    if layout.long_across == "period":
        layout.long_told = tuple(w for w in layout.long_told if w != "period")
    _titles(rng, known, layout, several=False)
    titled = {"title", "line"} & {layout.flow_at, layout.period_at, layout.unit_at}
    layout.titles = "lines" if titled or _is(rng, 0.2) else "none"
    if layout.titles == "lines" and layout.flow_at == "given":
        layout.flow_at, layout.flow_told = "title", "title"


def _world(rng, known, layout):
    layout.long_order = rng.choice(["partner", "time", "flow"])
    layout.drop_zeros = layout.form in ("comtrade", "eurostat") and _is(rng, 0.4)
    layout.repeats = _is(rng, 0.5)
    layout.flow_at = layout.period_at = "column"
    layout.unit_at = "given" if layout.form in ("comtrade",) else "world"
    layout.titles, layout.long_across = "none", None
    layout.reporter_column = True
    layout.groups = "none"


# ── numbers, marks, noise ────────────────────────────────────────────────────────────────


def _numbers(rng, known, layout):
    workbook = layout.file in ("xlsx", "xls", "ods", "zip xlsx")
    layout.numbers = "typed" if workbook and not _is(rng, 0.06) else "text"
    layout.style = rng.choice(list(STYLES))
    if layout.form not in ("wide", "long"):
        layout.style = "1234.5"
    if layout.form == "wide":
        layout.zero = rng.choice(["0", "0", "-", "–", "blank", "blank"])
    layout.unreported = rng.choice(
        ["...", "…", "..", "x", "н/д" if "ru" in layout.languages else "n/a"]
    )
    layout.share_decimals = rng.choice([1, 1, 2, 3])
    layout.code_numbers = _is(rng, 0.5)
    layout.number_sign = rng.choice(["№", "№ п/п", "No.", "#", "N"])
    layout.blank_rows, layout.blank_columns = (
        rng.choice([0, 0, 0, 1, 3]),
        rng.choice([0, 0, 0, 1, 2]),
    )
    if layout.form not in ("wide", "long"):
        layout.blank_rows = layout.blank_columns = 0
    layout.month_text = partial(_month, layout)


def _month(layout, voice, period):
    return period.first if layout.month_number else voice.period(period, apart=True)


def _noise(rng, known, layout):
    chances = {"office": 0.25, "number": 0.3, "dated": 0.12, "dated below": 0.08}
    chances |= {"source below": 0.3, "note below": 0.3}
    layout.noise = tuple(what for what, chance in chances.items() if _is(rng, chance))
    layout.note_gap = rng.choice([0, 1])
    layout.others = rng.choice(["none"] * 5 + ["front", "back"])
    if layout.file not in ("xlsx", "xls", "ods", "zip xlsx"):
        layout.others = "none"
    if layout.form in ("wide",) and _is(rng, 0.15):
        layout.marks = rng.choice(["names", "periods", "numbers"])
        sign = rng.choice(["*", "**", "¹", " 1)", "1)"])
        nodes = [node.code for node in known.nodes() if node.kind == "country"]
        if layout.marks == "names":
            layout.marks_of = dict.fromkeys(rng.sample(nodes, 1), sign)
        elif layout.marks == "periods":
            layout.marks_of = {rng.choice(known.periods): sign}
        else:
            flows = [flow for flow in known.flows]
            keys = [
                (code, flow, period) for code in nodes for flow in flows for period in known.periods
            ]
            chosen = rng.sample(keys, min(2, len(keys)))
            layout.marks_of = {key: sign for key in chosen if known.printed[key]}
