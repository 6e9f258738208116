"""A text of an entry, whatever it is: nobody who writes one stops the service."""

import pytest

from knowledge.entrytext import cleaned, digest_of, head_of, version_of, with_field
from knowledge.files import examine_text, place_of
from knowledge.library import Library
from tests.entry_texts import TEXT

FILES = Library.read()
HARMFUL = ["[" * 29_000, "{a: " * 29_000, "- " * 29_000, "? " * 29_000, "[" * 900 + "]" * 900]
ODD = ["", "---\n", "---\n- a\n---\nx", "---\nid: [\n---\n", "---\n? [a]\n: b\n---\n"]


@pytest.mark.parametrize("nested", HARMFUL)
def test_a_head_that_would_overflow_the_stack_is_no_head(nested: str) -> None:
    text = f"---\nid: a\nb: {nested}\n---\n## 简答\n"
    head_of(text)
    with pytest.raises(ValueError, match="head"):
        with_field(text, "status", "withdrawn")
    entry, faults = examine_text(text, place_of(head_of(TEXT).topic, head_of(TEXT).id))
    assert entry is None
    assert faults


@pytest.mark.parametrize("odd", ODD)
def test_a_text_without_a_head_says_nothing_of_itself(odd: str) -> None:
    assert head_of(odd) == head_of("")


@pytest.mark.parametrize(
    "line",
    [
        *("1: x", "2020-01-01: x", "~: x", "x: !!bool maybe", "x: !!timestamp abc", "k: &a [*a]"),
        *("valid_until: 2020-01-01T00:00:00Z", "x: !!binary '!'", "? !!python/name:os.system x"),
    ],
)
def test_an_odd_line_of_a_head_is_a_fault_and_no_crash(line: str) -> None:
    text = TEXT.replace("valid_until:\n", f"{line}\n")
    entry, faults = examine_text(text, place_of(head_of(TEXT).topic, head_of(TEXT).id))
    assert entry is None
    assert faults


def test_two_texts_are_told_apart_by_more_than_a_version() -> None:
    assert digest_of(TEXT).startswith(version_of(TEXT))
    assert len(digest_of(TEXT)) == 64


@pytest.mark.parametrize("name", ["a" * 200, "../x", "a b", "", "1: 2", "A", "é"])
def test_an_id_is_the_name_of_a_file_and_nothing_else(name: str) -> None:
    assert head_of(TEXT.replace("id: linli-gou-01", f"id: {name}")).id == ""


def test_every_file_can_be_withdrawn_and_brought_back() -> None:
    for entry in FILES.entries.values():
        gone = with_field(entry.source, "status", "withdrawn")
        there, _ = examine_text(gone, place_of(entry.topic, entry.id))
        assert there is not None
        assert str(there.status) == "withdrawn"
        assert with_field(gone, "status", str(entry.status)) == entry.source
        assert cleaned(entry.source) == entry.source


def test_a_text_from_a_browser_is_kept_as_files_have_it() -> None:
    assert cleaned("\ufeffa\r\nb\0\rc\ud800\n\n") == "a\nb\nc?\n"
