"""Long texts become messages, and nothing is cut or lost on the way."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.parts import MESSAGE_BYTES, pack, size

HINT = "（没完，回复“更多”接着看）"


def test_short_blocks_share_one_part() -> None:
    assert pack(["甲", "乙"], HINT) == ("甲\n\n乙",)


def test_a_block_that_does_not_fit_goes_to_the_next_part_whole() -> None:
    law = "依据" * 200
    first, second = pack(["答" * 400, law], HINT)
    assert first == "答" * 400 + "\n" + HINT
    assert second == law


def test_a_long_block_is_cut_at_the_end_of_a_sentence() -> None:
    first, *_ = pack(["这是一句话。" * 200], HINT)
    assert first.removesuffix("\n" + HINT).endswith("。")


def test_no_text_gives_no_part() -> None:
    assert pack([""], HINT) == ()


@given(st.lists(st.text(max_size=1_500), max_size=4))
def test_every_part_fits_and_every_visible_character_arrives_in_order(blocks: list[str]) -> None:
    parts = pack(blocks, HINT)
    assert all(size(part) <= MESSAGE_BYTES for part in parts)
    arrived = "".join("".join(part.removesuffix("\n" + HINT).split()) for part in parts)
    assert arrived == "".join("".join(block.split()) for block in blocks)


@given(st.integers(1, 40), st.text(alphabet="汉😀a\n。", min_size=1, max_size=200))
def test_a_tiny_limit_still_never_cuts_a_character(limit: int, text: str) -> None:
    parts = pack([text], "", limit + 4)
    assert "".join("".join(parts).split()) == "".join(text.split())
