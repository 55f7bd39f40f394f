"""The allow-list of printed names, cross-checked; codes; how names match; how they are shown."""

import csv
import gettext
import gzip
import importlib.util
import io
import re
import subprocess
import sys
import unicodedata
from functools import cache
from pathlib import Path

import country_converter
import countrynames
import pycountry
import pytest
from babel.core import get_global
from hypothesis import assume, example, given
from hypothesis import strategies as st

from traderank import partners
from traderank.partners import (
    Partner,
    ambiguity,
    display_name,
    find,
    find_code,
    lookalikes,
    nearest,
    normalise,
    read_extra,
)
from traderank.table import KINDS, Refused

ROOT = Path(__file__).parents[1]
SHARED = ROOT / "../shared/data"
needs_originals = pytest.mark.skipif(
    not SHARED.exists(), reason="the offices' own files are not in ../shared/data"
)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PACKAGE = ROOT / "src/traderank"
LISTED = rows(PACKAGE / "partners.csv")
CODES = {row["code"]: row for row in rows(PACKAGE / "display_names.csv")}
CONTEXT = {
    name: row["codes"].split()
    for row in rows(PACKAGE / "by_context.csv")
    for name in row["names"].split(" | ")
}
EXPECTED = {row["name"]: Partner(row["code"], row["kind"]) for row in LISTED}
COUNTRY = {name: partner.code for name, partner in EXPECTED.items() if partner.kind == "country"}
NOT_COUNTRY = [name for name, partner in EXPECTED.items() if partner.kind != "country"]
CURRENT = {country.alpha_3 for country in pycountry.countries}


def script(name):
    spec = importlib.util.spec_from_file_location(f"data_{name}", ROOT / f"data/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = script("partners")

# --- The list itself ------------------------------------------------------------------


def test_list_is_what_its_sources_make():
    assert build.build() == (PACKAGE / "partners.csv").read_bytes()


def test_each_spelling_has_one_row_and_one_partner():
    assert sorted(LISTED, key=lambda row: (row["code"], row["name"])) == LISTED
    assert len({row["match"] for row in LISTED}) == len(LISTED) > 7000
    assert {row["name"]: row["match"] for row in LISTED} == {n: normalise(n) for n in EXPECTED}
    assert {name: find(name) for name in EXPECTED} == EXPECTED


def test_fields_before_the_name_need_no_quoting():
    assert [row for row in LISTED if set(',"\n') & set("".join(list(row.values())[:-1]))] == []


def test_listed_kind_is_the_kind_of_the_code():
    assert {name: partner.kind for name, partner in EXPECTED.items()} == {
        name: CODES[partner.code]["kind"] for name, partner in EXPECTED.items()
    }


def test_every_row_says_its_language_and_where_it_is_from():
    languages = {*build.LANGUAGES, *build.OTHER_SCRIPTS.values()}
    origins = {*build.LIBRARIES, "usual", "kaz", "kgz", "uzb", "comext", "comtrade", "wits"}
    for row in LISTED:
        assert row["language"] and set(row["language"].split()) <= languages
        assert row["origin"] and set(row["origin"].split()) <= origins | {"imf", "gacc"}


@pytest.mark.parametrize("language", [*build.LANGUAGES, "uz-Cyrl", "zh-Hant"])
def test_every_language_names_every_country_the_continents_and_the_total(language):
    named = {row["code"] for row in LISTED if language in row["language"].split()}
    assert CURRENT | {"XKX"} <= named
    assert {"AFRICA", "AMERICA", "ASIA", "EUROPE", "OCEANIA"} <= named
    assert {"WLD", "XXX", "EU", "CIS", "EAEU"} <= named


def test_country_codes_are_the_current_iso_codes_kosovo_and_a_few_withdrawn_ones():
    withdrawn = {country.alpha_3 for country in pycountry.historic_countries}
    ours = {code for code, row in CODES.items() if row["kind"] == "country"}
    assert ours >= CURRENT
    # Kosovo, which ISO does not list, and Belgium-Luxembourg, which reported as one to 1998.
    assert ours - CURRENT - withdrawn == {"XKX", "BLX"}
    assert ours & withdrawn - CURRENT == {"ANT", "ATB", "CSK", "DDR", "SCG", "SUN", "YMD", "YUG"}


def test_territory_and_number_of_each_country_are_those_of_cldr_and_iso():
    aliases = get_global("territory_aliases")
    for country in pycountry.countries:
        row = CODES[country.alpha_3]
        assert [row["cldr"]] == [country.alpha_2] == aliases[country.alpha_3]
        assert row["m49"] == country.numeric


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("AMERICA", "Америка, America, Amérique, América, Amerika, Америк, 美洲, Ամերիկա, ამერიკა"),
        ("AFRICA", "Африка, Africa, Afrika, Afrique, África, 非洲, აფრიკა"),
        ("EUROPE", "Европа, Еуропа, Europe, Европа, Yevropa, Европ, 欧洲, 歐洲"),
        ("WLD", "Страны мира, Весь мир, Всего, Итого, Total, Grand total, Мир, World, Monde"),
        ("WLD", "Барлығы, Бардыгы, Jami, Жами, Усього, Cəmi, Ընդամենը, სულ, Toplam, Нийт"),
        ("WLD", "总值, 总计, 世界, 總計, Insgesamt, Mundo, всего\nв том числе"),
        ("XXX", "Прочие страны, Areas nes, Башка өлкөлөр, Boshqa mamlakatlar, Diğer ülkeler"),
        ("EU", "ЕС, Страны ЕС, The EU, ЕО, ЕБ, ЄС, AB, ԵՄ, ЕХ, 欧盟, UE, ევროკავშირი"),
        ("CIS", "СНГ, Страны СНГ, ТМД, КМШ, MDH, МДҲ, СНД, MDB, ԱՊՀ, დსთ, BDT, ТУХН, 独联体, GUS"),
        ("NON_CIS", "Страны дальнего зарубежья, вне СНГ, Остальные страны мира, Алыс шетел"),
        ("EAEU", "ЕАЭС, Страны ЕАЭС, ЕАЭО, ЕАЭБ, YeOII, ԵԱՏՄ, EAEU, 欧亚经济联盟"),
        ("SCO", "ШОС, ШЫҰ, SCO, Страны ШОС"),
        ("TWN", "Other Asia, nes; Тайвань; 中国台湾; Chinese Taipei"),
        ("KAZ", "Республики Казахстан, Қазақстан Республикасының, Qozog'iston, Казакстандын"),
        ("KGZ", "Кыргызской Республики, Kyrgyz Republic, Кыргыз Республикасынын, 吉尔吉斯斯坦"),
        ("UZB", "Республики Узбекистан, O‘zbekiston Respublikasi, Oʻzbekiston, Ўзбекистон"),
    ],
)
def test_forms_that_offices_print_are_listed(code, names):
    separator = "; " if "; " in names else ", "
    found = {name: find(name) for name in names.split(separator)}
    assert {name: partner and partner.code for name, partner in found.items()} == dict.fromkeys(
        found, code
    )


def test_no_continent_world_or_region_is_ever_a_country():
    regions = {row["code"]: row["cldr"] for row in CODES.values() if row["cldr"].isdigit()}
    assert {CODES[code]["kind"] for code in regions} == {"aggregate"}
    named = {each.name: each for each in build.cldr_names(CODES.values()) if each.code in regions}
    assert len(regions) == 31 and len(named) > 500
    found = {name: find(name) for name in named}
    # Two offices print these for the state; what is None is left to the rest of the table.
    assert {n for n, partner in found.items() if partner and partner.kind == "country"} == {
        "Южная Африка",
        "Түштүк Африка",
    }
    assert {name for name, partner in found.items() if partner is None} <= set(CONTEXT)


# --- What stops the build -------------------------------------------------------------


def name(text, code, language="ru", origin="cldr", note=""):
    return build.Name(text, code, language, origin, note)


def test_spelling_of_two_partners_stops_the_build_in_any_order():
    names = [name("Конго", "COD", "kk"), name("КОНГО", "COG"), name("Чад", "TCD")]
    for order in (names, names[::-1]):
        with pytest.raises(Refused, match=r"COD \(kk, cldr\) or COG \(ru, cldr\).*Remedy: decide"):
            build.settle(order, set(), "partners.csv")


def test_persons_decision_settles_a_spelling_of_two_partners():
    names = [name("Конго", "COD", "kk"), name("Конго", "COG", "ru", "kaz", "the ISO name")]
    (group,) = build.settle(names, set(), "partners.csv").values()
    assert [each.code for each in group] == ["COG"]


def test_decision_against_another_reviewed_row_stops_the_build():
    names = [name("Конго", "COD", "kk", "usual"), name("Конго", "COG", "ru", "kaz", "the ISO name")]
    with pytest.raises(Refused, match=r"COD .* or COG"):
        build.settle(names, set(), "partners.csv")


def test_name_that_context_decides_stays_off_the_list():
    assert build.settle([name("Корея", "KOR")], {"корея"}, "partners.csv") == {}


def test_names_of_two_partners_that_only_look_different_stop_the_build():
    found = build.settle([name("Сома", "SOM"), name("Coma", "COM", "en")], set(), "partners.csv")
    with pytest.raises(Refused, match=r"look alike, and are COM and SOM"):
        build.refuse_lookalikes(found, "partners.csv")


# --- Every name of the real files -----------------------------------------------------


def table(path):
    content = (SHARED / path).read_bytes()
    if path.endswith(".gz"):
        content = gzip.decompress(content)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def labels(pattern, columns, first):
    """Yield the labels of the sheets of workbooks, row by row, for the sheets with numbers."""
    import python_calamine

    for path in SHARED.glob(pattern):
        book = python_calamine.CalamineWorkbook.from_path(path)
        for sheet in book.sheet_names:
            for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[first:]:
                if any(isinstance(cell, float) for cell in row):
                    yield [str(cell) for cell in row[:columns] if str(cell).strip()]


def unknown(names):
    found = {label: find(label) for label in names}
    return {label for label, partner in found.items() if partner is None}


@needs_originals
def test_every_label_of_the_kazakh_workbooks_is_listed():
    names = {label for row in labels("kaz/originals/*.xls", 1, 5) for label in row}
    assert len(names) > 250
    assert unknown(names) == set()


@needs_originals
def test_codes_agree_with_those_of_the_kazakh_2024_and_2025_figures():
    theirs = {
        row["name_ru"]: Partner(row["iso3"], "country") for row in table("kaz/kz_bns_2024_2025.csv")
    }
    assert len(theirs) > 200
    assert {label: find(label) for label in theirs} == theirs


@needs_originals
def test_every_label_of_the_kyrgyz_workbooks_is_listed_alike_in_three_languages():
    triples = [row for row in labels("kgz/*.xlsx", 3, 4) if len(row) == 3]
    assert len(triples) > 350
    assert unknown(label for row in triples for label in row) == set()
    assert [row for row in triples if len({find(label) for label in row}) > 1] == []


@needs_originals
def test_every_label_of_the_uzbek_tables_is_listed_alike_in_three_languages_and_by_code():
    columns = ("Klassifikator", "Klassifikator_ru", "Klassifikator_en")
    theirs = [*table("uzb/sdmx_data_1105.csv"), *table("uzb/sdmx_data_1176.csv")]
    found = [{find(row[column]) for column in columns} for row in theirs]
    # «Корея» may be either: the other Korea's row tells which.
    assert unknown(row[column] for row in theirs for column in columns) == {"Корея"}
    assert find("Корея", taken={"PRK"}) == find_code(410) == find("Janubiy Koreya")
    for row, partner in zip(theirs, found, strict=True):
        assert partner - {None} == {find_code(row["Code"], "uzb")}


@needs_originals
def test_every_partner_of_the_union_reports_is_listed():
    theirs = {row["partner"] for row in table("eu/exports_all_partners_annual_2010_2023.csv")}
    reporters = {row["reporter"] for row in table("eu/exports_total_by_member_month_2019_2024.csv")}
    assert unknown(theirs | reporters) == set()
    # Rows that the Union prints apart stay apart: no two names of one year are one partner.
    assert len({find(label) for label in theirs}) == len(theirs)
    assert len({find(label) for label in reporters}) == len(reporters)


@needs_originals
def test_every_name_and_code_of_comtrade_is_listed_alike():
    theirs = {
        (row[side], row[f"{side}_iso3"])
        for row in table("world/comtrade_totals_2014_2022.csv.gz")
        for side in ("reporter", "partner")
    }
    assert unknown(label for label, _ in theirs) == set()
    assert [
        (label, code)
        for label, code in theirs
        if code and not find(label) == find_code(code) == find_code(code, "comtrade")
    ] == []


@needs_originals
def test_every_name_and_code_of_wits_is_listed_alike():
    theirs = table("world/wits_top5_1988_2021.csv.gz")
    reporters = {(row["reporter"], row["reporter_wits_code"]) for row in theirs}
    assert unknown({row["partner"] for row in theirs}) == set()
    # The regions stand there by code alone.
    assert {code for label, code in reporters if not label} == {*WITS_REGIONS}
    assert [
        code for label, code in reporters if label and find(label) != find_code(code, "wits")
    ] == []
    assert {code: find_code(code, "wits").code for code in WITS_REGIONS} == WITS_REGIONS


WITS_REGIONS = {
    "EAS": "EAST_ASIA_PACIFIC",
    "ECS": "EUROPE_CENTRAL_ASIA",
    "LCN": "LATIN_AMERICA_CARIBBEAN",
    "MEA": "MIDDLE_EAST_NORTH_AFRICA",
    "NAC": "NORTH_AMERICA",
    "SAS": "SOUTH_ASIA",
    "SSF": "SUB_SAHARAN_AFRICA",
}


@needs_originals
def test_every_name_of_the_imf_and_of_chinas_customs_is_listed():
    imf = table("world/imf_exports_2025.csv.gz")
    chinese = table("world/china_customs_cny_2024_2025.csv")
    assert unknown({row[side] for row in imf for side in ("exporter", "importer")}) == set()
    assert unknown({row["partner_cn"] for row in chinese}) == set()
    assert [row for row in chinese if find(row["partner_cn"]) != find(row["partner"])] == []


@needs_originals
def test_groups_of_tables_that_are_refused_are_known_as_groups():
    names = ["Весь мир", "ЕВРОПА", "АЗИЯ", "АФРИКА", "АМЕРИКА", "ОКЕАНИЯ", "Всего 2", "вне СНГ"]
    names += ["Total 2", "Бардыгы 2", "КМШ өлкөлөрү", "CIS countries", "Out of CIS countries"]
    printed = {label.strip() for row in labels("refuse/*.xlsx", 3, 0) for label in row}
    assert set(names) <= printed
    assert {find(label).kind for label in names} == {"aggregate"}


# --- Independent witnesses ------------------------------------------------------------
# countrynames has a list of aliases of its own in many languages; pycountry carries the
# translations of ISO 3166-1 by Debian's iso-codes; country_converter knows English names by
# patterns. What they say otherwise than we do, and why we do not follow:

# countrynames' own codes for the Union, the world, and states that ended.
SAME = {
    "ANHH": {"ANT"},
    "CSHH": {"CSK"},
    "CSXX": {"SCG"},
    "DD": {"DDR"},
    "EUU": {"EU", "EU27", "EU28"},
    "GB-NIR": {"NORTHERN_IRELAND"},
    "SUHH": {"SUN"},
    "UN": {"UN"},
    "YUCS": {"YUG"},
    "ZR": {"COD"},
    "ZZ": {"WLD"},
}

DENIED_BY_COUNTRYNAMES = {
    "the continent is taken for the United States": {
        "America": "USA",
        "Amerika": "USA",
        "América": "USA",
        "Америка": "USA",
        "Ամերիկա": "USA",
        "ამერიკა": "USA",
    },
    "South and North are exchanged: Оңтүстік is south": {
        "Оңтүстік Корея": "PRK",
        "Солтүстік Корея": "KOR",
    },
    "a group's initials are taken for a country's code": {"Aİ": "AIA", "ЕС": "ESP", "ÇXR": "CXR"},
    "initials of the Emirates are taken for Bosnia's": {"БАӘ": "BIH"},
    "the region is taken for the state": {
        "Өмнөд Африк тив": "ZAF",
        "密克羅尼西亞群島": "FSM",
    },
    "Nigeria is taken for Niger, which is Нигер": {"Нигери": "NER"},
    "the part is taken for the whole": {"British Antarctic Territory": "ATA"},
}

DENIED_BY_ISO_CODES = {
    "Nepal's title is wrongly that of the Central African Republic": {
        "Орталық Африка Республикасы": {"CAF", "NPL"}
    },
    "both Congos have the title of one": {"Конго Республикасы": {"COG", "COD"}},
    "Dominica has the title of the other": {"Доминикан Республикасы": {"DOM", "DMA"}},
    "the region is taken for the French part": {"Полинезия": {"PYF"}},
}

DENIED_BY_COUNTRY_CONVERTER = {
    "the state that ended is taken for what is there now": {
        "Czechoslovakia": "CZE",
        "Czechoslovakia, Czechoslovak Socialist Republic": "CZE",
        "Democratic Yemen": "YEM",
        "East and West Pakistan": "BGD",
        "Fmr Czechoslovakia": "CZE",
        "Fmr Dem. Rep. of Germany": "DEU",
        "Fmr Dem. Yemen": "YEM",
        "Former Czechoslovakia": "CZE",
        "Neth. Antilles and Aruba": "ABW",
        "Netherlands Antilles (incl. Aruba 'AW' -> 1986)": "ABW",
        "South Yemen": "YEM",
        "Yemen, Democratic, People's Democratic Republic of": "YEM",
    },
    "what is included is taken for the whole": {
        "Sudan (incl. South Sudan 'SS' -> 2012)": "SSD",
        "United Kingdom (Northern Ireland)": "GBR",
    },
    "the cut-off name is taken for the mainland": {"United States Minor Outlying I": "USA"},
    "the region is taken for a state": {
        "Australia and New Zealand": "AUS NZL",
        "Australia and Oceania": "AUS",
        "Micronesian Region": "FSM",
        "Oceania and Australia": "AUS",
        "Southern Africa": "ZAF",
    },
}


def explained(reasons):
    return {name: said for names in reasons.values() for name, said in names.items()}


@cache
def by_countrynames():
    said = {name: countrynames.to_code(name) for name in EXPECTED}
    return {name: countrynames.mappings.get(code, code) for name, code in said.items() if code}


@cache
def by_iso_codes():
    said = {}
    for language in [*build.LANGUAGES[1:-4], "zh_CN", "zh_TW", "zh_HK", "de", "fr", "es"]:
        say = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        for country in pycountry.countries:
            for form in ("name", "official_name", "common_name"):
                if text := getattr(country, form, None):
                    said.setdefault(normalise(say.gettext(text)), set()).add(country.alpha_3)
    return {name: said[normalise(name)] for name in EXPECTED if normalise(name) in said}


@cache
def by_country_converter():
    # Its own class does not run on pandas 3; its patterns do.
    path = Path(country_converter.__file__).with_name("country_data.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        patterns = [
            (row["ISO3"], re.compile(row["regex"], re.IGNORECASE))
            for row in csv.DictReader(file, delimiter="\t")
            if row["regex"] and not row["obsolete"]
        ]
    english = [row["name"] for row in LISTED if "en" in row["language"].split()]
    said = {n: {code for code, pattern in patterns if pattern.search(n)} for n in english}
    return {name: codes for name, codes in said.items() if codes}


def test_countrynames_denies_only_the_explained_names():
    denied = {
        name: said
        for name, said in by_countrynames().items()
        if said != EXPECTED[name].code and EXPECTED[name].code not in SAME.get(said, ())
    }
    assert denied == explained(DENIED_BY_COUNTRYNAMES)


def test_iso_codes_deny_only_the_explained_names():
    denied = {n: said for n, said in by_iso_codes().items() if said != {EXPECTED[n].code}}
    assert denied == explained(DENIED_BY_ISO_CODES)


def test_country_converter_denies_only_the_explained_names():
    denied = {
        name: " ".join(sorted(said))
        for name, said in by_country_converter().items()
        if EXPECTED[name].code not in said
    }
    assert denied == explained(DENIED_BY_COUNTRY_CONVERTER)


def test_witnesses_confirm_most_names_of_countries():
    # None of them knows declined forms, abbreviations and misprints; half of each language
    # is still enough to notice a column out of step.
    confirmed = set(by_countrynames()) | set(by_iso_codes()) | set(by_country_converter())
    for language in build.LANGUAGES:
        named = {r["name"] for r in LISTED if language in r["language"].split()} & set(COUNTRY)
        assert len(named & confirmed) > 0.55 * len(named), language
    assert len(confirmed & set(COUNTRY)) > 0.75 * len(COUNTRY)


# --- How names match ------------------------------------------------------------------


def lost(decorate, names=EXPECTED):
    """Say which listed names a decoration makes another partner or none."""
    found = {name: find(decorate(name)) for name in names}
    return {name: partner for name, partner in found.items() if partner != EXPECTED[name]}


DECORATIONS = {
    "upper case": str.upper,
    "lower case": str.lower,
    "title case": str.title,
    "Turkish capitals": lambda name: name.replace("i", "İ").upper(),
    "spaces and a line break around": lambda name: f"  {name}\n",
    "no-break spaces": lambda name: name.replace(" ", "\u00a0\u00a0"),
    "line breaks within": lambda name: name.replace(" ", "\n"),
    "dash in place of hyphen": lambda name: name.replace("-", " \u2013 "),
    "hyphen that does not break": lambda name: name.replace("-", "\u2011"),
    "space in place of hyphen": lambda name: name.replace("-", " "),
    "curly apostrophe": lambda name: name.replace("'", "\u2019"),
    "backtick": lambda name: name.replace("\u2019", "`"),
    "Uzbek apostrophe": lambda name: name.replace("\u2018", "\u02bb"),
    "no apostrophe": lambda name: name.translate(dict.fromkeys(map(ord, "'\u2018\u2019"))),
    "quotation marks": lambda name: f"\u00ab{name}\u00bb",
    "straight quotation marks": lambda name: f'"{name}"',
    "soft hyphen": lambda name: name.replace("и", "и\u00ad"),
    "marks apart from letters": lambda name: unicodedata.normalize("NFD", name),
    "full-width brackets": lambda name: name.replace("(", "（").replace(")", "）"),
    "ё": lambda name: name.replace("е", "ё"),
    "asterisk": lambda name: f"{name}*",
    "two asterisks apart": lambda name: f"{name} **",
    "superscript": lambda name: f"{name}\u00b2",
    "superscripts": lambda name: f"{name}\u00b9\u207b\u00b3".replace("\u207b", ","),
    "footnote": lambda name: f"{name} 1)",
    "colon": lambda name: f"{name}:",
    "full stop": lambda name: f"{name}.",
    "comma": lambda name: f"{name},",
    "dash before": lambda name: f"\u2013 {name}",
}


@pytest.mark.parametrize("decoration", DECORATIONS)
def test_spelling_of_a_cell_does_not_hide_a_listed_name(decoration):
    assert lost(DECORATIONS[decoration]) == {}


def test_footnote_stuck_to_a_name_hides_only_names_that_end_in_a_digit():
    hidden = lost(lambda name: f"{name}1)")
    assert set(hidden.values()) == {None}
    assert [name for name in hidden if not name[-1].isdigit()] == []


@pytest.mark.parametrize("number", ["1", " 2", " (3)", "12", " [4]"])
def test_number_after_a_country_is_a_footnotes(number):
    assert lost(lambda name: name + number, COUNTRY) == {}


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("Всего 2", "WLD"),
        ("Total3", "WLD"),
        ("Бардыгы 2", "WLD"),
        ("СНГ 1", "CIS"),
        ("ЕС2", "EU"),
        ("Прочие страны 12", "XXX"),
        ("G7 1)", "G7"),
        ("СНГ 3)", "CIS"),
        ("Страны ЕС 28 5)", "EU28"),
        ("EU27", "EU27"),
        ("ЕС-27", "EU27"),
        ("Страны ЕС (28)", "EU28"),
    ],
)
def test_number_after_a_group_is_a_footnotes_if_it_cannot_count_members(printed, code):
    assert find(printed).code == code


@pytest.mark.parametrize(
    "printed",
    [
        "ЕС 9",
        "СНГ 12",
        "Страны ЕС 6",
        "EU271",
        "G71",
        "EU 3",
        "Total 27",
        "Китай 2023",
        "1",
        "27 ЕС",
    ],
)
def test_number_that_may_count_members_or_be_a_year_is_never_cut_off(printed):
    assert find(printed) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Австралия", "Австралия и Океания"),
        ("Конго", "Демократическая Республика Конго"),
        ("Гвинея", "Папуа-Новая Гвинея"),
        ("Гвинея", "Экваториальная Гвинея"),
        ("Нигер", "Нигерия"),
        ("Доминика", "Доминиканская Республика"),
        ("Республика Корея", "Корея, Народно-Демократическая Республика"),
        ("Судан", "Южный Судан"),
        ("Самоа, Независимое Государство", "Американское Самоа"),
        ("Виргинские Острова (Брит.)", "Виргинские Острова (США)"),
        ("Страны ЕС", "Страны вне ЕС"),
        ("Африка", "Южная Африка"),
        ("Страны ЕС 27", "Страны ЕС 28"),
        ("Страны ЕС (27)", "ЕС 28"),
        ("EU27_2020", "EU27_2007"),
        ("Southern Africa", "South Africa"),
        ("Восточное САМОА", "Самоа"),
        ("Other Africa, nes", "Africa"),
    ],
)
def test_names_that_resemble_each_other_stay_apart(one, other):
    assert find(one) is not None
    assert find(other) is not None
    assert find(one) != find(other)


@given(st.text(alphabet="аеё\u0308 йи\u0306Яiıİ\u0307Iևեւ–*².:,)([1'«& \u00a0\n²（ﬁ", max_size=20))
def test_matching_form_of_a_matching_form_is_itself(text):
    assert normalise(normalise(text)) == normalise(text)


LOOKALIKE = {
    "A": "А", "B": "В", "C": "С", "E": "Е", "H": "Н", "K": "К", "M": "М", "O": "О", "P": "Р",
    "T": "Т", "X": "Х", "Y": "У", "I": "І", "a": "а", "c": "с", "e": "е", "o": "о", "p": "р",
    "x": "х", "y": "у", "i": "і", "ə": "ә", "ï": "ї",
}  # fmt: skip
LOOKALIKE |= {cyrillic: latin for latin, cyrillic in LOOKALIKE.items()}
# A letter that no other alphabet has tells which alphabet a name is in.
ONE_ALPHABET = [
    name
    for name in EXPECTED
    if len({unicodedata.name(c).split()[0] for c in name if c.isalpha()} & {"LATIN", "CYRILLIC"})
    == 1
    and any(c.isalpha() and c not in LOOKALIKE for c in name)
    and any(c in LOOKALIKE for c in name)
]


@given(st.data())
def test_letters_of_the_wrong_alphabet_are_put_right_and_reported(data):
    name = data.draw(st.sampled_from(ONE_ALPHABET))
    places = [place for place, letter in enumerate(name) if letter in LOOKALIKE]
    wrong = data.draw(st.sets(st.sampled_from(places), min_size=1))
    printed = "".join(LOOKALIKE[c] if i in wrong else c for i, c in enumerate(name))
    # Short initials may come out whole in the other alphabet: those are no name at all.
    assume(len({unicodedata.name(c).split()[0] for c in printed if c.isalpha()}) > 1)
    assert find(printed) == EXPECTED[name]
    assert len(lookalikes(printed)) == len(wrong)
    assert lookalikes(name) == []


@pytest.mark.parametrize(
    ("printed", "code", "said"),
    [
        ("Китaй", "CHN", ["Latin A read as Cyrillic A"]),
        ("Kитай", "CHN", ["Latin K read as Cyrillic Ka"]),
        ("Сhina", "CHN", ["Cyrillic Es read as Latin C"]),
        ("Чaд", "TCD", ["Latin A read as Cyrillic A"]),
        ("Страны EC 1", "EU", ["Latin E read as Cyrillic Ie", "Latin C read as Cyrillic Es"]),
        ("Страны G7", "G7", []),
    ],
)
def test_letters_put_right_are_named(printed, code, said):
    assert find(printed).code == code
    assert lookalikes(printed) == said


@pytest.mark.parametrize("printed", ["EC", "CCCP", "CIIIA", "KHP", "CHГ", "Aтлантида"])
def test_word_of_one_alphabet_is_never_read_as_of_the_other(printed):
    assert find(printed) is None or find(printed).code == "CIS"
    assert lookalikes("EC") == []


@given(st.text(alphabet="абвгдеклмнорстуф abcdeklmnoprstu-.'", min_size=3, max_size=12))
@example("Атлантида")
def test_decoration_never_makes_an_unlisted_name_match(text):
    assume(find(text) is None)
    for decoration, decorate in DECORATIONS.items():
        assert find(decorate(text)) is None, decoration


@pytest.mark.parametrize(
    "printed",
    [
        *["", "   ", "-", "Атлантида", "Россия и Китай", "Росия", "Китай без Гонконга", "Экспорт"],
        *["NA", "NO", "TO", "IS", "IN", "2023", None, 643, 1.5, True],
    ],
)
def test_what_is_not_listed_is_no_partner(printed):
    assert find(printed) is None


def test_short_names_never_contradict_codes():
    short = [name for name in EXPECTED if len(name) <= 3 and name.isascii()]
    assert len(short) > 20
    assert {name for name in short if find_code(name) not in (None, EXPECTED[name])} == set()


# --- Names that the rest of the table decides -----------------------------------------


def test_name_of_two_partners_is_neither_and_says_so():
    for name, codes in CONTEXT.items():
        assert find(name) in (None, Partner("EU", "aggregate")), name
        assert all(code in ambiguity(name) for code in codes), name
    assert ambiguity("Атлантида") is None


def test_name_of_two_partners_is_the_one_that_has_no_other_row():
    for name, codes in CONTEXT.items():
        for code in codes:
            (other,) = set(codes) - {code}
            for printed in (name, f"{name}*", f"{name} 1", name.upper()):
                assert find(printed, taken={"RUS", code}) == (other, CODES[other]["kind"])
        assert find(name, taken=set(codes)) == find(name, taken={"RUS"}) == find(name)


def test_group_printed_twice_is_once_a_residual():
    printed = ["Европейский союз (ЕС)", "European Union (EU)", "Европа Бирлиги (ЕБ)"]
    assert {find(name) for name in printed} == {find("ЕС")} == {Partner("EU", "aggregate")}
    assert {find(name, taken={"EU"}) for name in printed} == {Partner("EU_NES", "residual")}
    assert find("Страны ЕС", taken={"EU"}) == Partner("EU", "aggregate")


def test_letters_and_notes_of_an_undecided_name_are_read_as_those_of_any_other():
    assert find("Кoрeя 2", taken={"PRK"}) == Partner("KOR", "country")
    assert lookalikes("Кoрeя 2") == ["Latin O read as Cyrillic O", "Latin E read as Cyrillic Ie"]
    assert find("Микронезия 9", taken={"FSM"}) is None


def test_unambiguous_name_is_not_touched_by_the_rest_of_the_table():
    assert find("Китай", taken={"CHN", "RUS"}) == Partner("CHN", "country")
    assert find("Атлантида", taken={"CHN"}) is None
    assert find(643, taken={"CHN"}) is None


# --- Codes ----------------------------------------------------------------------------


def test_codes_of_every_country_lead_back_to_it():
    for country in pycountry.countries:
        number, text = int(country.numeric), country.numeric
        forms = [country.alpha_2, country.alpha_3, text, number, float(number), str(number)]
        assert {find_code(form) for form in forms} == {Partner(country.alpha_3, "country")}


def test_our_own_codes_lead_back_to_themselves():
    ours = {code: row["kind"] for code, row in CODES.items() if row["kind"] != "bloc"}
    assert {code: find_code(code) for code in ours} == {c: (c, kind) for c, kind in ours.items()}
    assert find_code("CHN_HKG_MAC") is None


def test_every_code_of_every_source_is_one_of_ours():
    listed = rows(PACKAGE / "codes.csv")
    assert {row["partner"] for row in listed} <= set(CODES)
    assert len({(row["scheme"], row["code"]) for row in listed}) == len(listed)
    for row in listed:
        partner = Partner(row["partner"], CODES[row["partner"]]["kind"])
        assert find_code(row["code"], row["scheme"]) == partner


@pytest.mark.parametrize(
    ("value", "scheme", "code"),
    [
        (842, "comtrade", "USA"),
        (251, None, "FRA"),
        (579, None, "NOR"),
        (699.0, None, "IND"),
        ("757", "comtrade", "CHE"),
        (490, None, "TWN"),
        ("W00", None, "WLD"),
        (0, "comtrade", "WLD"),
        ("0", "uzb", "XXX"),
        (899, None, "XXX"),
        (837, None, "BUNKERS"),
        (838, None, "FREE_ZONES"),
        (839, None, "SPECIAL"),
        (473, None, "LAIA_NES"),
        (278, None, "DDR"),
        (280, None, "DEU"),
        (810, None, "SUN"),
        (891, None, "SCG"),
        (58, None, "BLX"),
        ("051", None, "ARM"),
        ("51", None, "ARM"),
        (4, None, "AFG"),
        ("EL", None, "GRC"),
        ("UK", None, "GBR"),
        ("XS", "eurostat", "SRB"),
        ("QZ", None, "CONFIDENTIAL_EXTRA_EU"),
        ("EU27_2020", None, "EU27"),
        ("EXT_EU27_2020", "eurostat", "EXTRA_EU27"),
        ("INT_EU27_2020", "eurostat", "INTRA_EU27"),
        ("WORLD", None, "WLD"),
        ("EA19", None, "EA19"),
        ("ROM", "wits", "ROU"),
        ("ZAR", None, "COD"),
        ("SUD", "wits", "SDN"),
        ("492", None, "MCO"),
        (492, "comtrade", "EU_NES"),
        ("150", None, "EUROPE"),
        ("NA", None, "NAM"),
    ],
)
def test_codes_of_sources_are_read(value, scheme, code):
    assert find_code(value, scheme).code == code


@pytest.mark.parametrize("value", [0, "0", "000", 0.0, 643.5, -643, 1643, float("nan"), True, None])
def test_value_that_is_no_one_code_is_never_guessed(value):
    assert find_code(value) is None


@pytest.mark.parametrize("value", ["kz", "Kaz", "No", "CS", "Russia", "QQQ", ""])
def test_word_that_is_not_a_code_as_it_is_written_is_none(value):
    assert find_code(value) is None


def test_scheme_that_we_do_not_know_is_refused():
    with pytest.raises(Refused, match="give one of iso, comtrade"):
        find_code("KZ", "sitc")


def test_same_number_is_a_different_partner_to_different_sources():
    assert find_code(0, "comtrade").kind == "aggregate"
    assert find_code(0, "uzb").kind == "residual"
    assert find_code(643).code == find_code(643, "comtrade").code == "RUS"
    assert find_code(643, "imf").code == "ERI"


def test_numbers_of_the_imf_are_read_only_where_it_is_named():
    assert find_code(922, "imf") == find_code("RU", "imf") == Partner("RUS", "country")
    assert find_code(924) is None
    assert find_code(860).code == "UZB"
    assert find_code(860, "imf") is None
    numbers = [row for row in rows(PACKAGE / "codes.csv") if row["scheme"] == "imf"]
    assert len({row["partner"] for row in numbers if row["code"].isdigit()}) > 190


# --- Hints ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "hint"),
    [
        ("Росия", "Россия"),
        ("Untied Kingdom", "United Kingdom"),
        ("Өзбекистан", "Өзбекстан"),
        ("哈萨克斯", "哈萨克斯坦"),
        ("Korea Rep (South)", "Korea, Rep."),
    ],
)
def test_nearest_names_are_offered_as_printed_in_the_same_letters(printed, hint):
    hints = nearest(printed)
    assert hint in hints
    letters = {unicodedata.name(c).split()[0] for name in hints for c in name if c.isalpha()}
    assert letters == {unicodedata.name(printed[0]).split()[0]}


@pytest.mark.parametrize("printed", ["1234567", "", "Xyzzy qwv", "ღღღ"])
def test_nothing_is_offered_for_what_is_like_no_name(printed):
    assert nearest(printed) == []


# --- A user's own names ---------------------------------------------------------------


def extra_file(tmp_path, text):
    path = tmp_path / "extra.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_users_names_are_found_beside_the_listed_ones(tmp_path):
    path = extra_file(
        tmp_path,
        "\ufeffname,code,kind,note\nСев. Штаты,USA,country,\nКорея,KOR,country,\n\n"
        "Бенелюкс,BENELUX,aggregate,x\n",
    )
    extra = read_extra(path)
    assert find(" сев штаты*", extra) == Partner("USA", "country")
    assert find("БЕНEЛЮКС 1", extra) == Partner("BENELUX", "aggregate")
    assert find("Россия", extra) == Partner("RUS", "country")
    assert find("Атлантида", extra) is None
    assert find(643, extra) is None
    assert find("Бенелюкс") is None
    assert find("Корея", extra) == Partner("KOR", "country")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("Атлантида,ATL,country", '"ATL" is not a code'),
        ("Атлантида,at-l,aggregate", '"at-l" is not a code'),
        ("Атлантида,ATL,continent", '"continent" is not a kind'),
        ("Атлантида,ATL,bloc", '"bloc" is not a kind'),
        ("Штаты,USA,aggregate", "USA is of kind country"),
        ("Океан,XXX,country", "XXX is of kind residual"),
        ("Китай,TWN,country", "is CHN in the shipped list, not TWN"),
        (" китай*,HKG,country", "is CHN in the shipped list, not HKG"),
        ("*,CHN,country", "no name"),
        ("Атлантида", '"" is not a kind'),
        ("Острова,COK,country\nострова,FRO,country", "listed twice"),
    ],
)
def test_users_row_that_cannot_be_right_is_refused_by_file_and_line(tmp_path, row, says):
    path = extra_file(tmp_path, f"name,code,kind\n{row}\n")
    with pytest.raises(Refused) as refusal:
        read_extra(path)
    assert says in str(refusal.value)
    assert refusal.value.file == "extra.csv"
    assert refusal.value.cell == f"line {2 + row.count(chr(10))}"
    assert refusal.value.remedy


@pytest.mark.parametrize("text", ["", "name;code;kind\n", "name,code\nКитай,CHN\n"])
def test_users_list_without_the_columns_is_refused(tmp_path, text):
    with pytest.raises(Refused, match="no column"):
        read_extra(extra_file(tmp_path, text))


def test_users_list_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        read_extra(tmp_path / "missing.csv")
    (tmp_path / "old.csv").write_bytes("name,code,kind\nКитай,CHN,country\n".encode("cp1251"))
    with pytest.raises(Refused, match="cannot be read"):
        read_extra(tmp_path / "old.csv")


# --- How partners are shown -----------------------------------------------------------


@pytest.mark.parametrize("language", partners.LANGUAGES)
@pytest.mark.parametrize("short", [False, True])
def test_every_code_has_a_name_of_its_own(language, short):
    names = [display_name(code, language=language, short=short) for code in CODES]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", partners.LANGUAGES)
def test_short_form_is_never_longer_than_the_name_and_fits_a_chart(language):
    for code in CODES:
        short = display_name(code, language=language, short=True)
        assert len(short) <= min(25, len(display_name(code, language=language)))


@pytest.mark.parametrize(
    ("code", "english", "russian", "kazakh"),
    [
        ("USA", "USA", "США", "АҚШ"),
        ("GBR", "UK", "Великобритания", "Ұлыбритания"),
        ("ARE", "UAE", "ОАЭ", "БАӘ"),
        ("KOR", "South Korea", "Южная Корея", "Оңтүстік Корея"),
        ("CZE", "Czechia", "Чехия", "Чехия"),
        ("KGZ", "Kyrgyzstan", "Кыргызстан", "Қырғызстан"),
        ("HKG", "Hong Kong", "Гонконг", "Гонконг"),
        ("EAEU", "EAEU", "ЕАЭС", "ЕАЭО"),
        ("WLD", "World", "Весь мир", "Әлем"),
        ("XKX", "Kosovo", "Косово", "Косово"),
    ],
)
def test_charts_get_the_forms_in_use(code, english, russian, kazakh):
    shown = [display_name(code, language=each, short=True) for each in partners.LANGUAGES]
    assert shown == [english, russian, kazakh]


def test_kazakh_names_are_written_in_kazakh_letters():
    letters = set("".join(display_name(code, language="kk") for code in CODES).casefold())
    assert set("әғқңөұүһі") - letters == {"һ"}, "no partner's name has һ"
    assert display_name("KAZ", language="kk") == "Қазақстан"


def test_every_kind_of_code_is_a_kind_of_the_table():
    assert {row["kind"] for row in CODES.values()} == set(KINDS)


@pytest.mark.parametrize("code", ["XYZ", "usa", "US", "", None])
def test_unknown_code_has_no_name(code):
    with pytest.raises(Refused, match=r"not a partner code we know.*Remedy: .*EAEU"):
        display_name(code)


def test_language_we_do_not_keep_is_refused():
    with pytest.raises(Refused, match="one of en, ru, kk"):
        display_name("CHN", language="de")


def test_looking_up_names_does_not_import_babel():
    code = (
        "import sys; from traderank.partners import find, nearest; find('Россия'); "
        "nearest('Росия'); sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
