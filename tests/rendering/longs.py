"""Long tables: a row for each record, as offices' databases and the world's four give them out."""

from __future__ import annotations

from itertools import product

from rendering.layout import codes, imf_numbers, share_of
from rendering.sheets import Column, Number, Page, lines_of

#: Languages in which the columns of a long table have names here.
LANGUAGES = ("en", "ru", "kk", "uz", "uk", "de", "fr", "es", "tr", "zh")


def records(known, layout, flows):
    """Yield (code, flow, period) in an office's order: by partner, by time or by flow."""
    lines = [line.code for line in lines_of(known, layout)]
    orders = {
        "partner": ((c, f, p) for c, f, p in product(lines, flows, known.periods)),
        "time": ((c, f, p) for p, f, c in product(known.periods, flows, lines)),
        "flow": ((c, f, p) for f, c, p in product(flows, lines, known.periods)),
    }
    for code, flow, period in orders[layout.long_order]:
        if layout.drop_zeros and known.exact[code, flow, period] == 0:
            continue
        yield code, flow, period


# ── an office's own ──────────────────────────────────────────────────────────────────────


def long_table(known, layout):
    """A row says whose, when and of which flow it is; some of these may stand across."""
    page, voice = Page(""), layout.voices[0]
    heads = {**voice.words["heads"], "partner": voice.words["corner"][:2]}
    heads = {what: layout.rng.choice(texts) for what, texts in heads.items()}
    across = layout.long_across
    down = [what for what in ("flow", "period") if what != across]
    down = [
        what for what in down if len(getattr(known, f"{what}s")) > 1 or what in layout.long_told
    ]
    columns = _columns(known, layout, down, across)
    for at, (what, of) in enumerate(columns):
        page.put(0, at, _head(known, layout, voice, heads, what, of))
    row = 0
    at_row = {}
    for code, flow, period in records(known, layout, known.flows):
        key = code, flow if across != "flow" else None, period if across != "period" else None
        if key not in at_row:
            row += 1
            at_row[key] = row
        for at, (what, of) in enumerate(columns):
            if what == "value" and of not in (None, flow, period):
                continue
            text = _field(known, layout, voice, what, code, flow, period)
            page.put(at_row[key], at, text)
            if what == "value":
                page.places[code, flow, period] = at_row[key], at
    return page


def _columns(known, layout, down, across):
    """List the columns as (what, of which flow or period), in any order."""
    columns = [("partner", None)]
    if layout.codes != "none":
        columns.append(("code", None))
    for what in down:
        split = what == "period" and layout.split_period
        columns += [("year", None), ("month", None)] if split else [(what, None)]
    if layout.unit_at == "column":
        columns.append(("unit", None))
    if layout.reporter_column:
        columns.append(("reporter", None))
    layout.rng.shuffle(columns)
    values = known.flows if across == "flow" else known.periods if across == "period" else [None]
    numbers = [("value", of) for of in values]
    if across is None and "weight" in layout.measures:
        numbers.append(("weight", None))
    if across is None and "share" in layout.measures:
        numbers.append(("share", None))
    return numbers + columns if layout.values_first else columns + numbers


def _head(known, layout, voice, heads, what, of):
    if what == "value" and of is not None:
        if isinstance(of, str):
            text = voice.pick(of)
            return f"{text}, {voice.unit(bare=True)}" if layout.unit_at == "header" else text
        return layout.period_text(of, layout.speak)
    if what == "value" and layout.unit_at == "header":
        return f"{heads['value']}, {voice.unit(bare=True)}"
    if what == "period" and all(period.months == 12 for period in known.periods):
        return heads["year"]
    return voice.pick(what) if what in ("weight", "share") else heads[what]


def _field(known, layout, voice, what, code, flow, period):
    if what == "partner":
        return voice.name(code)
    if what == "code":
        return layout._code(code)
    if what == "flow":
        return voice.pick(flow)
    if what == "period":
        return layout.period_text(period, layout.speak)
    if what == "year":
        return period.year
    if what == "month":
        return layout.month_text(voice, period)
    if what == "unit":
        return voice.unit(bare=True)
    if what == "reporter":
        return voice.name(known.reporter)
    return layout.cell(known, code, Column(flow, period, what), {})


# ── the world's ──────────────────────────────────────────────────────────────────────────

_COMTRADE = """typeCode freqCode refPeriodId refYear refMonth period reporterCode reporterISO
reporterDesc flowCode flowDesc partnerCode partnerISO partnerDesc partner2Code
partner2ISO partner2Desc
classificationCode classificationSearchCode isOriginalClassification cmdCode cmdDesc aggrLevel
isLeaf customsCode customsDesc mosCode motCode motDesc qtyUnitCode qtyUnitAbbr qty isQtyEstimated
altQtyUnitCode altQtyUnitAbbr altQty isAltQtyEstimated netWgt isNetWgtEstimated grossWgt
isGrossWgtEstimated cifvalue fobvalue primaryValue legacyEstimationFlag isReported
isAggregate""".split()


def comtrade(known, layout):
    """UN Comtrade's file, in US dollars: modes of transport and second partners repeat totals."""
    page, rng = Page(""), layout.rng
    columns = [c for c in _COMTRADE if rng.random() < 0.9 or c in _NEEDED]
    for at, name in enumerate(columns):
        page.put(0, at, name)
    row = 0
    for code, flow, period in records(known, layout, _flows(known)):
        iso = "W00" if code == "WLD" else "_X " if code == "XXX" else code
        units = Number(known.printed[code, flow, period] or 0, known.decimals)
        for part in ["total", *_parts(rng, layout)]:
            row += 1
            name = {"WLD": "World", "XXX": "Areas, nes"}.get(code) or layout.voices[0].name(code)
            fields = _comtrade_fields(known, code, iso, flow, period, part)
            fields["partnerDesc"] = name
            share = units if part == "total" else Number(units.units // 3, units.decimals)
            fields |= {"primaryValue": share, "netWgt": Number(rng.randint(0, 10**7), 0)}
            fields |= {"fobvalue" if flow == "export" else "cifvalue": share}
            for at, name in enumerate(columns):
                page.put(row, at, fields.get(name))
            if part == "total":
                page.places[code, flow, period] = row, columns.index("primaryValue")
    return page


_NEEDED = (
    "reporterISO partnerISO flowCode period primaryValue partner2Code motCode customsCode".split()
)


def _flows(known):
    return [flow for flow in known.flows if flow != "turnover"]


def _parts(rng, layout):
    return rng.sample(["mot", "partner2", "customs"], rng.randint(1, 2)) if layout.repeats else []


def _comtrade_fields(known, code, iso, flow, period, part):
    number = {"WLD": 0, "XXX": 899}.get(code) if code not in codes() else codes()[code][1]
    month = period.first if period.months == 1 else 52
    when = period.year * 100 + period.first if period.months == 1 else period.year
    return {
        **{"typeCode": "C", "freqCode": "M" if period.months == 1 else "A", "refYear": period.year},
        **{"refMonth": month, "period": when, "refPeriodId": period.year * 10000 + 101},
        **{"reporterCode": codes()[known.reporter][1], "reporterISO": known.reporter},
        **{"flowCode": flow[0].upper().replace("E", "X").replace("I", "M")},
        **{"flowDesc": flow.capitalize(), "partnerCode": number, "partnerISO": iso},
        **{"partner2Code": 156 if part == "partner2" else 0},
        **{"partner2ISO": "CHN" if part == "partner2" else "W00"},
        **{"partner2Desc": "China" if part == "partner2" else "World"},
        **{"classificationCode": "H6", "classificationSearchCode": "HS", "cmdCode": "TOTAL"},
        **{"cmdDesc": "All Commodities", "aggrLevel": 0, "isLeaf": False, "mosCode": 0},
        **{"customsCode": "C01" if part == "customs" else "C00"},
        **{"motCode": 3200 if part == "mot" else 0},
        **{"motDesc": "Road" if part == "mot" else "TOTAL MOT", "qtyUnitCode": -1, "qty": 0},
        **{"qtyUnitAbbr": "N/A", "isReported": False, "isAggregate": True},
    }


def wits(known, layout):
    """WITS: thousands of dollars, years across or down; shares stand in rows of their own."""
    page, rng = Page(""), layout.rng
    across = rng.random() < 0.6
    heads = ["Reporter", "Partner", "Trade Flow", "Product Group", "Indicator"]
    if not across:
        heads = [
            "ReporterISO3",
            "ReporterName",
            "PartnerISO3",
            "PartnerName",
            "Year",
            "TradeFlowName",
        ]
        heads += ["ProductCode", "Trade Value 1000USD"]
    years = known.periods if across else []
    for at, head in enumerate([*heads, *(period.year for period in years)]):
        page.put(0, at, head)
    row, at_row = 0, {}
    for code, flow, period in records(known, layout, _flows(known)):
        name = {"WLD": "World", "XXX": "Unspecified"}.get(code) or layout.voices[0].name(code)
        iso = {"WLD": "WLD", "XXX": "UNS"}.get(code, code)
        value = Number(known.printed[code, flow, period] or 0, known.decimals)
        if across:
            reporter = layout.voices[0].name(known.reporter)
            if (code, flow) not in at_row:
                row += 1
                at_row[code, flow] = row
                told = [reporter, name, flow.capitalize(), "All Products"]
                for at, text in enumerate([*told, f"{flow.capitalize()} (US$ Thousand)"]):
                    page.put(row, at, text)
                if layout.repeats:
                    row += 1
                    share = f"{flow.capitalize()} Partner Share (%)"
                    for at, text in enumerate([*told, share]):
                        page.put(row, at, text)
            at = len(heads) + years.index(period)
            page.put(at_row[code, flow], at, value)
            page.places[code, flow, period] = at_row[code, flow], at
            if layout.repeats:
                whole = known.exact["WLD", flow, period]
                page.put(
                    at_row[code, flow] + 1, at, share_of(known.exact[code, flow, period], whole, 2)
                )
        else:
            row += 1
            fields = [known.reporter, layout.voices[0].name(known.reporter), iso, name, period.year]
            fields += [flow.capitalize(), "Total", value]
            for at, text in enumerate(fields):
                page.put(row, at, text)
            page.places[code, flow, period] = row, len(fields) - 1
    return page


def imf(known, layout):
    """The IMF's Direction of Trade: whole dollars or millions, periods across."""
    page = Page("")
    heads = ["Country Name", "Country Code", "Indicator Name", "Indicator Code"]
    heads += ["Counterpart Country Name", "Counterpart Country Code", "Attribute"]
    for at, head in enumerate([*heads, *(_imf_period(period) for period in known.periods)]):
        page.put(0, at, head)
    row, at_row = 0, {}
    says = {"export": ("Goods, Value of Exports, Free on board (FOB), US Dollars", "TXG_FOB_USD")}
    says["import"] = (
        "Goods, Value of Imports, Cost, Insurance, Freight (CIF), US Dollars",
        "TMG_CIF_USD",
    )
    numbers = imf_numbers()
    for code, flow, period in records(known, layout, _flows(known)):
        if (code, flow) not in at_row:
            row += 1
            at_row[code, flow] = row
            name = {"WLD": "World", "XXX": "Other countries"}.get(code) or layout.voices[0].name(
                code
            )
            fields = [
                layout.voices[0].name(known.reporter),
                numbers.get(known.reporter),
                *says[flow],
                name,
                numbers.get(code),
                "Value",
            ]
            for at, text in enumerate(fields):
                page.put(row, at, text)
        at = len(heads) + known.periods.index(period)
        page.put(
            at_row[code, flow], at, Number(known.printed[code, flow, period] or 0, known.decimals)
        )
        page.places[code, flow, period] = at_row[code, flow], at
    return page


def _imf_period(period):
    return period.year if period.months == 12 else period.sdmx.replace("-M", "M").replace("-Q", "Q")


def eurostat(known, layout):
    """Eurostat's Comext in SDMX-CSV: codes, euro, quantities in rows of their own."""
    page, rng = Page(""), layout.rng
    heads = (
        "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE"
    )
    heads = [*heads.split(","), "OBS_FLAG"]
    for at, head in enumerate(heads):
        page.put(0, at, head)
    row = 0
    reporter = codes()[known.reporter][0]
    for code, flow, period in records(known, layout, _flows(known)):
        partner = {"WLD": "WORLD", "XXX": "QU"}.get(code) or codes()[code][0]
        when = period.sdmx.replace("-M", "-")
        told = ["ESTAT:DS-045409(1.0)", "15/07/24 11:00:00", "A" if period.months == 12 else "M"]
        told += [reporter, partner, "TOTAL", 2 if flow == "export" else 1]
        row += 1
        value = Number(known.printed[code, flow, period] or 0, known.decimals)
        for at, text in enumerate([*told, "VALUE_IN_EUROS", when, value]):
            page.put(row, at, text)
        page.places[code, flow, period] = row, len(heads) - 2
        if layout.repeats:
            row += 1
            weight = Number(rng.randint(0, 10**6), 1)
            for at, text in enumerate([*told, "QUANTITY_IN_100KG", when, weight]):
                page.put(row, at, text)
    return page


WORLD = {"comtrade": comtrade, "wits": wits, "imf": imf, "eurostat": eurostat}
