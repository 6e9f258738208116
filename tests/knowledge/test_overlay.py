"""What was released lies over the files, and goes back into them without a trace of more."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.entry import Entry, EntryId, TopicId
from knowledge.entrytext import head_of, version_of, with_field
from knowledge.exporting import Put, export
from knowledge.files import read_entries
from knowledge.library import CONTENT, Library
from knowledge.locking import lock_faults
from knowledge.matcher import Matcher
from knowledge.overlay import Overlay, Released
from knowledge.statutes.lock import LOCK_FILE, read_for
from knowledge.text import Segmenter

FILES = Library.read()
ENTRY = FILES.entries[EntryId("fangchan-zufang-02")]
TODAY = date(2026, 11, 24)


def released(text: str, *, over: str = ENTRY.version, number: int = 1) -> Released:
    """A text as it was released over the file of ENTRY, with what the files lock for it."""
    head = head_of(text)
    rows = [FILES.lock.rows[cited] for cited in ENTRY.citations]
    return Released(head.id, head.topic, text, over, number, tuple(r for row in rows for r in row))


def over(*texts: Released, number: int = 1) -> Library:
    return FILES.under(Overlay.of(number, texts))


def worded(entry: Entry = ENTRY) -> str:
    return entry.source.replace(f"title: {entry.title}", "title: 押金不退咋办")


def test_a_released_text_is_what_the_library_holds() -> None:
    library = over(released(worded()))
    there = library.entries[ENTRY.id]
    assert (there.title, there.version) == ("押金不退咋办", version_of(worded()))
    assert there.file == "fangchan/fangchan-zufang-02"
    assert list(library.entries) == list(FILES.entries)
    assert library.version != FILES.version
    assert library.of_files is FILES
    assert there in library.answering(TODAY)


def test_equal_texts_and_none_are_no_overlay() -> None:
    assert FILES.under(Overlay()) is FILES
    assert over(released(ENTRY.source)) is FILES


def test_a_withdrawn_text_answers_nobody() -> None:
    library = over(released(with_field(ENTRY.source, "status", "withdrawn")))
    assert ENTRY.id in library.entries
    assert ENTRY.id not in {entry.id for entry in library.answering(TODAY)}


def test_a_text_that_cannot_be_read_silences_its_entry_and_names_it() -> None:
    library = over(released(ENTRY.source.replace("## 简答", "## 答"), over="", number=2))
    assert ENTRY.id not in library.entries, "nor is the file's text given, which was replaced"
    (fault,) = set(library.faults) - set(FILES.faults)
    assert str(fault).startswith("fangchan/fangchan-zufang-02: headings:")
    library = over(released(ENTRY.source.replace("\nstatus: ", "\nstatus: x"), number=3))
    assert [fault.line > 1 for fault in library.faults] == [True]


def test_lock_rows_lie_over_the_lock_file() -> None:
    one = released(worded())
    there = FILES.lock.rows[ENTRY.citations[0]]
    other = replace(there[-1], sha256="f" * 64, effective_until=date(1999, 1, 1))
    library = over(replace(one, rows=(other,)))
    (row,) = [row for row in library.lock if row.sha256 == "f" * 64]
    assert row.effective_until == there[-1].effective_until, "the register knows the days"
    assert FILES.lock.rows[ENTRY.citations[0]] == there


def test_rows_of_the_files_stay_needed_under_a_text_that_cites_less() -> None:
    withdrawn = with_field(ENTRY.source, "status", "withdrawn")
    assert list(lock_faults(over(replace(released(withdrawn), rows=())))) == list(
        lock_faults(FILES)
    )


def test_an_article_that_nobody_opened_carries_no_released_text() -> None:
    unread = "第九百九十九条"
    text = worded().replace(ENTRY.citations[0].article, unread, 1)
    library = over(replace(released(text), rows=()))
    entry = library.entries[ENTRY.id]
    assert [cited.article for cited in library.lapsed(entry, TODAY)] == [unread]


def test_an_absorbed_text_lies_over_the_old_file_alone() -> None:
    one = replace(released(worded()), absorbed=True)
    assert over(one).entries[ENTRY.id].title == "押金不退咋办"
    assert over(replace(one, over="another file")) is FILES


def test_the_matcher_of_the_next_edition_cuts_only_what_is_new(tmp_path: Path) -> None:
    before = Matcher.over(FILES, Segmenter.read(CONTENT / "lexicon", tmp_path))
    library = over(released(worded()))
    after = before.over_another(library)
    old = {item.entry.id: item for item in before.index.entries}
    new = [item for item in after.index.entries if item is not old.get(item.entry.id)]
    assert [item.entry for item in new] == [library.entries[ENTRY.id]]
    found = after.find("押金不退咋办", TODAY).matches[0]
    assert (found.entry, found.title) == (ENTRY.id, "押金不退咋办")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the content folder, to be written into."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def changed(content: Path) -> set[str]:
    """The files that differ from ours, appeared or vanished."""
    ours = {path.relative_to(CONTENT): path for path in CONTENT.rglob("*") if path.is_file()}
    theirs = {path.relative_to(content): path for path in content.rglob("*") if path.is_file()}
    return {
        str(name)
        for name in ours.keys() | theirs.keys()
        if name not in ours
        or name not in theirs
        or ours[name].read_bytes() != theirs[name].read_bytes()
    }


def test_an_export_writes_what_was_released_and_nothing_else(content: Path) -> None:
    new = ENTRY.source.replace("zufang-02", "zufang-99").replace(ENTRY.title, "新的一条")
    lying = Overlay.of(2, [released(worded()), released(new, over="", number=2)])
    done = export(content, lying, force=False)
    assert done.is_whole
    assert done.rows == 0, "its articles are locked already"
    names = {f"entries/fangchan/fangchan-zufang-{number}.md" for number in ("02", "99")}
    assert changed(content) == names
    library = Library.read(content)
    assert library.under(lying) is library, "what was exported lies over nothing any more"
    assert export(content, lying, force=False).texts == ()


def test_rows_that_a_text_brings_are_written_and_those_it_gives_up_go(content: Path) -> None:
    cited = ENTRY.citations[0]
    version = FILES.register.in_force(cited.law, read_for(ENTRY))
    assert version is not None
    fresh = replace(FILES.lock.rows[cited][0], article="第九百九十九条", adopted=version.adopted)
    text = worded().replace(cited.article, "第九百九十九条", 1)
    only_here = sum(cited in entry.citations for entry in FILES.entries.values()) == 1
    done = export(content, Overlay(1, (replace(released(text), rows=(fresh,)),)), force=False)
    assert done.rows == 1 + only_here * len(FILES.lock.rows[cited])
    assert f"statutes/{LOCK_FILE}" in changed(content)
    assert fresh.article in {row.article for row in Library.read(content).lock}


def test_a_file_that_changed_since_is_not_overwritten_unless_forced(content: Path) -> None:
    file = content / "entries" / "fangchan" / f"{ENTRY.id}.md"
    file.write_text(ENTRY.source.replace(ENTRY.title, "仓库里改的"), "utf-8")
    lying = Overlay(1, (released(worded()),))
    assert [one.put for one in export(content, lying, force=False).texts] == [Put.BOTH_CHANGED]
    assert "仓库里改的" in file.read_text("utf-8")
    assert export(content, lying, force=True).is_whole
    assert file.read_text("utf-8") == worded()


def test_an_entry_that_moved_to_another_topic_leaves_its_old_file(content: Path) -> None:
    text = worded().replace("topic: fangchan", "topic: linli")
    done = export(content, Overlay(1, (released(text),)), force=False)
    assert done.is_whole
    entries, faults = read_entries(content / "entries")
    assert faults == ()
    assert {e.id: e.topic for e in entries}[ENTRY.id] == TopicId("linli")


@pytest.mark.parametrize("value", ["李律师", "", 'O\'Brien: "老李"', "yes", "2026-11-23", "#1"])
def test_a_field_that_is_set_reads_back_and_all_else_stays(value: str) -> None:
    text = with_field(ENTRY.source, "reviewed_by", value)
    entries = FILES.under(Overlay(1, (released(text),))).entries
    assert entries[ENTRY.id].reviewed_by == value
    assert with_field(text, "reviewed_by", ENTRY.reviewed_by) == ENTRY.source
    assert replace(entries[ENTRY.id], reviewed_by="", file="", version="") == replace(
        ENTRY, reviewed_by="", file="", version=""
    )
