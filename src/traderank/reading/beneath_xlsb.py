"""Beneath an .xlsb: the binary records of its sheets ([MS-XLSB] 2.1.4, 2.4)."""

from __future__ import annotations

import struct

from traderank.reading import limits
from traderank.reading import parts as zipped
from traderank.reading.beneath import EMPTY, ERROR, Sheet, refuse_large
from traderank.reading.beneath_xlsx import links_of, target_of

BOOK, _LINKS = "xl/workbook.bin", "xl/_rels/workbook.bin.rels"

_ROW, _COLUMNS, _MERGED, _SHEET, _CALCULATION = 0x00, 0x3C, 0xB0, 0x9C, 0x9D
_BLANK, _ERROR, _TEXT, _NUMBER, _FORMULA_ERROR = 0x01, 0x03, 0x08, 0x09, 0x0B


def look(parts, path):
    """Return what lies beneath each sheet, in their order."""
    links, pending, targets = links_of(parts, _LINKS), False, []
    for kind, body in _records(zipped.find(parts, BOOK)):
        if kind == _SHEET:
            targets += _target(body, links)
        elif kind == _CALCULATION and len(body) > 24:
            pending = bool(body[24] & 1)
    if len(set(targets)) < len(targets):
        raise zipped.Damaged("two sheets are one part")
    sheets = [_read(zipped.find(parts, target), pending) for target in targets]
    refuse_large(sheets, path)
    return [sheet.beneath() for sheet in sheets]


def _records(data):
    """Yield the kind and the body of each record; both its numbers have a bit to go on."""
    place, count = 0, 0
    while place < len(data):
        kind, length = data[place], 0
        if kind & 0x80 and place + 1 < len(data):
            place += 1
            kind = kind & 0x7F | (data[place] & 0x7F) << 7
        for shift in range(0, 28, 7):
            place += 1
            if place >= len(data):
                return
            length |= (data[place] & 0x7F) << shift
            if not data[place] & 0x80:
                break
        place += 1
        yield kind, data[place : place + length]
        place += length
        count += 1
        if count > limits.RECORDS:
            raise zipped.Damaged("it has more records than any workbook")


def _target(body, links):
    (length,) = struct.unpack_from("<I", body, 8)
    if length == 0xFFFFFFFF:
        return []
    link = body[12 : 12 + 2 * length].decode("utf-16-le", "replace")
    if link not in links:
        raise zipped.Damaged("a sheet has no part")
    return [target_of(links[link])]


def _read(data, pending):
    sheet, row = Sheet(), 0
    for kind, body in _records(data):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", body)
            if body[11] & 0x10 and row < limits.ROWS:
                sheet.hidden_rows.add(row)
        elif _BLANK < kind <= _FORMULA_ERROR:
            (column,) = struct.unpack_from("<I", body)
            sheet.reach(row, column, _odd(kind, body, pending))
        elif kind == _COLUMNS and body[16] & 1:
            sheet.hide_columns(*struct.unpack_from("<II", body))
        elif kind == _MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            sheet.merge(top, left, bottom, right)
    return sheet


def _odd(kind, body, pending):
    """Say what stands in a cell that is neither blank nor has a value."""
    if kind in (_ERROR, _FORMULA_ERROR):
        return ERROR
    if kind == _TEXT and not any(body[8:12]):
        return EMPTY
    # A program that cannot calculate leaves a 0 and asks the next one to calculate.
    return EMPTY if kind == _NUMBER and pending and not any(body[8:16]) else None
