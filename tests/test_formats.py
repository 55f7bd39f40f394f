"""One table is the same in every form; what a form hides is found; what is no table is refused."""

import io
import json
import struct
import zipfile

import pandas as pd
import pytest
from click.testing import CliRunner
from formats import (
    as_all,
    ods,
    ods_of,
    page,
    separated,
    workbook,
    xlsb,
    zipped,
)
from workbooks import (
    DATE,
    ERROR,
    FORMULA,
    MERGED,
    UNCALCULATED,
    compound,
    sheet,
    write,
)

from traderank.cli import main
from traderank.reading import read_workbook
from traderank.reading.files import open_workbook
from traderank.reading.text import decode
from traderank.sources import checksum
from traderank.table import Refused

BOOKS = ("xls", "xlsx", "xlsb", "ods")

of_each_book = pytest.mark.parametrize("kind", BOOKS)


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    """The same sheet in each form: what it is called, to its bytes."""
    return as_all(sheet(), tmp_path_factory.mktemp("forms"), merged=MERGED)


def put(content, folder, name="t.dat"):
    path = folder / name
    path.write_bytes(content)
    return path


def only(content, folder):
    (grid,), _ = open_workbook(put(content, folder))
    return grid


def refusal(content, folder, name="t.dat", **given):
    with pytest.raises(Refused) as refused:
        read_workbook(put(content, folder, name), **{"reporter": "KAZ", **given})
    assert refused.value.remedy
    return str(refused.value)


def run(command, path, *words):
    return CliRunner().invoke(main, [command, str(path), *words])


# ── one table, however it is kept ────────────────────────────────────────────────────────


def test_a_table_is_the_same_in_each_form(forms, tmp_path):
    columns = ["partner", "flow", "period", "value", "share_published", "cell", "proof"]
    expected = read_workbook(put(forms["xlsx"], tmp_path), reporter="KAZ").table[columns]
    assert len(forms) == 26
    for form, content in forms.items():
        reading = read_workbook(put(content, tmp_path), reporter="KAZ")
        pd.testing.assert_frame_equal(reading.table[columns], expected, obj=form)
        assert (reading.proof.word, reading.proof.notes) == ("proved", []), form


def test_a_workbook_has_sheets_and_a_text_has_none(forms, tmp_path):
    for form, content in forms.items():
        table = read_workbook(put(content, tmp_path), reporter="KAZ").table
        is_book = any(kind in form for kind in BOOKS)
        assert table["sheet"].isna().all() != is_book, form


@pytest.mark.parametrize("name", ["t.xlsx", "t.xls", "t.csv", "t.html", "t", "t.ods.zip"])
@pytest.mark.parametrize("form", ["xls", "xlsx", "ods", "csv", "html", "zip of csv"])
def test_the_form_is_told_by_the_bytes_and_not_by_the_name(forms, tmp_path, form, name):
    reading = read_workbook(put(forms[form], tmp_path, name), reporter="KAZ")
    assert (reading.proof.word, len(reading.table)) == ("proved", 14)


def test_the_cell_of_a_text_is_named_as_a_spreadsheet_names_it(tmp_path):
    text = separated(sheet(B8=5)).decode().splitlines(keepends=True)
    message = refusal("".join(text).encode(), tmp_path, "t.csv")
    assert message.startswith("t.csv, B8: ")
    quoted = '"a note, of\r\ntwo lines"\r\n' + "".join(text)
    assert refusal(quoted.encode(), tmp_path, "t.csv").startswith("t.csv, B9: ")


# ── what becomes of a text, which has no sheet ───────────────────────────────────────────


def test_a_text_goes_through_the_commands_without_a_sheet(tmp_path):
    path = put(separated(sheet()), tmp_path, "t.csv")
    out = tmp_path / "tidy.csv"
    done = run("clean", path, "--reporter", "KAZ", "-o", str(out))
    assert done.exit_code == 0, done.stderr
    table = pd.read_csv(out, comment="#")
    assert table["sheet"].isna().all()
    assert table["cell"].iloc[0] == "D6"
    printed = run("clean", path, "--reporter", "KAZ")
    assert ",,D6," in printed.stdout.splitlines()[1]


def test_a_proof_names_the_cells_of_a_text_without_an_exclamation_mark(tmp_path):
    rows = [["Exports of goods, 2023, thousand USD", None], ["China", 5.5], ["Russia", 2.25]]
    path = put(separated(rows), tmp_path, "t.csv")
    shown = run("check", path, "--reporter", "KAZ").stdout
    assert "unproved" in shown
    assert "no check covers B2, B3" in shown
    assert "!" not in shown


def test_a_known_error_of_a_text_is_declared_with_an_empty_sheet(tmp_path):
    content = separated(sheet(D7=451.5))
    assert "D7" in refusal(content, tmp_path)
    error = {"sheet": "", "cell": "D7", "size": 1, "reason": "printed so"}
    shares = [{**error, "cell": "E7", "size": 0, "reason": ""}]
    with pytest.raises(Refused):
        read_workbook(put(content, tmp_path), reporter="KAZ", known_errors=shares)
    rows = [row[:1] + row[3:4] for row in sheet(D7=451.5)]
    content = separated([["экспорт, тыс. долларов США, 2023 год", None], *rows[5:]])
    assert "A3" in refusal(content, tmp_path) or "B3" in refusal(content, tmp_path)
    known = [{**error, "cell": "B3"}]
    reading = read_workbook(put(content, tmp_path), reporter="KAZ", known_errors=known)
    assert reading.proof.notes == ["B3: known error of 1: printed so"]


def test_a_list_of_partners_and_of_sources_serve_every_form(forms, tmp_path):
    extra = tmp_path / "extra.csv"
    extra.write_text("name,code,kind\nКитайщина,CHN,country\n", "utf-8")
    renamed = as_all(
        [
            [str(v).replace("Китай", "Китайщина") if v == "Китай" else v for v in row]
            for row in sheet()
        ],
        tmp_path,
        merged=MERGED,
    )
    for form, content in renamed.items():
        path = put(content, tmp_path)
        assert "--partners" in run("check", path, "--reporter", "KAZ").stderr, form
        done = run("check", path, "--reporter", "KAZ", "--partners", str(extra))
        assert done.exit_code == 0, (form, done.stderr)
        mine = tmp_path / "my.toml"
        mine.write_text(f'[mine]\nreporter = "KAZ"\nsha256 = "{checksum(path)}"\n', "utf-8")
        done = run("clean", path, "--sources", str(mine), "--partners", str(extra))
        assert done.exit_code == 0, (form, done.stderr)
        assert ",mine," in done.stdout


# ── what a form hides ────────────────────────────────────────────────────────────────────


@of_each_book
def test_an_error_and_an_uncalculated_formula_are_no_blanks(tmp_path, kind):
    rows = [[1, (ERROR, 7), (UNCALCULATED, 0)], [None, (FORMULA, 3.25), None]]
    grid = only(workbook(kind, {"A": rows}, tmp_path), tmp_path)
    assert grid.beneath == {(0, 1): "an error value", (0, 2): "a formula without a value"}
    assert (grid.rows[0][:3], grid.rows[1][1]) == ([1, "", ""], 3.25)


@of_each_book
def test_hidden_rows_columns_and_sheets_are_seen(tmp_path, kind):
    sheets = {"Лист1": [[1, 2, 3]] * 4, "Лист2": [[1]]}
    content = workbook(kind, sheets, tmp_path, hidden=(2, 4, "B", "Лист2"))
    (grid,), hidden = open_workbook(put(content, tmp_path))
    assert (grid.hidden_rows, grid.hidden_columns, hidden) == ({1, 3}, {1}, ["Лист2"])


@of_each_book
def test_a_hidden_row_of_a_table_is_read_and_told(tmp_path, kind):
    content = workbook(kind, {"2023": sheet()}, tmp_path, merged=MERGED, hidden=(9, "D"))
    notes = read_workbook(put(content, tmp_path), reporter="KAZ").proof.notes
    assert notes == ["2023: row 9 is hidden", "2023: column D is hidden"]


@of_each_book
def test_joined_cells_are_known(tmp_path, kind):
    grid = only(
        workbook(kind, {"A": [[1, 2], [3, 4], [5, 6]]}, tmp_path, merged=["A1:B2"]), tmp_path
    )
    assert grid.merged == [((0, 0), (1, 1))]


@pytest.mark.parametrize("kind", ["xls", "xlsx", "ods"])
def test_a_date_and_a_truth_are_no_numbers(tmp_path, kind):
    (row,) = only(workbook(kind, {"A": [[True, (DATE, 45000)]]}, tmp_path), tmp_path).rows
    assert row[0] is True
    assert str(row[1]).startswith("2023-03-15")


def test_a_0_that_waits_to_be_calculated_is_no_value_in_a_binary_workbook(tmp_path):
    rows = {"A": [[(FORMULA, 0), (FORMULA, 5)]]}
    assert only(xlsb(rows, pending=True), tmp_path).beneath == {(0, 0): "a formula without a value"}
    assert only(xlsb(rows), tmp_path).beneath == {}


def repeated(rows, columns, cell='office:value-type="float" office:value="7"', rest=""):
    return ods_of(
        f'<table:table table:name="A"><table:table-row table:number-rows-repeated="{rows}">'
        f'<table:table-cell table:number-columns-repeated="{columns}" {cell}>{rest}'
        "</table:table-cell></table:table-row></table:table>"
    )


def test_a_cell_that_stands_for_many_is_many(tmp_path):
    assert only(repeated(2, 3), tmp_path).rows == [[7, 7, 7]] * 2
    formula = only(repeated(2, 2, 'table:formula="of:=1"'), tmp_path)
    assert formula.beneath == dict.fromkeys(
        [(0, 0), (0, 1), (1, 0), (1, 1)], "a formula without a value"
    )
    shown = only(repeated(1, 2, 'office:value-type="string"', "<text:p>#REF!</text:p>"), tmp_path)
    assert shown.beneath == dict.fromkeys([(0, 0), (0, 1)], "an error value")


def test_blank_cells_repeated_to_the_end_of_a_sheet_are_no_cells(tmp_path):
    end = (
        '<table:table-row><table:table-cell office:value-type="float" office:value="7"/>'
        '<table:table-cell table:number-columns-repeated="16383"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert only(ods_of(f'<table:table table:name="A">{end}</table:table>'), tmp_path).rows == [[7]]


# ── text: letters, delimiters, numbers ───────────────────────────────────────────────────


def test_a_page_in_a_code_page_says_so_or_its_partners_do(tmp_path):
    rows = sheet()
    told = page({"A": rows}, MERGED, '<meta charset="windows-1251">', "cp1251")
    silent = page({"A": rows}, MERGED, "", "cp1251")
    assert only(told, tmp_path).rows == only(silent, tmp_path).rows


def test_letters_that_make_no_known_name_in_any_code_page_are_refused(tmp_path):
    message = refusal("Страна;Сумма\r\nЩщ;5\r\n".encode("cp866"), tmp_path)
    assert "no code page makes them names of partners" in message
    assert "save the table in UTF-8" in message


def test_damaged_utf8_is_refused_where_a_mark_says_that_it_is_utf8(tmp_path):
    message = refusal(b"\xef\xbb\xbfa;b\n\xff;1\n", tmp_path)
    assert "the text is damaged (invalid start byte at byte" in message


def test_turkish_letters_are_read_in_their_code_page(tmp_path):
    rows = [["İhracat, bin ABD doları, 2023", None], ["Türkiye", 5.5], ["Çin", 7.5], ["Rusya", 2]]
    text = decode(separated(rows, ";", "cp1254", ","), tmp_path)
    assert text.splitlines()[0].startswith("İhracat")


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["1234,5", "7,25"], [1234.5, 7.25]),
        (["1.234,5", "7,25"], [1234.5, 7.25]),
        (["1,234.5", "7.25"], [1234.5, 7.25]),
        (["1 234,5", "7"], [1234.5, 7]),
        (["1\u202f234.5", "7"], [1234.5, 7]),
        (["1'234.5", "-7"], [1234.5, -7]),
        (["1,234", "7"], ["1,234", 7]),
        (["007", "7"], ["007", 7]),
        (["1,23,4", "7"], ["1,23,4", 7]),
    ],
)
def test_a_number_in_a_text_is_read_only_if_it_can_be_but_one(tmp_path, texts, read):
    lines = "".join(f"Китай;{text}\n" for text in texts)
    rows = only(lines.encode(), tmp_path).rows
    assert [row[1] for row in rows] == read


def test_the_sign_between_values_is_the_one_that_parts_names_from_numbers(tmp_path):
    lines = "Экспорт, импорт, 2023\nКитай, КНР;1,5\nРоссия;2,5\n"
    assert only(lines.encode(), tmp_path).rows[2] == ["Россия", 2.5]


def test_several_tables_of_a_page_are_told_apart_by_number(tmp_path):
    two = page({"A": [["Menu", "5"]], "B": [["Китай", 5.5]]})
    grids, _ = open_workbook(put(two, tmp_path))
    assert [grid.sheet for grid in grids] == ["table 1", "table 2"]


@pytest.mark.parametrize(
    ("inside", "rows"),
    [
        ("<tr><td>a<td>5<tr><td>b<td>7", [["a", 5], ["b", 7]]),  # as HTML allows
        ("<TR><TH>a&nbsp;b<TD>5</TR>", [["a b", 5]]),
        ("<tr><td><b>a</b><br>b<td>1&#160;234,5", [["a b", 1234.5]]),
        ("<tr><td>a<script>var x='<td>9'</script><td>5", [["a", 5]]),
        ("<tr><td><style>b{}</style>a<td>5", [["a", 5]]),
        ("<tr><td><!-- <td>9 -->a<td>5", [["a", 5]]),
        ("<tr><td colspan=2>a<td>5<tr><td>b<td>c<td>7", [["a", "", 5], ["b", "c", 7]]),
        ("<tr><td rowspan='2'>a<td>5<tr><td>7", [["a", 5], ["", 7]]),
        ("<thead><tr><td>a<td>b</thead><tbody><tr><td>c<td>7</tbody>", [["a", "b"], ["c", 7]]),
    ],
)
def test_a_page_is_read_as_a_browser_shows_it(tmp_path, inside, rows):
    assert only(f"<html><table>{inside}</table></html>".encode(), tmp_path).rows == rows


# ── what is refused, each with its remedy ────────────────────────────────────────────────

TEXT_MIME = "application/vnd.oasis.opendocument.text"
XML_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook '
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
)
FLAT = '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:x"/>'
BOOK_95 = struct.pack("<HHHH", 0x809, 8, 0x500, 5)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (XML_2003.encode(), "this is a workbook saved as XML Spreadsheet 2003, which is not read"),
        (XML_2003.encode("utf-16"), "this is a workbook saved as XML Spreadsheet 2003"),
        (FLAT.encode(), "this is a workbook saved as flat OpenDocument (.fods)"),
        (b'{"data": [1, 2]}', "this is JSON, which is not read"),
        (b"MIME-Version: 1.0\r\n", "this is a web archive (.mht), which is not read"),
        (b"%PDF-1.7\n", "this is a PDF document, which is not read"),
        (b"{\\rtf1 x}", "this is a text document (RTF), which is not read"),
        (b"PAR1\x15", "this is a Parquet file, which is not read"),
        (b"\x89PNG\r\n", "this is a picture, which is not read"),
        (b"Rar!\x1a", "this is a RAR archive, which is not read"),
        (b"7z\xbc\xaf\x27", "this is a 7-Zip archive, which is not read"),
        (BOOK_95, "this is a workbook of Excel 95, which is not read"),
        (b"ID;PWXL;N;E\n", "this is a SYLK file, which is not read"),
        (b"one line of text\n", "this is a text of 1 line without any table"),
        (bytes(range(256)), "this is neither a workbook nor a text: it holds zero bytes"),
        (b"<html><p>404 Not Found</p></html>", "this page holds no table"),
        (b"<!DOCTYPE html><html><body>sign in</body></html>", "this page holds no table"),
        (b" \r\n\t", "the file is empty"),
        (b"country,value\nMars,1\n", "no partner table: this text has no column of partner"),
        (b'a,b\nc,"d\n', "no partner table: this text has no column"),
        (compound(b"text", "WordDocument"), "this Office document is not a workbook"),
        (zipped(("word/document.xml", "<x/>"), ("_rels/.rels", "")), "is not a workbook"),
        (
            zipped(("mimetype", TEXT_MIME), ("content.xml", "<x/>")),
            "this Office document is not a workbook",
        ),
        (
            zipped(("a.csv", "a"), ("b.csv", "b")),
            "holds 2 files, not one: a.csv, b.csv",
        ),
        (zipped(), "this is neither a workbook nor a text"),
        (zipped(("folder/", "")), "the zip file holds 0 files, not one: nothing"),
        (
            zipped(("a.zip", zipped(("b.csv", "c")))),
            "it is a compressed file within another. Remedy: unpack it",
        ),
        (zipped(("a.csv", "x"), method=zipfile.ZIP_BZIP2), "compressed file is damaged or locked"),
        (b"\x1f\x8b\x08\0\0", "the compressed file is damaged or locked"),
    ],
)
def test_what_is_no_table_is_refused_by_what_it_is(tmp_path, content, message):
    assert message in refusal(content, tmp_path)


def test_a_locked_ods_is_refused_by_the_password_it_wants(tmp_path):
    with zipfile.ZipFile(io.BytesIO(ods({"A": [[1]]}))) as parts:
        members = [(name, parts.read(name)) for name in parts.namelist()]
    members[2] = ("META-INF/manifest.xml", "<manifest:encryption-data/>")
    assert "protected by a password" in refusal(zipped(*members), tmp_path)


def test_a_zip_with_a_password_is_refused(tmp_path):
    content = bytearray(zipped(("a.csv", "Китай,5")))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    message = refusal(bytes(content), tmp_path)
    assert "damaged or locked" in message
    assert "get it again, or unpack it" in message


def test_a_json_table_of_a_command_has_no_sheet_for_a_text(tmp_path):
    from traderank.export import to_json

    path = put(separated(sheet()), tmp_path, "t.csv")
    records = json.loads(to_json(read_workbook(path, reporter="KAZ").table))
    assert {row["sheet"] for row in records} == {None}


def test_the_folder_of_a_workbook_is_written_as_any_path(tmp_path):
    path = write(tmp_path / "a b, «в».xlsx", {"2023": sheet()})
    assert read_workbook(str(path), reporter="KAZ").table["source"].unique() == ["a b, «в».xlsx"]
