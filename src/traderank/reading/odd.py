"""What a row is that is no record: a header, a title, a part of a record above, or unknown."""

from __future__ import annotations

from traderank.partners import nearest
from traderank.reading.blocks import add_head, add_title
from traderank.reading.cells import of_header
from traderank.reading.grid import NUMBERS
from traderank.reading.labels import find, numbers_columns
from traderank.reading.numbers import stands_for_number
from traderank.reading.records import is_time


def odd_row(state, row):
    """Say what a row is that is no record: header, title, part of a record, or unknown."""
    cells = cells_of(state.grid, state.labels, row)
    counted = [(i, v) for i, v in cells if i in state.data and _may_count(state, v)]
    if counted:
        _odd_numbers(state, row, cells, counted)
    elif state.labels.partners[row] is not None and not any(i in state.data for i, _ in cells):
        _bare_partner(state, row, cells)
    elif state.partner and _is_blank_part(state, cells):
        _part_of_record(state, row)
    elif spoilt := _spoilt(state, row, cells):
        text = str(state.grid.rows[row][spoilt[0]]).strip()
        raise state.grid.refuse(
            f"«{text}» is not a number",
            "open the sheet, put the office's number there or leave the cell blank",
            row=row,
            column=spoilt[0],
        )
    elif _is_header(state, row, cells):
        add_head(state, row)
    else:
        add_title(state, row, cells)


def _spoilt(state, row, cells):
    """Return the columns in which a country under others has texts that say nothing.

    A row that names a country and heads columns says of them what they are.
    """
    partner, texts = state.labels.partners[row], [(i, v) for i, v in cells if i in state.data]
    if partner is None or partner.kind != "country" or not state.blocks[-1].rows:
        return []
    said = [of_header(value) for _, value in texts]
    silent = not any(s.of_numbers or s.total or s.scale or s.status for s in said)
    named = any(v.__class__ is str and find(v, state.given.partners) for _, v in texts)
    return [index for index, _ in texts] if silent and not named else []


def _may_count(state, value):
    """Whether a cell holds a number; among records, a text or a mark that stands for one."""
    among = bool(state.blocks[-1].rows) or state.partner is not None
    return stands_for_number(value) if among else value.__class__ in NUMBERS


def _odd_numbers(state, row, cells, counted):
    found = [value for _, value in counted]
    if _is_part(state, row, cells):
        _part_of_record(state, row)
    elif all(is_time(value) for value in found) and _heads_records(state, row):
        add_head(state, row)
    elif not state.blocks[-1].rows and numbers_columns(value for _, value in cells):
        return
    elif not state.partner and len(cells) == 1:
        add_title(state, row, cells)  # the number of the table, say
    elif state.partner and _own_words(state, cells):
        _part_of_record(state, row)
    else:
        raise _unknown(state, row)


def _is_part(state, row, cells):
    """Tell a row as «2013», right under its partner, whose number only looks like a year."""
    told = [(index, value) for index, value in cells if index not in state.data]
    over = state.labels.partners[row - 1] is not None or row - 1 in state.inherited
    return bool(over and state.partner and told) and state.parts.issuperset(told)


def _heads_records(state, row):
    """Tell a row of years from small numbers without a name, which stand among records."""
    over = [value for value in data_of(state, row) if value != ""]
    if len(over) > 1 or not state.blocks[-1].rows:
        return True
    return row - 1 not in state.blocks[-1].rows


def _own_words(state, cells):
    """Return what a row without a partner says of its own numbers: «export», 2023.

    Where a name is expected and something else stands, the row is another's.
    """
    own = [(index, of_header(value)) for index, value in cells if index not in state.data]
    told = [(index, said) for index, said in own if said.flow or said.periods or said.measure]
    names = state.labels.columns
    silent = {index for index, _ in own} - {index for index, _ in told}
    return [] if silent.intersection(names) else told


def _part_of_record(state, row):
    block = state.blocks[-1]
    if not block.rows:
        block.titles = list(state.titles)
    partner, name = state.partner
    state.inherited.add(row)
    block.rows.append(row)
    block.partners.append(partner)
    block.names.append(name)


def _is_blank_part(state, cells):
    """Tell a row as «export» under a partner, without a number, where others have one."""
    return all(index not in state.data and (index, value) in state.parts for index, value in cells)


def _bare_partner(state, row, cells):
    """Tell a partner that nothing is reported of from one that is a title over its parts."""
    partner, name = state.labels.partners[row], state.labels.names[row]
    state.partner = (partner, name)
    block = state.blocks[-1]
    if not _own_words(state, [cell for cell in cells if cell[0] not in state.labels.columns]):
        if partner.kind == "aggregate" or _parts_follow(state, row):
            return
        if not block.rows and (
            partner.code == state.given.reporter or not _records_follow(state, row)
        ):
            return
    block.rows.append(row)
    block.partners.append(partner)
    block.names.append(name)
    block.titles = list(state.titles)


def _records_follow(state, row):
    """Whether the next row that says something names a partner too."""
    below = (at for at in range(row + 1, len(state.grid.rows)) if any(_filled_cells(state, at)))
    return (at := next(below, None)) is not None and state.labels.partners[at] is not None


def _filled_cells(state, row):
    return (value != "" for value in state.grid.rows[row])


def _parts_follow(state, row):
    """Whether the next row that says something has numbers, and no partner of its own."""
    for below in range(row + 1, len(state.grid.rows)):
        if any(_filled_cells(state, below)):
            cells = cells_of(state.grid, state.labels, below)
            if state.labels.partners[below] is not None or _is_blank_part(state, cells):
                return state.labels.partners[below] is None
            if len(cells) == 1 and is_time(cells[0][1]):
                return False  # a year that is a title
            return any(map(stands_for_number, data_of(state, below)))
    return False


def _is_header(state, row, cells):
    """Tell a header, whose texts stand over columns, from a title, which stands over all."""
    over = [index for index, _ in cells if index in state.data]
    if len(over) > 1 or (over and len(cells) > 1):
        return True
    said = of_header(cells[0][1])
    if not over or not (said.flow or said.measure):
        # A unit or a period that stands alone is the whole table's, wherever it stands.
        return False
    if said.measure and row + 1 < len(state.labels.partners) and state.labels.partners[row + 1]:
        return True  # «share, %» right over the records: the values beside it need no name
    if said.measure and _names_again(state, row + 1, over[0]):
        return True
    end = state.grid.ends.get((row, over[0]), over[0])
    covered = [index for index in state.data if over[0] <= index <= end]
    return 1 < len(covered) < len(state.data)


def _names_again(state, row, column):
    """Whether a row names, from a column on, what it names before it as well."""
    if row == len(state.grid.rows):
        return False
    named = [(index, state.grid.rows[row][index]) for index in state.data]
    before = {value for index, value in named if index < column and value != ""}
    return any(value in before for index, value in named if index >= column)


def _unknown(state, row):
    """Refuse numbers beside a name that is not on the list, or beside none."""
    grid, column = state.grid, state.labels.columns[0]
    names = [grid.rows[row][index] for index in state.labels.columns]
    name = next((text for text in names if text.__class__ is str and text.strip()), None)
    if name is None:
        return grid.refuse(
            "numbers stand here without a partner's name",
            "give the row its name, or take it out",
            row=row,
            column=column,
        )
    near = ", ".join(f"«{known}»" for known in nearest(name))
    return grid.refuse(
        f"«{name.strip()}» is not a partner we know" + (f" (near: {near})" if near else ""),
        "add it, with its code and kind, to a file and give that as --partners",
        row=row,
        column=column,
    )


def cells_of(grid, labels, row):
    """Return the filled cells of a row that are the table's: its own, or a title's alone."""
    filled = [
        (i, value) for i, value in enumerate(grid.rows[row]) if value != "" and str(value).strip()
    ]
    if len(filled) == 1:
        return filled
    return [(i, value) for i, value in filled if labels.first <= i <= labels.last]


def data_of(state, row):
    """Return the cells of a row that stand in the columns of numbers."""
    return [state.grid.columns[index][row] for index in state.data]
