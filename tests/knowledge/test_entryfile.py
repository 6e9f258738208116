"""A file is written from a form and read back as the same form, whatever was typed."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.entry import Entry
from knowledge.entryfile import EntryForm, form_of, written
from knowledge.errors import ContentError
from knowledge.files import FACETS, SECTIONS, examine
from knowledge.library import Library

_WORDS = st.text(max_size=30)
_LIST = st.lists(_WORDS, max_size=4).map(tuple)
_ROWS = st.lists(st.tuples(_WORDS, _WORDS), max_size=3).map(tuple)
_FORMS = st.builds(
    EntryForm,
    **dict.fromkeys(("id", "topic", "subtopic", "status", "title", "reviewed_by"), _WORDS),
    **dict.fromkeys(("valid_from", "valid_until", "review_by", "drafted_on"), _WORDS),
    **dict.fromkeys(("risk", "related", "plan", "wordings"), _LIST),
    exceptions=_ROWS,
    citations=_ROWS,
    facets=st.dictionaries(st.sampled_from(sorted(FACETS)), _WORDS),
    parts=st.fixed_dictionaries(dict.fromkeys(SECTIONS, _WORDS)),
)


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return list(Library.read().entries.values())


def read_again(entry: Entry, folder: Path, text: str) -> Entry:
    file = folder / entry.topic / f"{entry.id}.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    again, faults = examine(file)
    assert not faults
    assert again is not None
    return again


def test_every_entry_is_read_again_as_it_was_written(entries: list[Entry], tmp_path: Path) -> None:
    for entry in entries:
        again = read_again(entry, tmp_path, written(EntryForm.of(entry)))
        same = replace(again, version=entry.version, file=entry.file, places=entry.places)
        assert same == entry
        assert sorted(again.places) == sorted(entry.places)


def test_a_file_gives_the_form_that_its_entry_gives(entries: list[Entry]) -> None:
    for entry in entries:
        assert form_of(Path(entry.file).read_text("utf-8")) == EntryForm.of(entry)


@settings(max_examples=60, deadline=None)
@given(_FORMS)
def test_whatever_was_typed_is_kept_in_one_spelling(form: EntryForm) -> None:
    once = written(form)
    assert written(form_of(once)) == once


@pytest.mark.parametrize(
    "typed",
    [
        *("110", "2026-02-30", "yes", "null", "~", "=1+1", "- 一条", "# 不是说明", "{phone:110}"),
        *("冒号: 后面", "末尾冒号:", "单'双\"", "反\\斜", "三杠---", "---", "*星", "& 号", "[括]"),
        *("问 #1", "1e3", "0x1F", "!感叹", "| 竖", "> 大于", "％", "@某", "`反引号`"),
        *("!!bool maybe", "!!timestamp abc", "!!int abc", "!!python/name:os.system"),
    ],
)
def test_words_that_yaml_would_misread_stay_words(typed: str) -> None:
    form = EntryForm(title=typed, wordings=(typed,), citations=((typed, typed),))
    again = form_of(written(form))
    assert (again.title, again.wordings, again.citations) == (typed, (typed,), ((typed, typed),))


def test_the_list_of_places_follows_from_the_text() -> None:
    form = EntryForm(
        parts={"简答": "打{phone:110}。", "详细": "到{office:司法所}，打{phone:110}。"}
    )
    assert form.places == ("phone:110", "office:司法所")
    assert "places:\n  - phone:110\n  - office:司法所\n" in written(form)


@pytest.mark.parametrize(
    "blank", ["*", "@", "a: b: c", '"', "[", '司法所\n"reviewed_by": 王律师', "a\x85status: b"]
)
def test_no_blank_tears_the_head_or_writes_a_field(blank: str) -> None:
    form = EntryForm(title="工资找谁要", status="draft", parts={"简答": f"到{{{blank}}}去。"})
    again = form_of(written(form))
    assert (again.title, again.status, again.reviewed_by) == ("工资找谁要", "draft", "")


@pytest.mark.parametrize("nested", ["[", "{a: ", "- ", "? "])
def test_what_somebody_types_never_overflows_the_stack(nested: str) -> None:
    typed = (nested * 30_000).strip()
    assert form_of(written(EntryForm(title=typed))).title == typed


def test_a_long_list_is_no_deep_one() -> None:
    wordings = tuple(f"问法{number}" for number in range(5_000))
    assert form_of(written(EntryForm(wordings=wordings))).wordings == wordings


def test_a_line_like_a_heading_cannot_tear_a_part_in_two() -> None:
    form = EntryForm(parts={"简答": "答。\n## 期限\n越早越好。", "期限": "一年。"})
    again = form_of(written(form))
    assert again.parts["简答"] == "答。\n期限\n越早越好。"
    assert again.parts["期限"] == "一年。"


def test_every_kind_of_line_end_is_one() -> None:
    form = EntryForm(parts={"简答": "一\r\n二\r三\n四"})
    assert form_of(written(form)).parts["简答"] == "一\n二\n三\n四"


def test_signs_that_nobody_sees_are_dropped() -> None:
    form = EntryForm(title="工资\u200b找谁\x00要\ufeff", wordings=("一\u2028二",))
    again = form_of(written(form))
    assert (again.title, again.wordings) == ("工资找谁要", ("一 二",))


def test_a_text_without_a_head_is_no_form() -> None:
    with pytest.raises(ContentError):
        form_of("没有登记的正文")


def test_a_day_that_does_not_exist_is_complained_of_and_no_crash(
    entries: list[Entry], tmp_path: Path
) -> None:
    entry = entries[0]
    text = written(EntryForm.of(entry)).replace(
        f"review_by: {entry.review_by}", "review_by: 2027-02-30"
    )
    file = tmp_path / f"{entry.id}.md"
    file.write_text(text, "utf-8")
    read, faults = examine(file)
    assert read is None
    assert faults
