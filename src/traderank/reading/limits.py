"""How much a file may hold. Nothing is parsed before its size is known to be within these.

A few bytes can stand for a sheet of a billion cells or unpack to more than any memory. With
these limits no file takes more than about 10 seconds or 1 GB, whatever it claims to be; the
largest true tables that we know are a tenth of them.
"""

from __future__ import annotations

from traderank.table import Refused

#: Bytes of a file, and of what a compressed one unpacks to.
BYTES = 200_000_000

#: Bytes of a text, which grows about tenfold as it is read.
TEXT = 50_000_000

#: Cells of all sheets, blank ones up to the last filled row and column included.
CELLS = 2_000_000

#: Sheets of a workbook, tables of a page.
SHEETS = 2_000

#: Texts that differ, and the letters in them: reading words is what takes time.
TEXTS, LETTERS = 200_000, 8_000_000

#: Letters of one cell, as in a spreadsheet.
CELL = 32_767

#: Titles in one sheet and tables under them, columns that name partners, products of a table.
BLOCKS, NAMES, PANELS = 1_000, 60, 10_000

#: Parts of a zip, elements of the XML in it or of a page, records of an old workbook.
PARTS, ELEMENTS, RECORDS = 25_000, 12_000_000, 4_000_000

#: Elements within elements.
DEPTH = 200

#: Rows and columns of a sheet.
ROWS, COLUMNS = 1_048_576, 16_384


def refuse_more(amount, limit, what, path):
    """Refuse a file that holds more than a limit; `what` is the thing counted."""
    if amount > limit:
        raise Refused(
            f"the file holds more than {limit:,} {what}",
            "save only the sheet with the table, without blank rows and columns that count as "
            "used, in a new file",
            file=path,
        )


def refuse_large_grids(grids, path):
    """Refuse sheets that hold more cells, texts or letters than can be read in time."""
    refuse_more(sum(len(g.rows) * len(g.rows[0]) for g in grids if g.rows), CELLS, "cells", path)
    texts = {text for grid in grids for column in grid.texts for _, text in column}
    refuse_more(len(texts), TEXTS, "texts that differ", path)
    lengths = list(map(len, texts))
    refuse_more(max(lengths, default=0), CELL, "letters in one cell", path)
    refuse_more(sum(lengths), LETTERS, "letters", path)
