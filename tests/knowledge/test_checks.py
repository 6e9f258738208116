"""Planted faults: each is found, and told with its file, line, field and what to do."""

import re
from pathlib import Path

import pytest

from knowledge.checks import Rules, check, periods
from knowledge.checks.coverage import Coverage, counted, read_plan, settle_plan
from knowledge.entry import EntryId, TopicId
from knowledge.library import Library
from knowledge.overlay import Overlay, Released
from tests.dictionary import segmenter
from tests.knowledge.planting import TODAY, WAGES, HandLock, faults, planted, spoil

DIVORCE = "entries/hunyin/hunyin-susonglihun-01.md"
CHILD = "entries/hunyin/hunyin-fuyang-04.md"
FIRED = "entries/laodong/laodong-jiechu-01.md"
DEPOSIT = "entries/fangchan/fangchan-zufang-02.md"
CRASH = "entries/jiaotong/jiaotong-peichang-01.md"
LONG = (
    "这一句话说得实在是太长了，从头到尾没有一个句号，读的人读到后面已经忘了前面说的是什么，"
    "听的人更是一点也听不明白，只好再问一遍。"
)
LAND = "entries/tudi/tudi-chengbao-02.md"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return planted(tmp_path / "content")


@pytest.mark.parametrize(
    ("file", "before", "after", "field", "told"),
    [
        (DIVORCE, "risk: [ordinary]", "risk: [money, dangerous]", "risk", "dangerous"),
        (DIVORCE, "title: ", "topic: hunyin\ntitle: ", "topic", "写了两次"),
        (DIVORCE, "title: ", "titel: ", "titel", "没有这一项"),
        (DIVORCE, "related: [hunyin-fuyang-04]", "related: [hunyin-x-99]", "related", "没有编号"),
        (DIVORCE, "  - 强制离婚走什么程序", "  - 请问单方咋起诉离婚呢", "wordings", "去掉语气词"),
        (DIVORCE, "  - 单方起诉离婚", "  - 房东不退押金吗", "wordings", "fangchan-zufang-02"),
        (DIVORCE, "  - 单方起诉离婚", "  - 请问怎么办呢", "wordings", "没有内容"),
        (DIVORCE, "title: 对方不同意离婚，怎么起诉",
         "title: 对方死活不同意离婚而且一直躲着不见人我应该怎么去法院起诉", "title", "超过 24"),
        (DIVORCE, "## 简答\n对方不同意，你一个人也能去法院起诉离婚。",
         "## 简答\n" + LONG, "简答", "第一句要少于 60"),
        (DIVORCE, "## 详细\n", "## 详细\n" + LONG, "详细", "断成两句"),
        (DIVORCE, "## 详细\n", "## 详细\n举证责任在你。\n", "详细", "谁拿证据"),
        (DIVORCE, "## 详细\n", "## 详细\n这官司你肯定能赢。\n", "详细", "许诺"),
        (DIVORCE, "## 详细\n", "## 详细\n打0435-4221234问。\n", "详细", "0435-4221234"),
        (DIVORCE, "## 详细\n", "## 详细\n到梅河口法院去。\n", "详细", "梅河口"),
        (DIVORCE, "## 详细\n", "## 详细\n到银河大街88号去。\n", "详细", "银河大街88号"),
        (DIVORCE, "## 详细\n", "## 详细\n到{office:居民委}问。\n", "详细", "{office:居民委}"),
        (DIVORCE, "## 详细\n", "## 详细\n到{office:司法所}问。\n", "places", "office:司法所"),
        (DIVORCE, "related:", "places: [office:司法所]\nrelated:", "places", "没有用到"),
        (DIVORCE, "review_by: 2027-05-23", "review_by: 2026-11-22", "review_by", "已经过了"),
        (DIVORCE, "valid_until:", "valid_until: 2023-12-31", "valid_until", "还早"),
        (DIVORCE, "law: 中华人民共和国民法典", "law: 中华人民共和国民法点", "citations", "全称"),
        (DIVORCE, "valid_from: 2024-01-01", "valid_from: 2020-12-31", "citations", "2020-12-31"),
        (DIVORCE, "article: 第二十二条", "article: 第22条", "citations", "第22条"),
        (CHILD, "risk: [money]", "risk: [ordinary]", "risk", "money"),
        (LAND, "risk: [deadline]", "risk: [ordinary]", "risk", "deadline"),
        (CRASH, "刚出事有人受伤，先打120、110。", "", "简答", "110"),
        (FIRED, "related:", "plan: [hunyin-susonglihun-01]\nrelated:", "plan", "自己就有一条"),
        (FIRED, "related:", "plan: [laodong-xxxx-01]\nrelated:", "plan", "没有"),
        (FIRED, "related:", "plan: [laodong-jiechu-02]\nrelated:", "laodong-jiechu-02", "merged"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_told(
    content: Path, file: str, before: str, after: str, field: str, told: str
) -> None:
    spoil(content, file, before, after)
    found = faults(content)
    assert any(fault.field == field and told in fault.message for fault in found), found
    assert all(Path(fault.file).is_file() for fault in found)


def test_the_content_is_in_order(content: Path) -> None:
    assert not faults(content)


def test_a_fault_of_a_text_names_the_line_where_it_stands(content: Path) -> None:
    spoil(content, WAGES, "## 详细\n", "## 详细\n很长的前文。\n\n你放心去告。\n")
    (fault,) = faults(content)
    line = (content / WAGES).read_text("utf-8").splitlines()[fault.line - 1]
    assert line == "你放心去告。"


def test_complaints_are_chinese_and_say_what_to_do(content: Path) -> None:
    spoil(content, WAGES, "related: [laodong-jiechu-01]", "related: [nobody]")
    (fault,) = faults(content)
    assert re.search("[\u4e00-\u9fff]", fault.message)
    assert "请" in fault.message


def test_one_id_in_two_folders_is_told(content: Path) -> None:
    twin = content / "entries" / "tudi" / Path(DEPOSIT).name
    twin.write_text(
        (content / DEPOSIT).read_text("utf-8").replace("topic: fangchan", "topic: tudi"), "utf-8"
    )
    assert any(fault.field == "id" and "别处已经有了" in fault.message for fault in faults(content))


def test_a_figure_that_no_cited_article_has_is_told(content: Path) -> None:
    proof = {"中华人民共和国民事诉讼法第一百二十七条": "六个月内又起诉的，不予受理"}
    rest = {"中华人民共和国民法典第一千零七十九条": "分居满二年；又分居满一年"}
    rest["最高人民法院关于适用《中华人民共和国民事诉讼法》的解释第四条"] = "连续居住一年以上"
    rest["中华人民共和国民法典第一千零八十二条"] = "分娩后一年内或者终止妊娠后六个月内"

    def of_divorce() -> set[str]:
        found = faults(content, HandLock(proof | rest))
        return {fault.message[:8] for fault in found if Path(fault.file).name in DIVORCE}

    assert of_divorce() == set()
    spoil(content, DIVORCE, "你六个月内再起诉", "你三个月内再起诉")
    assert of_divorce() == {"“三个月”不在引"}


def test_an_exception_with_its_reason_lets_a_figure_stand_and_an_idle_one_is_told(
    content: Path,
) -> None:
    spoil(content, DEPOSIT, "## 详细\n", "## 详细\n比如租了七年。\n")
    before = [fault for fault in faults(content, HandLock({})) if "七年" in fault.message]
    assert len(before) == 1
    row = "exceptions:\n  - {number: 七年, reason: 举例}\n  - {number: 八年, reason: 举例}\n"
    spoil(content, DEPOSIT, "citations:\n", f"{row}citations:\n")
    after = [fault for fault in faults(content, HandLock({})) if fault.field == "exceptions"]
    assert [("八年" in fault.message) for fault in after] == [True]
    assert not any("七年" in fault.message for fault in faults(content, HandLock({})))


def test_entries_that_disagree_about_one_article_are_told(content: Path) -> None:
    spoil(
        content, LAND, "申请农村土地承包仲裁，要在知道或应当知道权利受侵害之日起两年内",
        "申请农村土地承包仲裁，要在知道或应当知道权利受侵害之日起三年内",
    )  # fmt: skip
    found = [fault for fault in faults(content) if "对不上" in fault.message]
    assert len(found) == 1
    assert "第" in found[0].message
    assert found[0].line > 0


def test_an_expired_figure_is_told(content: Path) -> None:
    parameters = content / "parameters" / "national.yaml"
    spoil(
        content, "parameters/national.yaml", "        expires_on:", "        expires_on: 2020-01-01"
    )
    text = parameters.read_text("utf-8")
    row = text.index('value: "13"')
    parameters.write_text(
        text[:row] + text[row:].replace("expires_on:", "expires_on: 2026-11-22", 1), "utf-8"
    )
    (fault,) = faults(content)
    assert (fault.field, "已经过期" in fault.message) == ("cn.holidays_a_year", True)


def test_an_office_that_nobody_checked_for_half_a_year_is_told(content: Path) -> None:
    (content / "localities" / "meihekou" / "offices.yaml").write_text(
        "offices:\n  - {kind: 司法局, name: 某局, source: s, checked_on: 2026-05-01}\n", "utf-8"
    )
    (fault,) = faults(content)
    assert "某局" in fault.message


def test_the_plan_counts_what_is_covered_and_is_settled_by_the_entries(content: Path) -> None:
    plan = content / "plan.yaml"
    rows = read_plan(plan)
    assert len(rows) == 798
    assert counted(rows)[Coverage.ENTRY] >= 12
    spoil(content, FIRED, "related:", "plan: [laodong-jiechu-02]\nrelated:")
    (content / DEPOSIT).unlink()
    entries = tuple(Library.read(content).entries.values())
    settle_plan(plan, entries)
    settled = read_plan(plan)
    assert settled["laodong-jiechu-02"].state is Coverage.MERGED
    assert settled["fangchan-zufang-02"].state is Coverage.NOT_YET
    assert settled["laodong-taoxin-01"].state is Coverage.ENTRY
    before = plan.read_text("utf-8")
    settle_plan(plan, entries)
    assert plan.read_text("utf-8") == before


def test_the_plan_is_a_file_and_asks_nothing_of_what_was_released_elsewhere(content: Path) -> None:
    text = (content / FIRED).read_text("utf-8").replace("jiechu-01", "jiechu-02", 1)
    new = Released(EntryId("laodong-jiechu-02"), TopicId("laodong"), text, "")
    library = Library.read(content).under(Overlay.of(1, [new]))
    assert new.entry in library.entries
    found = check(library, Rules.read(content), segmenter(), TODAY)
    assert not [fault for fault in found if fault.file.endswith("plan.yaml")]


def test_what_is_handed_over_stays_so(content: Path) -> None:
    row = "id: hunyin-jiehun-01, title: "
    text = (content / "plan.yaml").read_text("utf-8")
    line = next(line for line in text.splitlines() if row in line)
    spoil(content, "plan.yaml", line, line.replace("not_yet", "handed_over"))
    assert not faults(content)


def test_a_deadline_that_its_articles_do_not_say_is_told(content: Path) -> None:
    lock = HandLock({"中华人民共和国民事诉讼法第一百七十一条": "判决十五日，裁定十日"})

    def unproven() -> list[str]:
        table = Library.read(content).deadlines
        assert table is not None
        assert {"shangsu-minshi-panjue", "jiaotong-fuhe"} <= set(table.by_id)
        found = periods.faults(table, lock, TODAY)
        return [fault.field for fault in found if "不在引用" in fault.message]

    assert unproven() == []
    spoil(content, "deadlines.yaml", "判决）\n    count: 15", "判决）\n    count: 20")
    assert unproven() == ["shangsu-minshi-panjue"]
