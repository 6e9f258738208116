"""The danger screen: who is heard, who is left in peace, and what a resident is told."""

import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.emergency import MOST_PIECES, Screen, _pieces
from knowledge.errors import ContentError

ROOT = Path(__file__).parents[2]
LEXICON = ROOT / "knowledge" / "content" / "lexicon" / "danger.yaml"
CASES = [
    json.loads(line)
    for line in (ROOT / "tests" / "cases" / "danger.jsonl").read_text("utf-8").splitlines()
]
IN_DANGER = [case for case in CASES if case["expect"] != "none"]
LOOK_ALIKES = [case for case in CASES if case["expect"] == "none"]
SCREEN = Screen.read(LEXICON)
KINDS = yaml.safe_load(LEXICON.read_text("utf-8"))["kinds"]

# Cases are never taken out because the screen fails them, so a few stay missed on purpose.
LEAST_RECALL = 0.99
MOST_FALSE_ALARMS = 0.02
# One telling often holds two dangers; what the resident is told must fit most of the time.
LEAST_SAME_KIND = 0.80

NUMBERS_WE_MAY_NAME = {"110", "120", "119", "12356", "96110", "12348"}


def kind_of(text: str) -> str:
    danger = SCREEN.look(text)
    return danger.kind if danger else "none"


def test_those_in_danger_are_heard() -> None:
    missed = [case for case in IN_DANGER if kind_of(case["text"]) == "none"]
    assert len(missed) <= len(IN_DANGER) * (1 - LEAST_RECALL), missed


def test_those_who_only_ask_are_left_in_peace() -> None:
    rung = [case for case in LOOK_ALIKES if kind_of(case["text"]) != "none"]
    assert len(rung) <= len(LOOK_ALIKES) * MOST_FALSE_ALARMS, rung


def test_the_kind_is_the_one_a_reader_names() -> None:
    same = [case for case in IN_DANGER if kind_of(case["text"]) == case["expect"]]
    assert len(same) >= len(IN_DANGER) * LEAST_SAME_KIND


def test_the_cases_cover_every_kind_and_as_many_look_alikes() -> None:
    assert {case["expect"] for case in IN_DANGER} == {kind["id"] for kind in KINDS}
    assert len(CASES) >= 90
    assert len(LOOK_ALIKES) >= len(CASES) / 3


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("他拿刀要砍我", "violence"),
        ("他 拿 刀 要 砍 我", "violence"),
        ("他\u200b拿\u200b刀要*砍*我", "violence"),
        ("他拿刀要砍我們，快來人", "violence"),
        ("ta na dao yao kan wo", "violence"),
        ("他那刀要看我", "violence"),
        ("ＢＵ ＸＩＡＮＧ ＨＵＯ ＬＥ", "suicide"),
        ("bù xiǎng huó le", "suicide"),
        ("不\n想\n活\n了", "suicide"),
        ("救命", "rescue"),
        ("就命啊", "rescue"),
    ],
)
def test_danger_is_heard_however_it_is_spelled(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("calm", "alarming"),
    [
        ("笑死我了", "我想死"),
        ("我要打官司", "他在打我"),
        ("家暴可以离婚吗", "我老公家暴我，能离婚吗"),
        ("诈骗多少钱立案", "刚被骗了三千，能立案吗"),
        ("非法拘禁判几年", "我被锁在屋里出不去"),
        ("十年前他打过我一次", "他又打我了，我在厕所里"),
        ("跳楼价清仓", "我要从楼上跳下去"),
        ("救命稻草是什么意思", "救救我"),
    ],
)
def test_a_question_about_danger_is_not_danger(calm: str, alarming: str) -> None:
    assert kind_of(calm) == "none"
    assert kind_of(alarming) != "none"


def test_the_most_severe_kind_is_told_first() -> None:
    assert kind_of("刚被骗了五万") == "fraud"
    assert kind_of("刚被骗了五万，我不想活了") == "suicide"


def test_the_words_that_rang_are_told() -> None:
    danger = SCREEN.look("隔壁有人在喊，他拿着菜刀追孩子")
    assert danger is not None
    assert "".join(danger.found)
    assert all(word in "隔壁有人在喊,他拿着菜刀追孩子" for word in danger.found)


def test_the_screen_needs_neither_segmenter_nor_index_nor_converter() -> None:
    program = f"""
import sys
for name in ("jieba", "rjieba", "rapidfuzz", "opencc"):
    sys.modules[name] = None
from pathlib import Path
from knowledge.emergency import MOST_PIECES, Screen, _pieces
print(Screen.read(Path({str(LEXICON)!r})).look("他正在打我，救命").kind)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "violence"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["id"])
def test_the_advice_begins_with_a_number_to_call(kind: dict[str, str]) -> None:
    first_sentence = re.split("[。；]", kind["advice"])[0]
    assert re.search("110|120|119", first_sentence)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["id"])
def test_the_advice_is_short_names_known_numbers_and_promises_no_call(kind: dict[str, str]) -> None:
    advice = "".join(kind["advice"].split())
    assert len(advice.encode()) <= 300
    assert set(re.findall(r"\d+", advice)) <= NUMBERS_WE_MAY_NAME
    assert advice.endswith("已转给工作人员，会尽快看到。")
    assert "？" not in advice


def test_where_nobody_was_told_the_advice_does_not_say_so() -> None:
    kinds = {kind.id: kind for kind, _ in SCREEN._rules}
    assert len(kinds) == len(KINDS)
    for kind in kinds.values():
        assert "转给" not in kind.alone
        assert kind.alone.endswith("。")
        assert kind.advice.startswith(kind.alone)
        assert len(kind.advice) - len(kind.alone) < 25


def test_the_advice_a_resident_gets_is_the_one_in_the_file() -> None:
    danger = SCREEN.look("我不想活了")
    assert danger is not None
    assert (danger.kind, danger.name) == (KINDS[0]["id"], KINDS[0]["name"])
    assert danger.advice == "".join(KINDS[0]["advice"].split())


def test_a_message_is_screened_within_a_millisecond() -> None:
    durations = []
    for case in CASES:
        started = time.thread_time()
        SCREEN.look(case["text"])
        durations.append(time.thread_time() - started)
    assert statistics.median(durations) < 0.001


@pytest.mark.parametrize(
    "text", ["打我" * 1000, "他打我刀" * 500, "不想活" * 666, "xian" * 500, "a" * 2000, "、" * 2000]
)
def test_a_hostile_message_costs_little(text: str) -> None:
    started = time.thread_time()
    SCREEN.look(text)
    assert time.thread_time() - started < 1


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_screen(text: str) -> None:
    SCREEN.look(text)


GOOD = """
gap: 6
harmless: 打官司
slips: 就命:救命
pinyin: jiu-ming:救命
groups: {打: 打 揍}
excuses: {说笑: ["哈哈"]}
kinds:
  - id: violence
    name: 正在受暴
    advice: 请打110。
    rules:
      - about: 打我
        any: ["[打] 我", "救命"]
        unless: [说笑]
      - about: 苗头
        hint: true
        any: ["刀"]
  - id: threat
    name: 受到威胁
    advice: 请打110。
    rules:
      - about: 威胁
        any: ["威胁"]
"""


def screen_from(tmp_path: Path, content: str) -> Screen:
    path = tmp_path / "danger.yaml"
    path.write_text(content, "utf-8")
    return Screen.read(path)


def test_a_hint_counts_only_where_nothing_is_said_plainly(tmp_path: Path) -> None:
    screen = screen_from(tmp_path, GOOD)
    plain, hint = screen.look("他拿刀威胁"), screen.look("他拿刀")
    assert [danger.kind for danger in (plain, hint) if danger] == ["threat", "violence"]


def test_an_excuse_holds_for_its_rule_alone(tmp_path: Path) -> None:
    screen = screen_from(tmp_path, GOOD)
    assert screen.look("他打我哈哈") is None
    assert screen.look("他威胁哈哈") is not None


@pytest.mark.parametrize(
    ("right", "wrong", "field"),
    [
        ("gap: 6", "gap: 60", "gap"),
        ("gap: 6", "", "gap"),
        ("harmless: 打官司", "harmless: [打官司]", "harmless"),
        ("slips: 就命:救命", "slips: 就命", "slips"),
        ("pinyin: jiu-ming:救命", "pinyin: '救命:'", "pinyin"),
        ("{打: 打 揍}", "{打: '[无] 揍'}", "groups.打"),
        ("{打: 打 揍}", "[打]", "groups"),
        ('["哈哈"]', '["{哈哈"]', "excuses.说笑[0]"),
        ("id: threat", "id: violence", "kinds[1].id"),
        ("name: 受到威胁", "name: ''", "kinds[1].name"),
        ("advice: 请打110。", f"advice: {'请' * 200}", "kinds[0].advice"),
        ("about: 打我", "about: 3", "kinds[0].rules[0].about"),
        ('"[打] 我"', '"[拍] 我"', "kinds[0].rules[0].any[0]"),
        ('any: ["威胁"]', "any: []", "kinds[1].rules[0].any"),
        ("unless: [说笑]", "unless: [玩笑]", "kinds[0].rules[0].unless"),
        ("hint: true", "hint: maybe", "kinds[0].rules[1].hint"),
        ("hint: true", "hints: true", "kinds[0].rules[1]"),
        ("kinds:", "kind:", "kinds"),
        ("gap: 6", "gap: [", "file"),
    ],
)
def test_a_bad_file_is_refused_and_the_field_named(
    tmp_path: Path, right: str, wrong: str, field: str
) -> None:
    assert right in GOOD
    with pytest.raises(ContentError) as refused:
        screen_from(tmp_path, GOOD.replace(right, wrong, 1))
    assert refused.value.field == field
    assert refused.value.file.endswith("danger.yaml")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as refused:
        Screen.read(tmp_path / "nowhere.yaml")
    assert refused.value.field == "file"


def test_danger_in_the_middle_of_a_long_letter_is_heard() -> None:
    assert SCREEN.look("今天天气不错。" * 700 + "救命，他拿刀砍我" + "明天再说。" * 700) is not None


def test_of_a_very_long_text_the_beginning_and_the_end_are_looked_at() -> None:
    filler = "今天天气不错。" * 50_000
    assert SCREEN.look("救命，他拿刀砍我" + filler) is not None
    assert SCREEN.look(filler + "救命，他拿刀砍我") is not None
    assert len(_pieces(filler)) == 2 * MOST_PIECES
