"""What was read is proved by what the office printed: how close is equal, what is odd is told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import TRADE, sheet

from traderank.partners import alpha2, find
from traderank.reading import Given, Proof, read_grids
from traderank.reading.grid import Grid
from traderank.reading.rounding import decimals, in_use
from traderank.reading.sums import Sums
from traderank.table import Refused

MERGED = [((3, 1), (3, 2)), ((3, 3), (3, 4)), ((3, 5), (3, 6))]


def prove(*tables, known_errors=()):
    """Read rows, or {sheet: rows}, as they would come out of a file."""
    sheets = tables[0] if isinstance(tables[0], dict) else {"2023": tables[0]}
    grids = [
        Grid("kz.xlsx", name, [["" if v is None else v for v in row] for row in rows], MERGED)
        for name, rows in sheets.items()
    ]
    return read_grids(grids, Given(reporter="KAZ", known_errors=known_errors, source="kz.xlsx"))


def refusal(*tables, **given):
    with pytest.raises(Refused) as refused:
        prove(*tables, **given)
    return refused.value


def notes(*tables):
    return prove(*tables).proof.notes


def flow_only(rows, columns, title="экспорт, 2023 год, тыс. долларов США"):
    """Keep some columns of a sheet, under one line that says all of them."""
    return [[title], ["", "всего"]] + [[row[0], *(row[at] for at in columns)] for row in rows[5:]]


# ── how close is equal ───────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(
    flows=st.lists(
        st.tuples(*[st.integers(1, 10**9) | st.just(0)] * 2), min_size=3, max_size=12
    ).filter(lambda flows: all(any(flow) for flow in zip(*flows, strict=True))),
    places=st.integers(0, 4),
)
def test_no_table_is_refused_for_having_been_rounded(flows, places):
    names = "Австрия Бельгия Болгария Германия Дания Испания Италия Польша Румыния Франция Швеция"
    names = [*names.split(), "Чехия"]
    exact = [*zip(names, *zip(*flows, strict=True), strict=False)]
    total = ("Всего", sum(e for _, e, _ in exact), sum(i for *_, i in exact))
    rows = sheet()[:5]
    for name, export, imported in [total, *exact]:
        row = [name]
        for value, whole in zip(
            (export + imported, export, imported), (total[1] + total[2], *total[1:]), strict=True
        ):
            printed = round(value / 10**5, places)
            row += [printed, round(100 * value / whole, places)] if value else [None, None]
        rows.append(row)
    assert prove(rows).proof.word in ("proved", "consistent")


@pytest.mark.parametrize(
    ("off", "holds"), [(0.01, True), (-0.01, True), (0.02, False), (-0.02, False)]
)
def test_turnover_may_be_off_by_the_rounding_of_its_three_numbers_and_no_more(off, holds):
    rows = sheet([("Всего", 600.75, 400.50), ("Китай", 600.75, 400.50)])
    for row in rows[5:]:
        row[1] = round(row[1] + off, 2)
    if holds:
        assert prove(rows).proof.word == "proved"
    else:
        assert "rounding explains at most 0.015" in refusal(rows).reason


def test_turnover_of_one_flow_is_that_flow_to_the_last_digit():
    trade = [("Всего", 600.75, 400.50), ("Китай", 500.75, 400.50), ("Турция", 100.00, None)]
    rows = sheet(trade)
    assert prove(rows).proof.word == "proved"
    rows[7][1] = 100.01
    assert "the turnover of «Турция» is not its exports plus" in refusal(rows).reason


@pytest.mark.parametrize(("off", "holds"), [(0.01, True), (0.02, False)])
def test_a_sum_may_be_off_by_the_rounding_of_its_rows_and_no_more(off, holds):
    rows = flow_only(sheet(), [3])
    rows[2][1] = round(rows[2][1] + off, 2)
    if holds:
        assert prove(rows).proof.word == "proved"
    else:
        assert "«Всего» is not the sum of the 2 rows under it" in refusal(rows).reason


def test_a_share_may_be_off_by_half_its_last_digit_and_what_its_value_leaves_open():
    assert prove(sheet(E8=49.97919)).proof.word == "proved"
    assert "the share of «Германия»" in refusal(sheet(E8=49.98119)).reason
    assert "the share of «Германия»" in refusal(sheet(E8=0)).reason


def test_the_100_of_the_total_does_not_make_whole_percents_of_the_other_shares():
    rows = sheet([(name, export * 1000, imported * 1000) for name, export, imported in TRADE])
    rows[12 - 1][4] = round(rows[12 - 1][4]) + 0.0
    assert refusal(rows).cell == "E12"


def test_decimals_are_those_of_print_and_not_of_the_computer():
    numbers = np.array([24, 0.1 + 0.2, 1e-5, 139551038.0123, 22221.200000000004, np.nan])
    assert decimals(numbers).tolist() == [0, 1, 5, 4, 1, 0]


def test_a_column_of_two_precisions_uses_both():
    one = np.array([number + 0.1 for number in range(40)])
    five = np.array([number + 0.12345 for number in range(40)])
    both = np.concatenate([one, five])
    assert in_use(both, decimals(both)) == [1, 5]
    assert in_use(five, decimals(five)) == [5]
    assert in_use(one[:2], decimals(one[:2])) == [1]
    few = np.concatenate([np.tile(five, 20), [0.1234] * 5])  # fewer than chance would have
    assert in_use(few, decimals(few)) == [5]


def test_a_dash_is_no_trade_even_where_some_numbers_have_one_decimal():
    trade = [
        *(("Всего", 600.7, 400.4), ("Европа", 450.5, 250.2), ("Германия", 300.2, 150.1)),
        *(("Италия", 150.3, 100.1), ("Азия", 150.2, 150.2), ("Китай", 100.1, 100.1)),
        *(("Турция", 50.1, 50.1), ("Океания", 0.04, None), ("Австралия", 0.04, None)),
    ]
    rows = sheet(trade)
    assert prove(rows).proof.word == "proved"
    rows[-1][3] = "-"
    assert refusal(rows).cell == "D14"
    rows[-1][3], rows[-1][4] = 0.04, "-"
    assert prove(rows).proof.word == "proved"


# ── which rows a group sums ──────────────────────────────────────────────────────────────


def sums(rows):
    table = prove(rows).proof.table()
    table = table[(table["kind"] == "sum") & (table["flow"] == "export")]
    return dict(zip(table["partner_name"], table["cells"] - 1, strict=True))


def test_groups_sum_what_stands_under_them_at_any_depth():
    trade = [
        *(("Всего", 70.5, 7.5), ("Страны СНГ", 30.25, 3.25), ("Страны ЕАЭС", 20.25, 2.25)),
        *(("Армения", 10.13, 1.13), ("Россия", 10.12, 1.12), ("Страны вне ЕАЭС", 10.0, 1.0)),
        *(("Азербайджан", 10.0, 1.0), ("Остальные страны мира", 40.25, 4.25)),
        *(("Германия", 20.25, 2.25), ("Китай", 20.0, 2.0)),
    ]
    assert sums(sheet(trade)) == {
        **{"Всего": 2, "Страны СНГ": 2, "Страны ЕАЭС": 2, "Страны вне ЕАЭС": 1},
        "Остальные страны мира": 2,
    }


def test_the_total_may_stand_at_the_end():
    countries = [row for row in TRADE if row[0] not in ("Всего", "Европа", "Азия")]
    rows = sheet([TRADE[0], *countries])
    rows.append(rows.pop(5))
    assert sums(rows) == {"Всего": 4}


def test_rows_after_the_last_group_may_belong_to_the_total():
    trade = [
        *(("Всего", 500.5, 300.25), ("Европа", 450.50, 250.25), ("Германия", 300.25, 150.13)),
        *(("Италия", 150.25, 100.12), ("Не указано", 50.0, 50.0)),
    ]
    assert sums(sheet(trade)) == {"Всего": 2, "Европа": 2}


def found_sums(kinds, numbers, total):
    """Return (parent, children) of each sum of one column, each number rounded to 1.5."""
    numbers = np.array(numbers)[:, None]
    found = Sums(kinds, total, numbers, np.full(numbers.shape, 1.5)).find()
    return [(sum.parent, sum.children.tolist()) for sum in found]


def test_of_two_ways_to_add_up_the_nearer_one_is_taken():
    kinds = ["aggregate", "aggregate", "country", "aggregate", "country"]
    found = found_sums(kinds, [1000, 980, 980, 20, 20], total=0)
    assert sorted(found) == [(0, [1, 3]), (1, [2]), (3, [4])]


def test_a_group_takes_no_more_than_its_own_rows_if_they_add_up():
    kinds = ["aggregate", "country", "aggregate", "country"]
    assert sorted(found_sums(kinds, [1000, 980, 20, 20], total=None)) == [(0, [1]), (2, [3])]


def test_continents_that_leave_out_a_bloc_in_some_years_are_summed_with_it_in_those():
    kinds = ["aggregate"] * 3 + ["country"] * 2 + ["aggregate"] + ["country"] * 2
    russia, germany, kazakhstan, china = np.random.default_rng(3).integers(1e8, 1e9, (4, 6))
    cis = russia + kazakhstan
    europe, asia = russia + germany, kazakhstan + china
    europe[4:], asia[4:] = germany[4:], china[4:]
    rows = [cis + germany + china, cis, europe, russia, germany, asia, kazakhstan, china]
    numbers = np.array(rows)
    numbers[[0, 2], 1] += 12
    found = Sums(kinds, 0, numbers, np.zeros(numbers.shape)).find()
    meant = {tuple(sum.children): sum.meant.tolist() for sum in found if sum.parent == 0}
    assert meant[2, 5] == [True] * 4 + [False] * 2
    assert meant[1, 2, 5] == [False] * 4 + [True] * 2
    # What is wrong in the second year is Europe, and not the countries' sum as well.
    assert meant[3, 4, 6, 7] == [True, False] + [True] * 4


# ── the word, and what is counted ────────────────────────────────────────────────────────


def test_the_word_is_proved_if_every_number_is_in_a_check():
    proof = prove(sheet()).proof
    assert (proof.word, proof.covered, proof.cells) == ("proved", 42, 42)
    assert proof.checks == {"sum": 9, "turnover": 7, "share": 21}


def test_the_word_is_consistent_if_some_numbers_are_in_none_and_they_are_listed():
    rows = [row for row in sheet() if row[0] != "Всего"]
    proof = prove(rows).proof
    assert proof.word == "consistent"
    shares = [("2023", f"{letter}{row}") for row in range(6, 12) for letter in "CEG"]
    assert proof.uncovered == shares
    assert "no check covers 2023!C6, 2023!E6" in str(proof)
    assert str(proof).endswith("2023!G9 and 6 more")


def test_the_word_is_unproved_if_nothing_is_there_to_check_against():
    countries = [row for row in TRADE if row[0] not in ("Всего", "Европа", "Азия")]
    rows = flow_only(sheet([TRADE[0], *countries]), [3])
    reading = prove([row for row in rows if row[0] != "Всего"])
    assert reading.proof.word == "unproved"
    assert set(reading.table["proof"]) == {"unproved"}
    assert str(reading.proof).startswith("unproved: 0 checks (none) cover 0 of 4 numbers")


def test_each_sheet_keeps_its_own_word_and_the_workbook_the_weakest():
    bare = [row for row in sheet(year="2022 год") if row[0] != "Всего"]
    reading = prove({"2023": sheet(), "2022": bare})
    words = reading.table.groupby("year")["proof"].unique().map(list).to_dict()
    assert words == {2022: ["consistent"], 2023: ["proved"]}
    assert reading.proof.word == "consistent"


def test_every_check_is_a_row_of_the_table():
    table = prove(sheet()).proof.table()
    assert table["kind"].value_counts().to_dict() == {"share": 21, "sum": 9, "turnover": 7}
    check = table.query("kind == 'turnover' and partner_name == 'Китай'").iloc[0]
    assert check[["sheet", "cell", "flow", "period", "cells"]].tolist() == [
        *("2023", "B11", "turnover", "2023", 3)
    ]
    assert check["printed"] == check["computed"] == 200.27
    assert check["bound"] == pytest.approx(0.015)


def test_an_empty_proof_can_be_printed():
    assert str(Proof()) == "unproved: 0 checks (none) cover 0 of 0 numbers"


# ── what does not hold ───────────────────────────────────────────────────────────────────


def test_a_refusal_names_the_cell_that_all_failing_checks_share():
    refused = refusal(sheet(D8=301.25))
    assert refused.cell == "D8"
    assert refused.reason.endswith("; 3 checks fail, and D8 is in all of them")


def test_a_refusal_of_one_check_names_the_number_that_is_not_what_others_make():
    refused = refusal(sheet(E8=48.5))
    assert refused.cell == "E8"
    assert "E8 prints 48.5, the others make 49.9791927 (rounding explains" in refused.reason
    assert refused.reason.endswith(")")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"D6": "…", "E6": None}, "D6 prints no number, the others make 600.75"),
        ({"D8": "…", "E8": None}, "the others make 150.25 (rounding explains at most 0.01); "),
    ],
)
def test_a_refusal_says_of_a_mark_for_not_reported_that_it_is_no_number(cells, said):
    reason = refusal(sheet(**cells)).reason
    assert said in reason
    assert ("marked as not reported: D8" in reason) == ("D8" in cells)


def test_a_refusal_prints_numbers_to_the_digit_that_differs():
    trade = [("Всего", 17605534.20124, 7018745.76433), ("Китай", 17605534.20124, 7018745.76433)]
    reason = refusal(sheet(trade, B7=24624279.96567)).reason
    assert "B6 prints 24624279.96557, the others make 24624279.96567" in reason


ERROR = {"sheet": "2023", "cell": "B8", "size": 1.5, "reason": "misprinted"}
# The total and the group were added up by the office from the right number.
WRONG = sheet(B8=451.88, C8=45.13159)


def test_a_known_error_is_accepted_by_cell_and_size_and_said():
    proof = prove(WRONG, known_errors=[ERROR]).proof
    assert proof.notes == ["2023: B8: known error of 1.5: misprinted"]


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({}, "«Европа» is not the sum of the 2 rows under it"),
        ({"size": 1.49}, "«Европа» is not the sum of the 2 rows under it"),
        ({"size": 1.51}, "«Европа» is not the sum of the 2 rows under it"),
        ({"cell": "B9"}, "the turnover of «Германия» is not its exports plus its imports"),
        ({"sheet": "2022"}, "«Европа» is not the sum of the 2 rows under it"),
    ],
)
def test_an_error_that_is_not_the_one_known_is_refused(known, reason):
    assert reason in refusal(WRONG, known_errors=[ERROR | known] if known else []).reason


def test_a_known_error_explains_no_other_error_of_its_cell():
    rows = [list(row) for row in WRONG]
    rows[7][2] = 48.0
    reason = refusal(rows, known_errors=[ERROR]).reason
    assert "the share of «Германия» is not its value's share of the total" in reason


def test_a_known_error_that_is_not_there_is_refused():
    refused = refusal(sheet(), known_errors=[ERROR])
    assert refused.reason == "an error of 1.5 is declared here, and there is none of that size"
    assert (refused.sheet, refused.cell) == ("2023", "B8")


def test_a_known_error_on_a_sheet_that_is_not_there_is_no_matter():
    assert prove(sheet(), known_errors=[ERROR | {"sheet": "2019"}]).proof.notes == []


# ── what holds and is odd ────────────────────────────────────────────────────────────────


NAMES = """
Австрия Бельгия Болгария Кипр Чехия Германия Дания Эстония Испания Финляндия Франция Греция
Хорватия Венгрия Ирландия Италия Литва Люксембург Латвия Мальта Нидерланды Польша Португалия
Румыния Швеция Словения Словакия Албания Андорра Беларусь Швейцария Норвегия Россия Сербия
Украина Афганистан Бангладеш Бахрейн Бруней Китай Грузия Индонезия Израиль Индия Ирак
Иордания Япония Камбоджа Кувейт Ливан Мьянма Монголия Малайзия Непал Оман Пакистан Филиппины
Катар Сингапур Таиланд Турция Вьетнам Аргентина Бразилия Венесуэла Египет Канада Кения
Колумбия Куба Марокко Мексика Панама Парагвай Перу Уругвай Чили Эквадор
"""


def exact(**cells):
    """Return a sheet in which sums are exact to the fifth decimal."""
    names = sorted(NAMES.split(), key=lambda name: alpha2(find(name).code))
    flows = [(10**7 + 1234577 * i, 10**6 + 765431 * i) for i in range(1, len(names) + 1)]
    total = ("Всего", *(sum(flow) / 10**5 for flow in zip(*flows, strict=True)))
    countries = [(name, e / 10**5, i / 10**5) for name, (e, i) in zip(names, flows, strict=True)]
    return sheet([total, *countries], **cells)


def test_a_last_digit_off_where_all_others_are_exact_is_told():
    assert notes(exact()) == []
    rows = exact()
    changed = exact(D10=round(rows[9][3] + 0.00001, 5))
    assert notes(changed) == [
        "2023: off in the last digit, where nearly all such sums are exact: B10"
    ]


def test_last_digits_off_here_and_there_are_rounding():
    rows = exact()
    for at, row in enumerate(rows[6:54:3]):
        row[1] = round(row[1] + (-0.00001 if at % 2 else 0.00001), 5)
    assert notes(rows) == []


def test_a_sum_off_by_more_than_rounding_makes_likely_is_told():
    rows = flow_only(exact(), [3])
    for row in rows[3:]:
        row[1] = round(row[1], 1)
    rows[2][1] = round(rows[2][1], 1) + 2
    assert notes(rows) == ["2023: off by more than rounding makes likely: B3"]
    rows[2][1] -= 1.9
    assert notes(rows) == []


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ({"E8": None}, "E8 is blank where a share of 49.979 belongs"),
        ({"B8": None}, "B8 is blank where a turnover of 450.38 belongs"),
    ],
)
def test_a_blank_beside_numbers_that_make_it_is_told(cells, note):
    trade = [(name, export, imported) for name, export, imported in TRADE]
    rows = sheet(trade, **cells)
    if "B8" in cells:
        # Only where the sums do not need it is a blank turnover not refused outright.
        rows = [row for row in rows if row[0] not in ("Всего", "Европа")]
        note = note.replace("B8", "B6")
    assert f"2023: {note}" in notes(rows)


@pytest.mark.parametrize(("value", "odd"), [(0.04, False), (0.06, True)])
def test_a_share_is_rightly_blank_if_it_would_be_rounded_to_0(value, odd):
    # 0.05 of this total is half of the fifth decimal of a percent.
    trade = [("Всего", 1000000.25, 50.5), ("Китай", 333333.13, 20.25)]
    rows = sheet([*trade, ("Россия", 666667.12 - value, 30.25), ("Турция", value, None)])
    rows[8][2] = rows[8][4] = None
    said = [note for note in notes(rows) if "is blank where a share of" in note]
    assert len(said) == 2 * odd


def test_names_exchanged_within_an_order_are_told():
    rows = exact()
    rows[10][0], rows[20][0] = rows[20][0], rows[10][0]
    (note,) = notes(rows)
    upper, lower = (f"«{rows[at][0]}» (row {at + 1}) before «{rows[at + 1][0]}»" for at in (10, 19))
    order = "2023: partners stand in the order of their two-letter codes"
    assert note == f"{order}, but not {upper}, {lower}: is a name wrong?"


@pytest.mark.parametrize("count", [9, 11])
def test_two_names_exchanged_are_told_where_chance_would_hardly_leave_the_others_in_order(count):
    rows = exact()[: 6 + count]
    rows[7][0], rows[11][0] = rows[11][0], rows[7][0]
    assert len([note for note in notes(rows) if "is a name wrong" in note]) == (count == 11)


@pytest.mark.parametrize("order", ["codes", "names", "none"])
def test_rows_in_any_order_or_none_are_no_matter(order):
    rows = exact()
    keys = {"names": lambda row: row[0], "none": lambda row: row[3] * 1e5 % 97}
    body = sorted(rows[6:], key=keys[order]) if order in keys else rows[6:]
    assert notes([*rows[:6], *body]) == []


@pytest.mark.parametrize("heading", [True, False])
def test_an_order_that_begins_anew_is_told_only_where_headings_part_the_others(heading):
    total, *rows = exact()[5:]
    halves = [rows[::2], rows[1::2]]
    flows = [[round(sum(row[at] for row in half), 5) for at in (3, 5)] for half in halves]
    groups = [sheet([("Всего", *flow), ("Европа", *flow)])[6] for flow in flows]
    for group in groups:
        for value, share in ((1, 2), (3, 4), (5, 6)):
            group[share] = round(100 * group[value] / total[value], 5)
    body = [groups[0]] * heading + halves[0] + halves[1]
    last, first = halves[0][-1][0], halves[1][0][0]
    said = [note for note in notes([*exact()[:5], total, *body]) if "in the order of" in note]
    assert len(said) == heading
    assert all(f"«{last}» (row {len(halves[0]) + 7}) before «{first}»" in note for note in said)


def test_rows_that_the_total_leaves_out_are_told():
    rows = sheet([*TRADE, ("Африка", 5.25, 5.25), ("Марокко", 5.25, 5.25)])
    assert "2023: «Всего» does not sum «Африка» (which sums its own rows)" in notes(rows)


def test_a_row_of_a_bloc_that_was_no_member_is_told():
    trade = [("Всего", 10.25, 5.25), ("Страны ЕС", 10.25, 5.25)]
    members = [("Германия", 5.13, 5.25), ("Соединенное Королевство", 5.12, None)]
    note = "«Страны ЕС» holds «Соединенное Королевство», no member on 2023-12-31"
    assert notes(sheet(trade + members)) == [f"2023: {note}"]
    assert notes({"2018": sheet(trade + members, year="2018 год")}) == []


# ── from one year to the next ────────────────────────────────────────────────────────────


def years(later, earlier=TRADE):
    return {"2023": sheet(later), "2022": sheet(earlier, year="2022 год")}


def renamed(old, new):
    return [(new if name == old else name, *flows) for name, *flows in TRADE]


def test_a_large_partner_that_the_other_year_lacks_is_told():
    assert notes(years(TRADE)) == []
    said = notes(years(renamed("Германия", "Дания")))
    assert said == [
        "2022: in no row of «2023»: «Германия» (row 8)",
        "2023: in no row of «2022»: «Дания» (row 8)",
    ]


def test_a_small_partner_that_the_other_year_lacks_is_not():
    assert notes(years(renamed("Турция", "Вьетнам"))) == []


def test_a_group_or_remainder_that_the_other_year_lacks_is_told():
    said = notes(years(renamed("Турция", "Другие страны")))
    assert said == ["2023: in no row of «2022»: «Другие страны» (row 12)"]


def test_partners_in_another_order_than_the_other_year_are_told():
    swapped = [TRADE[at] for at in (0, 4, 5, 6, 1, 2, 3)]
    longer = exact()[6:]
    assert notes(years(swapped)) == []  # every second row: another order altogether
    rows = [list(row) for row in longer]
    rows[5], rows[6] = rows[6], rows[5]
    head = exact()[:6]
    said = notes({"2023": head + rows, "2022": [*sheet(year="2022 год")[:5], head[5], *longer]})
    assert any("2023: in another order than on «2022»: «" in note for note in said)


def test_tables_of_different_flows_are_not_held_against_each_other():
    exports = flow_only(sheet(), [3])
    imports = flow_only(sheet(renamed("Германия", "Дания"), year=""), [5])
    imports[0][0] = "импорт, 2022 год, тыс. долларов США"
    assert notes({"Экспорт": exports, "Импорт": imports}) == []


def test_years_of_another_length_are_told():
    sheets = {"a": sheet(year="январь-октябрь 2023 года"), "b": sheet(year="2022 год")}
    assert notes(sheets) == ["a: 10 months, «b» has 12"]
