"""Put tables on sheets and sheets in files: titles, units, blocks, notes, sheets without tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from rendering.longs import WORLD, long_table
from rendering.sheets import Page, body


@dataclass
class File:
    """One file: its sheets, and what the user has to say of it because it does not."""

    pages: list
    given: dict = field(default_factory=dict)


def files_of(known, layout):
    """Lay a known table out as one file, or as one for each flow or period."""
    flows, periods = _split(known, layout, "files")
    return [_file(known, layout, flow, period) for flow, period in product(flows, periods)]


def _split(known, layout, place):
    flows = known.flows if layout.flow_at == place else [None]
    periods = known.periods if layout.period_at == place else [None]
    return flows, periods


def _file(known, layout, file_flow, file_period):
    given = {"reporter": known.reporter}
    if layout.form == "long" and layout.reporter_column and layout.rng.random() < 0.5:
        given = {}
    if layout.unit_at == "given":
        given["unit"] = unit_given(known)
    if layout.flow_at == "given" or (file_flow and layout.flow_told == "given"):
        given["flow"] = file_flow or known.flows[0]
    period = file_period or known.periods[0]
    if layout.period_at == "given" or (file_period and layout.period_told == "given"):
        given["year"] = period.year
        if period.months < 12:
            given["months"] = period.months
    if layout.form in WORLD:
        page = WORLD[layout.form](known, layout)
        page.name = "Sheet1"
        return File([page], given)
    pages = [
        _page(known, layout, file_flow or flow, file_period or period, number)
        for number, (flow, period) in enumerate(product(*_split(known, layout, "sheets")), 1)
    ]
    names = [page.name for page in pages]
    for number, page in enumerate(pages, 1):
        if names.count(page.name) > 1:
            page.name = f"{page.name[:26]} ({number})"
    return File(_among_others(layout, pages), given)


def unit_given(known):
    names = {0: "", 3: "thousand ", 4: "10 thousand ", 6: "million ", 8: "100 million "}
    return (names | {9: "billion "})[known.power] + known.currency


# ── one sheet ────────────────────────────────────────────────────────────────────────────


def _page(known, layout, flow, period, number):
    page = Page(_sheet_name(known, layout, flow, period, number))
    row = layout.blank_rows
    for at, text in _titles(known, layout, flow, period):
        page.put(row, layout.blank_columns + at, text)
        row += at == 0 or layout.titles == "lines"
    row += layout.title_gap if row > layout.blank_rows else 0
    if layout.flow_at == "beside":
        row = _beside(page, known, layout, row, period)
    else:
        row = _blocks(page, known, layout, row, flow, period)
    for text in _notes(layout):
        page.put(row + layout.note_gap, layout.blank_columns, text)
        row += 1
    return page


def _blocks(page, known, layout, row, flow, period):
    flows, periods = _split(known, layout, "blocks")
    parted = (flows, periods) != ([None], [None])
    for part_flow, part_period in product(flows, periods):
        if parted:
            page.put(row, layout.blank_columns, _block_title(layout, part_flow, part_period))
            row += 1
        table = _table(known, layout, part_flow or flow, part_period or period)
        turned = layout.across
        size = table.width if turned else table.height
        page.add(table, row, layout.blank_columns, turned=turned)
        row += size + layout.block_gap
    return row - layout.block_gap


def _table(known, layout, flow, period):
    if layout.form == "long":
        return long_table(known, layout)
    flow = flow or (known.flows[0] if layout.flow_at in ONCE else None)
    period = period or (known.periods[0] if layout.period_at in ONCE else None)
    return body(known, layout, flow, period)


#: Where a flow or period stands that is the only one of a table.
ONCE = ("title", "line", "name", "given", "header")


def _beside(page, known, layout, row, period):
    """Put a table for each flow side by side, each with partners of its own."""
    left, height = layout.blank_columns, 0
    for flow in known.flows:
        page.put(row, left, layout.speak(lambda voice, flow=flow: voice.pick(flow)))
        table = _table(known, layout, flow, period)
        page.add(table, row + 1, left)
        left += table.width + layout.side_gap
        height = max(height, table.height)
    return row + 1 + height


def _block_title(layout, flow, period):
    if flow and layout.block_titles == "whole":
        text = layout.speak(
            lambda voice: voice.title(flow) if flow != "turnover" else voice.pick(flow)
        )
    elif flow:
        text = layout.speak(lambda voice: voice.pick(flow))
    else:
        text = ""
    if period is None:
        return text
    when = layout.period_text(period, layout.speak)
    if not text:
        return when
    return (
        layout.speak(lambda voice: voice.titled(text, when))
        if not layout.header_in_all
        else (f"{text}, {when}")
    )


# ── titles and notes ─────────────────────────────────────────────────────────────────────


def _titles(known, layout, flow, period):
    """Yield the lines over a table, as (column, text): one under another, or side by side."""
    if layout.titles == "none":
        return
    voices = layout.voices
    if "office" in layout.noise:
        yield 0, voices[0].pick("office")
    if "number" in layout.noise and layout.titles == "lines":
        yield 0, voices[0].pick("number")
    told = _title_flow(known, layout, flow)
    when = period if layout.period_told in ("title", "both") else None
    when = known.periods[0] if layout.period_at == "title" else when
    side_by_side = layout.titles == "columns" and len(voices) > 1
    for at, voice in enumerate(voices if side_by_side or layout.header_in_all else voices[:1]):
        if layout.flow_at != "given" and layout.flow_told != "given":
            yield (at if side_by_side else 0), _title(known, layout, voice, told, when)
    if layout.period_at == "line":
        yield 0, layout.period_text(known.periods[0], layout.speak)
    if layout.unit_at == "line":
        for at, voice in enumerate(voices if side_by_side else voices[:1]):
            yield (at if side_by_side else layout.unit_column), voice.unit()
    if "dated" in layout.noise:
        yield 0, voices[0].pick("dated")


def _title_flow(known, layout, flow):
    if layout.flow_at == "title":
        return known.flows[0]
    return flow if layout.flow_told in ("title", "both") else None


def _title(known, layout, voice, flow, period):
    title = voice.pick("turnover") if flow == "turnover" else voice.title(flow)
    if "number" in layout.noise and layout.titles == "columns":
        title = f"{voice.pick('number')}: {title}"
    if period:
        title = voice.titled(title, layout.period_text(period, lambda say: str(say(voice))))
    elif layout.range_in_title and len(known.periods) > 1 and not period:
        years = sorted({period.year for period in known.periods})
        if len(years) > 1 and layout.period_at in ("columns", "blocks", "under", "sheets"):
            title = voice.titled(title, voice.years(years))
    return f"{title}, {voice.unit(bare=True)}" if layout.unit_at == "title" else title


def _notes(layout):
    for what in ("source", "note", "dated"):
        if f"{what} below" in layout.noise:
            yield from (voice.pick(what) for voice in layout.voices[: 1 + layout.header_in_all])


# ── names of sheets, other sheets ────────────────────────────────────────────────────────


def _sheet_name(known, layout, flow, period, number):
    voice, parts = layout.voices[0], []
    if layout.flow_told in ("name", "both") and (flow or layout.flow_at == "name"):
        parts.append(voice.pick(flow or known.flows[0]))
    if layout.period_told in ("name", "both") and (period or layout.period_at == "name"):
        period = period or known.periods[0]
        parts.append(str(period.year) if period.months == 12 else voice.period(period))
    text = layout.name_joint.join(parts) or layout.sheet_word.format(number)
    if len(text) > 31 and len(parts) == 2:
        # There is no room for more: an office would write it shorter.
        text = f"{period.sdmx} {min(voice.words[flow or known.flows[0]], key=len)}"
    return "".join(letter for letter in text if letter not in "[]:*?/\\")[:31]


def _among_others(layout, pages):
    """Add sheets that hold no table: a cover, contents, method."""
    voice, found = layout.voices[0], []
    if layout.others == "none":
        return pages
    cover = Page("Cover" if voice.language == "en" else voice.pick("office")[:20])
    cover.put(3, 1, voice.pick("office"))
    cover.put(6, 1, voice.title(None))
    cover.put(8, 1, voice.pick("dated"))
    contents = Page(voice.words["contents"][0])
    for row, text in enumerate(voice.words["contents"]):
        contents.put(row, 0, text)
        contents.put(row, 1, row + 2 if row else None)
    method = Page(voice.words["method"][0][:31])
    for row, text in enumerate(voice.words["method"]):
        method.put(2 * row, 0, text)
    found = {"front": [cover, contents, *pages, method], "back": [*pages, method]}[layout.others]
    return found if layout.file in ("xlsx", "xls", "ods") else pages
