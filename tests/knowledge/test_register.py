"""Which version of a law is in force: forty titles that changed, on three days."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.errors import ContentError
from knowledge.library import CONTENT
from knowledge.statutes.register import ReadIn, Register, everyday_name

STATE = "中华人民共和国"
COURT = "最高人民法院"
LAST_OF_2025, AUTUMN_2026, NEW_YEAR_2027 = date(2025, 12, 31), date(2026, 11, 23), date(2027, 1, 1)

NONE = ""
CHANGES = [
    # title, and the day from which the version holds that is in force on each of the three days
    (f"{STATE}民法典", "2021-01-01", "2021-01-01", "2021-01-01"),
    (f"{STATE}刑法", "2024-03-01", "2024-03-01", "2024-03-01"),
    (f"{STATE}行政处罚法", "2021-07-15", "2021-07-15", "2021-07-15"),
    (f"{STATE}土地管理法实施条例", "2021-09-01", "2021-09-01", "2021-09-01"),
    (f"{STATE}个人信息保护法", "2021-11-01", "2021-11-01", "2021-11-01"),
    (f"{STATE}法律援助法", "2022-01-01", "2022-01-01", "2022-01-01"),
    (f"{STATE}种子法", "2022-03-01", "2022-03-01", "2022-03-01"),
    ("信访工作条例", "2022-05-01", "2022-05-01", "2022-05-01"),
    (f"{STATE}黑土地保护法", "2022-08-01", "2022-08-01", "2022-08-01"),
    (f"{STATE}反电信网络诈骗法", "2022-12-01", "2022-12-01", "2022-12-01"),
    (f"{STATE}妇女权益保障法", "2023-01-01", "2023-01-01", "2023-01-01"),
    (f"{STATE}民事诉讼法", "2024-01-01", "2024-01-01", "2024-01-01"),
    (f"{STATE}行政复议法", "2024-01-01", "2024-01-01", "2024-01-01"),
    (f"{STATE}公司法", "2024-07-01", "2024-07-01", "2024-07-01"),
    (f"{STATE}消费者权益保护法实施条例", "2024-07-01", "2024-07-01", "2024-07-01"),
    ("国务院关于渐进式延迟法定退休年龄的办法", "2025-01-01", "2025-01-01", "2025-01-01"),
    (f"{STATE}农村集体经济组织法", "2025-05-01", "2025-05-01", "2025-05-01"),
    ("婚姻登记条例", "2025-05-10", "2025-05-10", "2025-05-10"),
    (f"{STATE}学前教育法", "2025-06-01", "2025-06-01", "2025-06-01"),
    ("住房租赁条例", "2025-09-15", "2025-09-15", "2025-09-15"),
    (f"{STATE}法治宣传教育法", "2025-11-01", "2025-11-01", "2025-11-01"),
    (f"{STATE}食品安全法", "2025-12-01", "2025-12-01", "2025-12-01"),
    (f"{STATE}治安管理处罚法", "2013-01-01", "2026-01-01", "2026-01-01"),
    (f"{STATE}村民委员会组织法", "2018-12-29", "2026-01-01", "2026-01-01"),
    (f"{STATE}城市居民委员会组织法", "2018-12-29", "2026-01-01", "2026-01-01"),
    (f"{STATE}网络安全法", "2017-06-01", "2026-01-01", "2026-01-01"),
    ("森林草原防灭火条例", NONE, "2026-01-01", "2026-01-01"),
    (f"{STATE}仲裁法", "2018-01-01", "2026-03-01", "2026-03-01"),
    ("殡葬管理条例", "2012-11-09", "2026-03-30", "2026-03-30"),
    (f"{STATE}行政复议法实施条例", "2007-08-01", "2026-07-01", "2026-07-01"),
    (f"{STATE}社会救助法", NONE, "2026-07-01", "2026-07-01"),
    (f"{STATE}生态环境法典", NONE, "2026-08-15", "2026-08-15"),
    (f"{STATE}环境保护法", "2015-01-01", NONE, NONE),
    (f"{STATE}噪声污染防治法", "2022-06-05", NONE, NONE),
    (f"{STATE}大气污染防治法", "2018-10-26", NONE, NONE),
    (f"{STATE}律师法", "2018-01-01", "2026-09-01", "2026-09-01"),
    ("住房公积金管理条例", "2019-03-24", "2026-09-20", "2026-09-20"),
    (f"{STATE}监狱法", "2013-01-01", "2026-11-01", "2026-11-01"),
    (f"{STATE}农业法", "2013-01-01", "2013-01-01", "2027-01-01"),
    (f"{STATE}医疗保障法", NONE, NONE, "2027-01-01"),
    (f"{STATE}耕地保护和质量提升法", NONE, NONE, "2027-01-01"),
    (f"{STATE}商标法", "2019-11-01", "2019-11-01", "2027-01-01"),
    (f"{STATE}农村土地承包法", "2019-01-01", "2019-01-01", "2019-01-01"),
    (f"{STATE}婚姻法", NONE, NONE, NONE),
    (f"{STATE}合同法", NONE, NONE, NONE),
    ("市场监督管理投诉举报处理办法", NONE, "2026-04-15", "2026-04-15"),
    ("市场监督管理投诉举报处理暂行办法", "2022-03-24", NONE, NONE),
    (
        f"{COURT}关于审理道路交通事故损害赔偿案件适用法律若干问题的解释（二）",
        NONE,
        "2026-06-30",
        "2026-06-30",
    ),
    (f"{COURT}关于适用行政诉讼起诉期限若干问题的解释", NONE, "2026-05-01", "2026-05-01"),
    (
        f"{COURT}关于审理劳动争议案件适用法律问题的解释（二）",
        "2025-09-01",
        "2025-09-01",
        "2025-09-01",
    ),
]


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.read(CONTENT / "statutes")


@pytest.mark.parametrize(("title", "first", "second", "third"), CHANGES)
def test_the_right_version_is_in_force_on_three_days(
    register: Register, title: str, first: str, second: str, third: str
) -> None:
    days = (LAST_OF_2025, AUTUMN_2026, NEW_YEAR_2027)
    found = [register.in_force(title, day) for day in days]
    assert [str(one.effective_from) if one else NONE for one in found] == [first, second, third]


def test_versions_of_a_law_never_overlap(register: Register) -> None:
    for law in register.laws.values():
        for earlier, later in zip(law.versions, law.versions[1:], strict=False):
            assert earlier.effective_until == later.effective_from


def test_days_of_adoption_are_not_those_of_promulgation(register: Register) -> None:
    adopted = {
        "保障农民工工资支付条例": date(2019, 12, 4),
        "住房租赁条例": date(2025, 6, 27),
        "道路交通事故处理程序规定": date(2017, 6, 15),
        f"{COURT}关于人民法院登记立案若干问题的规定": date(2015, 4, 13),
        f"{COURT}关于办理人身安全保护令案件适用法律若干问题的规定": date(2022, 6, 7),
        f"{COURT}关于审理工伤保险行政案件若干问题的规定": date(2014, 4, 21),
    }
    for title, day in adopted.items():
        (version,) = register.versions(title)
        assert version.adopted == day
        assert version.promulgated is not None
        assert version.promulgated > day


def test_what_was_only_presumed_says_so(register: Register) -> None:
    (version,) = register.versions(f"{STATE}气象法")
    assert version.read_in is ReadIn.PRESUMED


def test_the_everyday_name_leaves_the_state_out() -> None:
    assert everyday_name(f"{STATE}民法典") == "民法典"
    assert everyday_name("信访工作条例") == "信访工作条例"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("- {title: 甲法}", "needs a title and versions"),
        ("- {title: 甲法, versions: [{adopted: 2020-01-01}]}", "days like"),
        (
            "- {title: 甲法, versions: [{adopted: 2020-01-01, effective_from: 2020-01-01, x: 1}]}",
            "unknown",
        ),
        (
            """- title: 甲法
  versions:
  - {adopted: 2021-01-01, effective_from: 2021-01-01}
  - {adopted: 2020-01-01, effective_from: 2020-01-01}""",
            "oldest first",
        ),
    ],
)
def test_a_bad_row_is_refused_by_its_name(tmp_path: Path, rows: str, told: str) -> None:
    (tmp_path / "register.yaml").write_text(f"laws:\n{rows}\n", "utf-8")
    with pytest.raises(ContentError, match=told):
        Register.read(tmp_path)
