"""Blanks become local facts where they are known and fresh, and plain words where not."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.blanks import BlankKind, blanks_in
from knowledge.errors import ContentError
from knowledge.filling import Filler
from knowledge.library import CONTENT, Library
from knowledge.locality import Locality
from knowledge.parameters import Parameters

TODAY = date(2026, 11, 23)
NATIONAL_NUMBERS = {"110", "119", "120", "122", "12348", "12333", "12315", "12345"}
HOME = Filler.read(CONTENT, "meihekou")
SHOW = Filler.read(CONTENT, "shifan")


def parameters(folder: Path, values: str, region: str = "全国") -> Parameters:
    head = f"key: k, name: n, unit: 元, region: {region}, without: 问人社"
    (folder / "some.yaml").write_text(f"parameters:\n  - {{{head}, values: {values}}}\n", "utf-8")
    return Parameters.read(folder)


def a_value(value: str, effective: str, expires: str = "") -> str:
    rest = "source: s, retrieved_on: 2026-01-01, reviewer: "
    return f'{{value: "{value}", effective_from: {effective}, expires_on: {expires}, {rest}}}'


@pytest.mark.parametrize(
    ("text", "home", "show"),
    [
        ("到{office:司法所}问", "到当地司法所问", "到当地司法所问"),
        (
            "到{office:法律援助中心}问",
            "到当地法律援助中心问",
            "到示范县法律援助中心（示范县样板路1号二楼）问",
        ),
        ("打{phone:12348}", "打12348", "打12348"),
        ("打{phone:法律援助中心}", "打12348（问当地法律援助中心的电话）", "打000-0000003"),
        ("{hours:公共法律服务中心}", "上班时间（先打12348问清）", "周一至周五8:30到16:30"),
        ("{figure:cn.pension_years}", "15年（全国，2025-01-01起）", "15年（全国，2025-01-01起）"),
    ],
)
def test_a_blank_is_a_fact_or_plain_words(text: str, home: str, show: str) -> None:
    assert HOME.fill(text, TODAY) == home
    assert SHOW.fill(text, TODAY) == show


def test_facts_that_nobody_checked_for_half_a_year_are_not_told() -> None:
    assert SHOW.fill("{phone:婚姻登记处}", date(2026, 7, 1)) == "000-0000005"
    assert SHOW.fill("{phone:婚姻登记处}", TODAY).startswith("12348")


def test_no_blank_ever_reaches_a_resident() -> None:
    for text in ("{office:没有的}", "{phone:10086}", "{figure:none}", "{}", "{x}", "{a:b:c}"):
        told = HOME.fill(f"到{text}问", TODAY)
        assert "{" not in told
        assert "12348" in told


def test_only_declared_names_may_stand_in_an_answer() -> None:
    known = "{office:司法所}{phone:110}{phone:司法所}{figure:jl.min_wage_month}"
    assert all(HOME.knows(blank) for blank in blanks_in(known))
    unknown = "{office:居委}{phone:10086}{figure:jl.nothing}{adress:司法所}"
    assert not any(HOME.knows(blank) for blank in blanks_in(unknown))
    assert blanks_in("{phone:110}")[0].kind is BlankKind.PHONE


def test_an_absent_figure_says_how_to_find_it() -> None:
    assert HOME.fill("{figure:jl.min_wage_month}", TODAY) == (
        "当地月最低工资（问人社部门，或打12333）"
    )


def test_a_figure_is_that_of_the_day_it_happened(tmp_path: Path) -> None:
    series = f"[{a_value('1.50', '2020-01-01')}, {a_value('2', '2021-01-01', '2021-12-31')}]"
    rate = parameters(tmp_path, series).by_key["k"]
    assert rate.on(date(2019, 12, 31)) is None
    assert not rate.has_expired(date(2019, 12, 31))
    first, second = rate.on(date(2020, 12, 31)), rate.on(date(2021, 1, 1))
    assert first is not None
    assert second is not None
    assert (first.value, second.value) == (Decimal("1.50"), Decimal(2))


def test_an_expired_figure_is_not_used_any_more(tmp_path: Path) -> None:
    known = parameters(tmp_path, f"[{a_value('1880', '2024-10-01', '2026-09-30')}]")
    filler = Filler(HOME.locality, known, HOME.sayings)
    assert filler.fill("{figure:k}", date(2026, 9, 30)) == "1880元（全国，2024-10-01起）"
    assert filler.fill("{figure:k}", date(2026, 10, 1)) == "问人社"
    assert known.by_key["k"].has_expired(date(2026, 10, 1))


def test_a_local_figure_must_run_out(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="expires_on"):
        parameters(tmp_path, f"[{a_value('1880', '2024-10-01')}]", region="吉林省")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (f"[{a_value('1', '2021-01-01')}, {a_value('2', '2020-01-01')}]", "values"),
        (f"[{a_value('1', '2021-01-01', '2020-01-01')}]", "expires_on"),
        (f"[{a_value('很多', '2021-01-01')}]", "value"),
        ('[{value: "1", effective_from: 2021-01-01, retrieved_on: 2021-01-01}]', "source"),
    ],
)
def test_a_figure_without_order_or_source_is_refused(
    tmp_path: Path, values: str, field: str
) -> None:
    with pytest.raises(ContentError) as caught:
        parameters(tmp_path, values)
    assert caught.value.field.endswith(field)


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(ContentError):
        Locality.read(CONTENT / "localities", "nowhere")


def test_the_invented_place_says_so_and_ours_invents_nothing() -> None:
    assert SHOW.locality.invented
    assert "编造" in SHOW.locality.name
    assert all(office.phone.startswith("000") for office in SHOW.locality.offices)
    assert not HOME.locality.invented
    assert set(HOME.locality.hotlines) == {
        "110",
        "119",
        "120",
        "122",
        "12348",
        "12333",
        "12315",
        "12345",
    }


def test_a_changed_local_fact_is_another_version(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    before = Library.read(content).version
    offices = content / "localities" / "meihekou" / "offices.yaml"
    offices.write_text(
        "offices:\n  - {kind: 司法局, name: 某局, source: s, checked_on: 2026-11-01}\n", "utf-8"
    )
    assert Library.read(content).version != before


def test_the_samples_of_the_guide_are_read(tmp_path: Path) -> None:
    guide = Path(__file__).parents[2] / "docs" / "locality.zh.md"
    offices, townships, people, figure, *_ = guide.read_text("utf-8").split("```\n")[1::2]
    place = tmp_path / "sample"
    shutil.copytree(CONTENT / "localities" / "national", tmp_path / "national")
    shutil.copytree(CONTENT / "localities" / "meihekou", place)
    for name, text in (("offices", offices), ("townships", townships), ("people", people)):
        (place / f"{name}.yaml").write_text(text, "utf-8")
    read = Locality.read(tmp_path, "sample")
    assert read.offices[0].kind == "法律援助中心"
    assert (len(read.townships), len(read.advisers), len(read.mediators)) == (1, 1, 1)
    with_value = figure.replace("加引号的数", "1234")
    (tmp_path / "figures.yaml").write_text(f"parameters:\n{with_value}", "utf-8")
    assert "jl.min_wage_month" in Parameters.read(tmp_path).by_key
