"""What changed in an entry is shown where it changed."""

from dataclasses import replace
from time import process_time

from knowledge.differences import Difference, Mark, Piece, differences
from knowledge.entryfile import EntryForm

FORM = EntryForm(
    title="工资找谁要",
    review_by="2027-05-23",
    wordings=("工钱找谁要", "老板跑了咋整"),
    parts={"简答": "先找老板。一年以内申请仲裁。", "期限": "从知道被欠那天起算三十日。"},
    citations=(("民法典", "第一条"),),
)


def only(after: EntryForm) -> Difference:
    (found,) = differences(FORM, after)
    return found


def shown(found: Difference) -> list[tuple[str, str]]:
    return [(piece.mark.value, piece.text) for piece in found.pieces]


def test_the_same_form_has_no_differences() -> None:
    assert differences(FORM, FORM) == ()


def test_inside_a_sentence_only_the_changed_words_are_marked() -> None:
    found = only(replace(FORM, parts={**FORM.parts, "期限": "从知道被欠那天起算十五日。"}))
    assert found.field == "期限"
    assert shown(found) == [
        ("kept", "从知道被欠那天起算"),
        ("removed", "三十"),
        ("added", "十五"),
        ("kept", "日。"),
    ]


def test_a_sentence_that_was_written_anew_is_one_gone_and_one_new() -> None:
    found = only(replace(FORM, parts={**FORM.parts, "简答": "先找老板。去法院起诉，不收费。"}))
    assert shown(found) == [
        ("kept", "先找老板。"),
        ("removed", "一年以内申请仲裁。"),
        ("added", "去法院起诉，不收费。"),
    ]


def test_lists_are_compared_line_by_line() -> None:
    found = only(replace(FORM, wordings=("工钱找谁要", "包工头没影了")))
    assert found.is_list
    assert found.pieces == (
        Piece(Mark.KEPT, "工钱找谁要"),
        Piece(Mark.REMOVED, "老板跑了咋整"),
        Piece(Mark.ADDED, "包工头没影了"),
    )


def test_what_is_put_together_again_is_the_old_and_the_new_text() -> None:
    after = replace(
        FORM,
        title="工资该找谁要",
        facets={"费用": "不收费。"},
        parts={"简答": "一年以内，最好半年以内申请仲裁。\n先找老板。", "期限": ""},
    )
    for found in differences(FORM, after):
        old = "".join(piece.text for piece in found.pieces if piece.mark is not Mark.ADDED)
        new = "".join(piece.text for piece in found.pieces if piece.mark is not Mark.REMOVED)
        name = found.field.removeprefix("facets.")
        texts = [{"title": form.title, **form.parts, **form.facets} for form in (FORM, after)]
        assert [old, new] == [one.get(name, "") for one in texts]


def test_what_would_take_minutes_to_compare_is_one_gone_and_one_new() -> None:
    old, new = "一" * 20_000, "一" * 10_000 + "二" + "一" * 10_000
    before = replace(FORM, parts={"简答": old}, wordings=("甲",) * 20_000)
    after = replace(FORM, parts={"简答": new}, wordings=("甲",) * 20_001)
    began = process_time()
    text, lines = differences(before, after)
    assert process_time() - began < 5
    assert shown(text) == [("removed", old), ("added", new)]
    assert len(lines.pieces) == 40_001
