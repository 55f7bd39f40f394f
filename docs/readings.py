"""What the page «Read your own workbook» shows: small sheets, coloured by how they are read.

Every sheet here is read as the page is made: the colours, the word and the numbers under it, and
each message of a refusal, are the reader's own.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from html import escape

from traderank.reading import Given, read_grids
from traderank.reading.cells import read_unit, says
from traderank.reading.grid import Grid, cell_name
from traderank.reading.labels import find_labels
from traderank.reading.layout import find_tables
from traderank.reading.rows import walk
from traderank.table import Refused

#: A role, what a reader is told of it, and whether it is one of a cell of numbers.
ROLES = {
    "partner": "a partner",
    "value": "a value that is read",
    "share": "a share: checked",
    "turnover": "turnover: checked, and left out",
    "words": "what says whose, which flow, when, in what unit",
    "unused": "passed over",
}


@dataclass
class Sample:
    """A sheet, what the caller gives, and what there is to see in it."""

    title: str
    rows: list
    merged: list = field(default_factory=list)
    given: dict = field(default_factory=dict)
    sheet: str = "Sheet1"

    def grid(self):
        """Return the sheet as one that was opened."""
        width = max(map(len, self.rows))
        rows = [[_cell(v) for v in [*row, *[""] * (width - len(row))]] for row in self.rows]
        return Grid("sample.xlsx", self.sheet, rows, self.merged)

    def given_to_reader(self):
        """Return what the caller says."""
        told = {"reporter": "KAZ"} | self.given
        unit = told.pop("unit", None)
        return Given(source="sample.xlsx", unit=unit and read_unit(unit), **told)

    def read(self):
        """Read it, as a file is read."""
        return read_grids([self.grid()], self.given_to_reader())


def _cell(value):
    return float(value) if value.__class__ is int else value


SAMPLES = [
    Sample(
        "Flows side by side, shares beside them",
        [
            ["Внешняя торговля Республики Казахстан, 2023 год"],
            ["тыс. долларов США"],
            ["Страна", "Товарооборот", "Экспорт", "", "Импорт", ""],
            ["", "", "всего", "доля, %", "всего", "доля, %"],
            ["Всего", 50, 30, 100, 20, 100],
            ["Китай", 33, 21, 70, 12, 60],
            ["Россия", 17, 9, 30, 8, 40],
        ],
        [((2, 2), (2, 3)), ((2, 4), (2, 5))],
    ),
    Sample(
        "Years across, groups over their countries",
        [
            ["Geographic distribution of exports of goods (thousand USD)"],
            ["", 2021, 2022, 2023],
            ["Total", 60.5, 70.25, 81.75],
            ["Europe", 40.25, 45.25, 50.5],
            ["  Germany", 30.25, 35, 40.25],
            ["  Italy", 10, 10.25, 10.25],
            ["Asia", 20.25, 25, 31.25],
            ["  China", 12.25, 15, 20.25],
            ["  Türkiye", 8, 10, 11],
        ],
    ),
    Sample(
        "Flows one under the other, a title over each",
        [
            ["Ausfuhr nach Ländern 2022, Mio. Euro"],
            ["Insgesamt", 74],
            ["China", 44],
            ["Türkei", 30],
            [],
            ["Einfuhr nach Ländern 2022, Mio. Euro"],
            ["Insgesamt", 61],
            ["China", 50],
            ["Türkei", 11],
        ],
        given={"reporter": "DEU"},
    ),
    Sample(
        "Partners across, months down",
        [
            ["Imports by country of origin, million USD"],
            ["", "World", "China", "Russia", "Japan"],
            ["January 2024", 9.5, 5.25, 3, 1.25],
            ["February 2024", 10.25, 5, 4, 1.25],
            ["March 2024", 11, 6.25, 3.5, 1.25],
        ],
    ),
    Sample(
        "A row for each number, as databases give them",
        [
            ["reporterISO", "partnerISO", "flowCode", "period", "primaryValue", "netWgt"],
            ["KAZ", "W00", "X", 2022, 84.5, 900],
            ["KAZ", "CHN", "X", 2022, 50.25, 600],
            ["KAZ", "RUS", "X", 2022, 34.25, 300],
            ["KAZ", "W00", "M", 2022, 50, 100],
            ["KAZ", "CHN", "M", 2022, 22, 70],
            ["KAZ", "RUS", "M", 2022, 28, 30],
        ],
        given={"unit": "USD"},
    ),
    Sample(
        "A ranked list, with weights and growth beside the values",
        [
            ["Top trading partners: exports, 2023"],
            ["№", "Country", "million USD", "growth, %", "tonnes"],
            [1, "China", 14.7, 104.5, 900],
            [2, "Italy", 14.5, 98.25, 700],
            [3, "Russia", 10.2, 111, 650],
        ],
    ),
    Sample(
        "Names in three languages, marks for none and not reported",
        [
            ["Экспорт товаров по странам, млн. долларов США"],
            ["Өлкөлөр", "Страны", "Countries", 2022, "2023*"],
            ["Бардыгы", "Всего", "Total", 30.5, 29.5],
            ["Кытай", "Китай", "China", 20.25, 21.25],
            ["Россия", "Россия", "Russia", 10.25, 8.25],
            ["Индия", "Индия", "India", "-", "…"],
            ["* предварительные данные"],
        ],
        given={"reporter": "KGZ"},
    ),
]

PARTNERS = [["China", 21], ["Russia", 9], ["Japan", 4]]
TITLE = ["Exports of goods by country, 2023, thousand USD"]

REFUSALS = [
    Sample("No unit is printed, none is given", [["Exports by country, 2023"], *PARTNERS]),
    Sample("No flow", [["Foreign trade by country, 2023, thousand USD"], *PARTNERS]),
    Sample("No year", [["Exports by country, thousand USD"], *PARTNERS]),
    Sample(
        "What is printed and what is given differ",
        [TITLE, *PARTNERS],
        given={"unit": "million USD"},
    ),
    Sample("A name that is not on the list", [TITLE, *PARTNERS, ["Chinna", 7]]),
    Sample("A name twice", [TITLE, *PARTNERS, ["China", 7]]),
    Sample("A total that is not the sum", [TITLE, ["Total", 43], *PARTNERS]),
    Sample("A number that may be two", [TITLE, *PARTNERS, ["India", "1,234"], ["Italy", "5,678"]]),
    Sample("A number that is none", [TITLE, *PARTNERS, ["India", "n.m."]]),
    Sample("Trade below zero", [TITLE, *PARTNERS, ["India", -7]]),
    Sample("A fiscal year", [["Exports by country, 2022/23, thousand USD"], *PARTNERS]),
    Sample("Dollars, but not whose", [["Exports by country, 2023, thousand dollars"], *PARTNERS]),
    Sample("Services", [["Exports of services by country, 2023, thousand USD"], *PARTNERS]),
    Sample("One product", [["Exports of wheat by country, 2023, thousand USD"], *PARTNERS]),
    Sample(
        "A word beside the flow that may be a product",
        [["Exports of vellum by country, 2023, thousand USD"], *PARTNERS],
    ),
    Sample("Tonnes", [["Exports by country, 2023, tonnes"], *PARTNERS], given={"unit": "USD"}),
    Sample("Growth", [["Growth of exports by country, 2023, %"], *PARTNERS]),
    Sample(
        "Nothing says that it is trade",
        [["Patent applications by country, 2023"], *PARTNERS],
        given={"unit": "USD", "flow": "export"},
    ),
    Sample(
        "Countries across and down",
        [
            ["Exports, 2023, thousand USD"],
            ["", "China", "Russia"],
            ["Japan", 5, 7],
            ["India", 9, 8],
        ],
    ),
    Sample(
        "Groups alone",
        [TITLE, ["Europe", 21], ["Asia", 9], ["Africa", 4]],
    ),
    Sample("No partners at all", [TITLE, ["Wheat", 21], ["Oil", 9]]),
]


def refusal(sample):
    """Return the refusal of a sample; one that is read is a fault of the page."""
    try:
        sample.read()
    except Refused as refused:
        return refused
    raise AssertionError(f"«{sample.title}» is read")


# ── pictures ────────────────────────────────────────────────────────────────────────────


def roles(sample):
    """Return (row, column) → role of each cell that the reader made something of."""
    tables, _ = find_tables(sample.grid(), sample.given_to_reader())
    found = _beside(sample)
    for panel in (panel for table in tables for panel in table):
        for at, column in enumerate(panel.columns):
            role = "turnover" if column.flow == "turnover" else column.measure
            for row in range(len(panel.partners)):
                found[panel.cell(row, at)] = role
    return found


def _beside(sample):
    """Return the cells that say something of the numbers in their row: partners, flows, years."""
    grid, groups = find_labels(sample.grid(), sample.given_to_reader())
    found = {}
    for labels in groups:
        walked = walk(grid, labels, sample.given_to_reader())
        telling = {dimension.index: "words" for dimension in walked.dimensions[0]}
        telling |= dict.fromkeys(labels.columns, "partner")
        for row in (row for block in walked.blocks for row in block.rows):
            found |= {grid.name(row, column): role for column, role in telling.items()}
    return found


def _role(name, value, known):
    if name in known or value == "":
        return known.get(name, "")
    if value.__class__ is str:
        said = says(value)
        return "words" if said.of_numbers or said.total or said.status else "unused"
    return "words" if 1900 <= value <= 2100 and value == int(value) else "unused"


def picture(sample):
    """Return a sheet as HTML, each cell in the colour of its role, with the word under it."""
    known, grid = roles(sample), sample.grid()
    spans = {start: end[1] - start[1] + 1 for start, end in sample.merged}
    covered = {
        (row, column)
        for (row, left), (_, right) in sample.merged
        for column in range(left + 1, right + 1)
    }
    lines = []
    for row, values in enumerate(grid.rows):
        cells = [f'<th scope="row">{row + 1}</th>']
        for column, value in enumerate(values):
            if (row, column) not in covered:
                role = _role(cell_name(row, column), value, known)
                told = f' class="{role}" title="{ROLES[role]}"' if role else ""
                span = f' colspan="{spans[row, column]}"' if (row, column) in spans else ""
                shown = f"{value:.15g}" if value.__class__ is float else escape(value)
                cells.append(f"<td{told}{span}>{shown}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    heads = "".join(f'<th scope="col">{cell_name(0, at)[:-1]}</th>' for at in range(len(values)))
    return (
        '<div class="pst-scrollable-table-container"><table class="table sheet">'
        f"<caption>{_caption(sample)}</caption><thead><tr><td></td>{heads}</tr></thead>\n"
        f"<tbody>{''.join(lines)}</tbody></table></div>\n"
    )


def _caption(sample):
    """Say how a sample is read, and with what."""
    reading = sample.read()
    told = {"reporter": "KAZ"} | sample.given
    options = " ".join(
        f'--{name} "{v}"' if " " in v else f"--{name} {v}" for name, v in told.items()
    )
    row = reading.table[reading.table["kind"] == "country"].iloc[0]
    head, *notes = str(reading.proof).splitlines()
    shown = f"{row['value']:,.0f} {row['currency']}".replace(",", " ")
    return (
        f"<code>{escape(options)}</code>: {escape(head)}. {row['cell']}: {row['flow']}, "
        f"{row['partner']}, {row['period']}: {shown}."
        + "".join(f"<br>{escape(note)}" for note in notes)
    )


def make_readings():
    """Return the made parts of the page, name to content."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # A part of a page may not begin with a heading of its third level, but HTML may.
        pictures = "\n".join(f"<h3>{sample.title}</h3>\n\n{picture(sample)}" for sample in SAMPLES)
    legend = " ".join(f'<span class="{role}">{text}</span>' for role, text in ROLES.items())
    lines = ["| what | message |", "|---|---|"]
    # As code: a message is not to have its quotes and strokes made prettier.
    lines += [f"| {sample.title} | `{_in_table(refusal(sample))}` |" for sample in REFUSALS]
    return {
        "read-layouts.md": f'<p class="roles">{legend}</p>\n\n{pictures}',
        "read-refusals.md": "\n".join([*lines, ""]),
    }


def _in_table(refused):
    return str(refused).removeprefix("sample.xlsx, ").replace("|", "\\|")
