"""A table becomes a file whole or not at all, and no number changes on the way."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from traderank import load_trade
from traderank.export import check_output, to_csv, to_json, write_table, write_whole
from traderank.sources import read_trade
from traderank.table import COLUMNS, Refused

TRADE = load_trade("KAZ").query("year == 2023").reset_index(drop=True)


def forbidden(tmp_path):
    """A folder in which nothing can be made, even by root."""
    if Path("/proc/self").is_dir():
        return Path("/proc")
    tmp_path.chmod(0o500)
    return tmp_path


# ── the forms ────────────────────────────────────────────────────────────────────────────


def test_csv_gives_every_bit_back(tmp_path):
    write_table(TRADE, tmp_path / "tidy.csv")
    pd.testing.assert_frame_equal(read_trade(tmp_path / "tidy.csv"), TRADE, check_exact=True)


def test_parquet_gives_every_bit_back(tmp_path):
    write_table(TRADE, tmp_path / "tidy.parquet")
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "tidy.parquet"), TRADE, check_exact=True
    )


def test_excel_keeps_numbers_as_numbers_and_missing_as_blank(tmp_path):
    write_table(TRADE, tmp_path / "tidy.xlsx")
    header, *rows = openpyxl.load_workbook(tmp_path / "tidy.xlsx")["trade"].iter_rows()
    assert [cell.value for cell in header] == list(COLUMNS)
    column = {cell.value: cell.column - 1 for cell in header}
    assert [row[column["value"]].value for row in rows] == TRADE["value"].tolist()
    assert {type(row[column["year"]].value) for row in rows} == {int}
    blank = [row[column["share_published"]].value is None for row in rows]
    assert blank == TRADE["share_published"].isna().tolist()
    assert all(row[column["classification"]].value is None for row in rows)


def test_excel_never_takes_a_text_for_a_formula(tmp_path):
    told = ["=1+1", "+1", "#DIV/0!", "2023"]
    write_table(pd.DataFrame({"partner_name": told}), tmp_path / "tidy.xlsx", about=["=2+2"])
    book = openpyxl.load_workbook(tmp_path / "tidy.xlsx")
    cells = [*book["trade"]["A"][1:], book["about"]["A1"]]
    assert [(cell.value, cell.data_type) for cell in cells] == [
        (text, "s") for text in [*told, "=2+2"]
    ]


def test_excel_states_what_it_holds(tmp_path):
    write_table(TRADE, tmp_path / "tidy.xlsx", about=["kz.xls: proved"])
    lines = [cell.value for cell in openpyxl.load_workbook(tmp_path / "tidy.xlsx")["about"]["A"]]
    assert lines[0] == "kz.xls: proved"
    assert [f"{name}: {meaning}" for name, meaning in COLUMNS.items()] == lines[-len(COLUMNS) :]


def test_a_text_that_excel_cannot_hold_is_refused_and_nothing_written(tmp_path):
    with pytest.raises(Refused, match="cannot hold this text"):
        write_table(pd.DataFrame({"source": ["\a.xls"]}), tmp_path / "tidy.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_json_has_whole_numbers_exact_floats_and_null():
    ranks = TRADE.head(2).assign(rank=pd.array([1, None], "Int64"))
    first, second = json.loads(to_json(ranks))
    assert list(first) == [*COLUMNS, "rank"]
    assert [first["value"], second["value"]] == TRADE["value"].head(2).tolist()
    assert (first["rank"], second["rank"], first["classification"]) == (1, None, None)
    assert isinstance(first["year"], int)


def test_text_is_utf8_and_the_table_is_left_alone():
    before = TRADE.copy()
    assert "Китай" in to_csv(TRADE).decode() and "Китай" in to_json(TRADE).decode()
    pd.testing.assert_frame_equal(TRADE, before)


# ── what is refused before any work ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tidy.txt", r'tidy.txt: ".txt" is not a form we write. Remedy: .*\.csv, .parquet, .xlsx'),
        ("tidy", "tidy: it has no ending"),
        ("-", "it has no ending"),
        ("absent/tidy.csv", "there is no folder .*absent"),
        ("file.csv/tidy.csv", "there is no folder .*file.csv"),
        ("folder.csv", "folder.csv: this is not a file"),
        ("file.csv", "file.csv: this is one of the files to be read"),
        ("link.csv", "link.csv: this is one of the files to be read"),
        ("x" * 300 + ".csv", "it cannot be written in .* (File name too long)"),
    ],
)
def test_an_output_that_cannot_or_must_not_be_written_is_refused(tmp_path, name, message):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file.csv").touch()
    (tmp_path / "link.csv").symlink_to(tmp_path / "file.csv")
    with pytest.raises(Refused, match=message.replace("(", r"\(").replace(")", r"\)")):
        check_output(tmp_path / name, [tmp_path / "gone.xlsx", tmp_path / "file.csv"])


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"tidy\.csv: it cannot be written in"):
        check_output(forbidden(tmp_path) / "tidy.csv")


def test_the_check_leaves_nothing_behind_and_lets_good_names_pass(tmp_path):
    (tmp_path / "old.csv").write_text("old")
    for name in ("new.csv", "new.PARQUET", "новый файл.xlsx", "old.csv"):
        check_output(tmp_path / name, [tmp_path / "input.xlsx"])
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]


# ── whole or not at all ──────────────────────────────────────────────────────────────────


def test_a_file_is_replaced_with_its_permissions_and_through_its_link(tmp_path):
    (tmp_path / "real").mkdir()
    old = tmp_path / "real" / "tidy.csv"
    old.write_text("old")
    old.chmod(0o640)
    (tmp_path / "tidy.csv").symlink_to(old)
    with old.open() as reader:
        write_whole(tmp_path / "tidy.csv", b"new")
        assert reader.read() == "old", "who reads the file meanwhile has the old one, whole"
    assert (tmp_path / "tidy.csv").is_symlink()
    assert (old.read_bytes(), stat.S_IMODE(old.stat().st_mode)) == (b"new", 0o640)
    assert [path.name for path in old.parent.iterdir()] == ["tidy.csv"]


def test_a_new_file_has_the_permissions_that_any_new_file_has(tmp_path):
    write_whole(tmp_path / "tidy.csv", b"new")
    (tmp_path / "other").touch()
    assert (tmp_path / "tidy.csv").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs limits on a process")
def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path):
    (tmp_path / "tidy.csv").write_text("old")
    # Past the limit a write fails, as on a full disk, in the middle of the file.
    code = """
import resource, signal, sys
from traderank.export import write_whole
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
write_whole(sys.argv[1], b"x" * 5000)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "tidy.csv"], capture_output=True, text=True
    )
    assert "tidy.csv: the file cannot be written (File too large)" in done.stderr
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
