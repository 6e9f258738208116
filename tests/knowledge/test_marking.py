"""Found words in a text: what is shown of it, and what is marked."""

from knowledge.prose import first_sentence
from knowledge.statutes.marking import Piece, excerpt

LONG = f"甲{'乙' * 200}。用人单位拖欠工资的，劳动者可以要求支付。{'丙' * 200}"


def told(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{one.text}]" if one.found else one.text for one in pieces)


def test_every_word_is_marked_where_it_stands() -> None:
    assert told(excerpt("拖欠工资，不得拖欠。", ["工资", "拖欠"])) == "[拖欠][工资]，不得[拖欠]。"


def test_a_longer_word_is_marked_whole() -> None:
    assert told(excerpt("最低工资标准", ["工资", "最低工资"])) == "[最低工资]标准"


def test_a_long_text_is_shown_from_the_sentence_with_the_words() -> None:
    shown = told(excerpt(LONG, ["拖欠", "工资"]))
    assert shown.startswith("…用人单位[拖欠][工资]的")
    assert shown.endswith("…")
    assert len(shown) < 150


def test_the_part_with_most_of_the_words_is_chosen() -> None:
    text = f"工资{'一' * 300}拖欠工资报酬{'二' * 300}"
    assert "[拖欠][工资]" in told(excerpt(text, ["拖欠", "工资"]))


def test_without_a_word_the_beginning_is_shown() -> None:
    assert told(excerpt("短文", [])) == "短文"
    assert told(excerpt(LONG, ["没有"])) == f"{LONG[:130]}…"


def test_a_word_is_no_pattern() -> None:
    assert told(excerpt("（一）a.c", ["a.c", "（"])) == "[（]一）[a.c]"


def test_the_first_sentence_keeps_its_sign() -> None:
    assert first_sentence("能要；要得回来。第二句。") == "能要；要得回来。"
    assert first_sentence("没有句号\n第二行") == "没有句号"
