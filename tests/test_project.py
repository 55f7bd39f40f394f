import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import traderank

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")

# conda-forge's names, where they are not PyPI's.
CONDA = {"country-converter": "country_converter", "duckdb": "python-duckdb"}


def direct_dependencies():
    groups = PROJECT["dependency-groups"].values()
    return [*PROJECT["project"]["dependencies"], *(line for group in groups for line in group)]


def by_name(lines):
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in requirements}


def test_environment_file_asks_for_what_pyproject_asks_for():
    channels = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    lines = channels["dependencies"]
    pip = next(line["pip"] for line in lines if isinstance(line, dict))
    conda = by_name(line for line in lines if isinstance(line, str))
    assert str(conda.pop("python")) == PROJECT["project"]["requires-python"]
    del conda["pip"]
    renamed = {canonicalize_name(new): canonicalize_name(old) for old, new in CONDA.items()}
    found = {renamed.get(name, name): bounds for name, bounds in conda.items()} | by_name(pip)
    assert found == by_name(direct_dependencies())


def test_lock_file_holds_every_direct_dependency_within_its_bounds():
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE))
    locked = {canonicalize_name(name): version for name, version in locked.items()}
    for name, bounds in by_name(direct_dependencies()).items():
        assert name in locked and locked[name] in bounds, f"{name}: make lock"


def test_lock_file_has_a_hash_for_everything_and_names_no_server():
    entries = re.split(r"\n(?=[\w.-]+==)", LOCK)[1:]
    assert len(entries) > 100
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in LOCK and "index-url" not in LOCK


def test_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    version = PROJECT["project"]["version"]
    assert (citation["version"], traderank.__version__) == (version, version)


def test_make_refuses_an_older_python_and_names_the_remedy(tmp_path):
    old = tmp_path / "python3.10"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    made = subprocess.run(
        ["make", "report", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert made.returncode != 0
    assert "needs Python 3.11 or newer" in made.stderr
    assert "make report PYTHON=python3.12" in made.stderr
    assert not (tmp_path / "venv").exists()


# --- Notebooks -------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A small project with one notebook, and the program that executes it."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import execute

    monkeypatch.setattr(execute, "ROOT", tmp_path)
    monkeypatch.setattr(execute, "BUILT", tmp_path / "build")
    for folder in ("src", "data", "notebooks"):
        (tmp_path / folder).mkdir()
    (tmp_path / "requirements.lock").touch()
    (tmp_path / "data" / "answer.txt").write_text("41")
    cell = nbformat.v4.new_code_cell('print(open("../data/answer.txt").read())')
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "notebooks" / "one.ipynb")
    return execute


def printed(folder):
    return nbformat.read(folder / "one.ipynb", as_version=4).cells[0].outputs[0].text.strip()


def test_notebook_is_executed_again_only_when_what_it_reads_has_changed(desk):
    desk.execute_all()
    assert printed(desk.BUILT) == "41"
    before = (desk.BUILT / "one.ipynb").stat().st_mtime_ns
    desk.execute_all()
    assert (desk.BUILT / "one.ipynb").stat().st_mtime_ns == before
    (desk.ROOT / "data" / "answer.txt").write_text("42")
    desk.execute_all()
    assert printed(desk.BUILT) == "42"


def test_outputs_that_are_not_those_of_a_fresh_run_are_reported(desk):
    assert desk.execute_all() == ["one.ipynb"]
    assert desk.execute_all() == ["one.ipynb"], "said again while nothing is executed"
    desk.execute_all(write=True)
    assert printed(desk.ROOT / "notebooks") == "41"
    assert desk.execute_all() == []
    (desk.ROOT / "data" / "answer.txt").write_text("42")
    assert desk.execute_all() == ["one.ipynb"]
    assert printed(desk.ROOT / "notebooks") == "41", "a report never writes into notebooks/"


# --- What the front pages say -------------------------------------------------------------

FRONT_PAGES = ["README.md", "docs/index.md"]


@pytest.fixture(scope="module")
def kazakhstan():
    trade = traderank.add_turnover(traderank.load_trade("KAZ"))
    trade = traderank.add_rank(traderank.add_share(trade))
    return trade.set_index(["flow", "year", "partner"]).sort_index()


@pytest.mark.parametrize("page", FRONT_PAGES)
def test_front_pages_quote_the_shares_of_the_table(kazakhstan, page):
    text = (ROOT / page).read_text("utf-8")
    quoted = re.findall(r"([\d.]+) %", text)
    places = [(2021, "RUS"), (2021, "CHN"), (2023, "CHN"), (2023, "RUS"), (2025, "CHN")]
    places += [(2025, "RUS")]
    shares = {f"{kazakhstan.loc[('turnover', *place), 'share']:.1%}"[:-1] for place in places}
    assert quoted and set(quoted) <= shares


def test_places_are_as_the_front_pages_say(kazakhstan):
    rank = kazakhstan["rank"]
    first = {year: rank.loc["turnover", year].eq(1).idxmax() for year in range(2018, 2026)}
    assert first == dict.fromkeys(range(2018, 2023), "RUS") | dict.fromkeys(
        (2023, 2024, 2025), "CHN"
    )
    assert rank["import", 2025, "RUS"] == 1
    assert [rank["export", 2025, partner] for partner in ("ITA", "CHN", "RUS")] == [1, 2, 3]


def test_readme_fits_one_screen():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 65


# --- The wheel --------------------------------------------------------------------------


def runtime_closure():
    """The distributions that pip would install with traderank, by what they declare."""
    todo, found = list(PROJECT["project"]["dependencies"]), {}
    while todo:
        requirement = Requirement(todo.pop())
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found[name] = metadata.distribution(name)
        todo.extend(found[name].requires or [])
    return found.values()


def link(distribution, folder):
    """Put an installed distribution into another environment, without the network."""
    for top in {Path(str(file)).parts[0] for file in distribution.files} - {"..", "__pycache__"}:
        place = folder / top
        if not place.exists():
            place.symlink_to(Path(str(distribution.locate_file(top))).resolve())


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory):
    """An environment with the wheel and what the wheel says it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [*pip, "--python", python, "install", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True)
    where = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip())
    for distribution in runtime_closure():
        link(distribution, site)
    return python


def run(python, code, folder):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [python, "-c", code], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_installed_wheel_loads_the_shipped_table_from_any_folder(empty_environment, tmp_path):
    code = """
import traderank
trade = traderank.load_trade()
print(traderank.__file__)
print(len(trade), sorted(trade["proof"].unique()), len(traderank.load_sources()))
"""
    where, what = run(empty_environment, code, tmp_path)
    assert ROOT not in Path(where).parents
    here = traderank.load_trade()
    assert what == (f"{len(here)} {sorted(here['proof'].unique())} {len(traderank.load_sources())}")


def test_installed_wheel_has_the_extracts_the_lists_and_the_rates(empty_environment, tmp_path):
    code = """
from traderank import load_extract, load_list, load_rates
from traderank.extracts import extract_sources
keys = [key for key, one in extract_sources().items() if one["file"].startswith("extracts/")]
print(sum(len(load_extract(key)) for key in keys), len(load_list("eu_export_bans")))
print(len(load_rates()))
"""
    assert run(empty_environment, code, tmp_path)[0].endswith(" 2304")


def test_every_public_name_is_there_in_the_installed_wheel(empty_environment, tmp_path):
    code = "import traderank; [getattr(traderank, name) for name in traderank.__all__]; print('ok')"
    assert run(empty_environment, code, tmp_path) == ["ok"]
