"""Files made to take a reader's time, memory or files are refused, within 10 seconds and 1 GB."""

import json
import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from formats import as_all
from workbooks import MERGED, sheet

resource = pytest.importorskip("resource", reason="this system sets no limits to a process")

if not hasattr(os, "fork"):
    pytest.skip("this system has no fork", allow_module_level=True)

import hostile  # noqa: E402 - it sets the limits that were asked for above

SECONDS, MEGABYTES = 10, 1_000
EVERYTHING = ("--reporter", "KAZ", "--unit", "thousand USD", "--flow", "export", "--year", "2023")
BOUNDED = Path(__file__).with_name("bounded.py")
FAULTS = ("Traceback", "fault of traderank", "panicked", "MemoryError")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what became of a group's files: what each is, to how the command ended."""

    @cache
    def run(group):
        folder = tmp_path_factory.mktemp(group.__name__)
        made = group(folder)
        paths = [folder / f"{number}.xlsx" for number in range(len(made))]
        for path, content in zip(paths, made.values(), strict=True):
            path.write_bytes(content)
        before = sorted(folder.rglob("*"))
        words = EVERYTHING[:2] if group is hostile.names else EVERYTHING
        done = subprocess.run(
            [sys.executable, str(BOUNDED), "check", *map(str, paths)],
            input="\n".join(words),
            capture_output=True,
            text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            cwd=folder,
        )
        assert done.returncode == 0, done.stderr
        assert sorted(folder.rglob("*")) == before, "nothing is written, whatever names say"
        for path in paths:
            path.unlink()
        return dict(zip(made, map(json.loads, done.stdout.splitlines()), strict=True))

    return run


@pytest.mark.parametrize("group", hostile.GROUPS, ids=lambda group: group.__name__)
def test_a_hostile_file_is_refused_in_time_and_in_bounds(told, group):
    for what, end in told(group).items():
        assert end["status"] in (0, 2), (what, end)
        assert end["seconds"] < SECONDS, (what, end["seconds"])
        assert end["megabytes"] < MEGABYTES, (what, end["megabytes"])
        assert not any(fault in end["printed"] for fault in FAULTS), (what, end["printed"])
        if end["status"] == 2:
            assert "Remedy: " in end["printed"], (what, end["printed"])
            assert len(end["printed"]) < 5_000, what


@pytest.mark.parametrize(
    ("group", "what", "message"),
    [
        (hostile.unpacking, "a sheet that unpacks to 250 MB", "more than 200,000,000 bytes"),
        (hostile.unpacking, "a sheet that unpacks to more than it says", "damaged or cut short"),
        (hostile.unpacking, "a zipped text of 60 MB", "more than 50,000,000 bytes of text"),
        (hostile.unpacking, "a zip in a zip in a zip", "a compressed file within another"),
        (hostile.unpacking, "a sheet of 13 million elements", "more than 12,000,000 elements"),
        (hostile.unpacking, "a zip of 30,000 parts", "more than 25,000 parts"),
        (hostile.workbooks_of_one_cell, "a cell at XFD1048576", "more than 2,000,000 cells"),
        (hostile.workbooks_of_one_cell, "an .xlsb with a cell at XFD1048576", "2,000,000 cells"),
        (hostile.workbooks_of_one_cell, "an .ods of a billion equal cells", "2,000,000 cells"),
        (hostile.xml, "laughs in a sheet", "its XML declares a document type"),
        (hostile.xml, "laughs in an .ods", "its XML declares a document type"),
        (hostile.xml, "an entity from outside", "its XML declares a document type"),
        (hostile.xml, "half a million in an .ods", "its elements stand in one another too deep"),
        (hostile.xml, "10,000 sheets", "more than 2,000 sheets"),
        (hostile.xml, "numbers that no number can be", "B1: what is not a number stands where"),
        (hostile.pages, "a million tables in one another", "more than 200 tables in one another"),
        (hostile.texts, "45 million commas", "more than 2,000,000 cells"),
        (hostile.texts, "half a million names", "more than 200,000 texts that differ"),
    ],
)
def test_a_hostile_file_is_refused_for_what_it_is(told, group, what, message):
    assert message in told(group)[what]["printed"]


@pytest.mark.parametrize(
    "what",
    [
        *("a workbook with macros and links outside", "a zip whose file is named as a path"),
        *("a zip whose file is named from the root", "a part that lies outside"),
        "a sheet named as a path",
    ],
)
def test_names_and_macros_are_not_followed_and_the_table_is_read(told, what):
    end = told(hostile.names)[what]
    assert end["status"] == 0, end["printed"]
    assert end["printed"].partition(": ")[2].startswith("proved: ")


def test_a_limit_is_one_that_true_tables_do_not_reach(told):
    end = told(hostile.workbooks_of_one_cell)["a sheet that claims a billion cells"]
    assert "B4: the sheet says turnover, but export was given" in end["printed"]


def test_changed_bytes_are_read_or_refused_in_every_form(tmp_path):
    forms = as_all(sheet(), tmp_path, merged=MERGED)
    status, _, megabytes, text = hostile.fuzzed(forms, 20_261_125, 200, tmp_path)
    assert status == 0, text[-2000:]
    assert megabytes < MEGABYTES
    ends = [line.split("\t") for line in text.splitlines()]
    assert sum(int(count) for *_, count in ends) == 200
    assert {form for form, *_ in ends} == set(forms)


def test_a_change_of_bytes_changes_them():
    content, rng = bytes(range(256)) * 4, random.Random(1)
    changed = [hostile.changed(content, rng) for _ in range(50)]
    assert content not in changed
    assert len(set(changed)) > 45


def test_a_text_of_thousands_of_digits_is_no_count():
    from traderank.reading.bands import numbers_columns, numbers_rows

    digits = "9" * 5_000
    assert not numbers_columns(["1", "2", digits])
    assert not numbers_rows(["1", "2", digits], ["CHN", "RUS", "KAZ"])
    assert numbers_columns(["1", "2", "3"])
    assert numbers_rows(["1", "2", "3"], ["CHN", "RUS", "KAZ"])
