"""What was released in the console, written back into the files of the repository."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from knowledge.entry import Citation, Entry, EntryId
from knowledge.entrytext import version_of
from knowledge.files import examine_text
from knowledge.library import Library
from knowledge.overlay import Overlay, Released
from knowledge.statutes.lock import LOCK_FILE, CitationLock, Locked


class Put(StrEnum):
    """What became of one released text."""

    WRITTEN = "written"
    BOTH_CHANGED = "both_changed"
    """The file was changed after the text was begun: somebody has to look at both."""
    UNREADABLE = "unreadable"
    """The text is no entry that this version could read."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One released text and its file."""

    entry: EntryId
    path: Path
    put: Put


@dataclass(frozen=True, slots=True)
class Export:
    """What was done with every text that lay over the files, and how many lock rows changed."""

    texts: tuple[Exported, ...]
    rows: int

    @property
    def is_whole(self) -> bool:
        """Whether everything was written."""
        return all(one.put is Put.WRITTEN for one in self.texts)


def export(content: Path, overlay: Overlay, *, force: bool) -> Export:
    """Writes what differs from the files of a content folder, and the lock rows it brings.

    A second time writes nothing. With `force` also over a file that was changed since.
    """
    files = Library.read(content)
    lying = [one for one in overlay if files.lies_under(one)]
    done = [_put(content, files, one, force=force) for one in lying]
    written = [one for one, put in zip(lying, done, strict=True) if put.put is Put.WRITTEN]
    lock = _lock_with(files, Library.read(content), written)
    changed = len(set(lock) ^ set(files.lock))
    if changed:
        lock.write(content / "statutes" / LOCK_FILE)
    return Export(tuple(done), changed)


def _put(content: Path, files: Library, one: Released, *, force: bool) -> Exported:
    path = content / "entries" / one.topic / f"{one.entry}.md"
    before = files.entries.get(one.entry)
    entry, _ = examine_text(one.text, path)
    if entry is None:
        return Exported(one.entry, path, Put.UNREADABLE)
    if _changed_since(one, path, before) and not force:
        return Exported(one.entry, path, Put.BOTH_CHANGED)
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(one.text, "utf-8")
    new.replace(path)
    if before is not None and Path(before.file) != path:  # it has moved to another topic
        Path(before.file).unlink(missing_ok=True)
    return Exported(one.entry, path, Put.WRITTEN)


def _changed_since(one: Released, path: Path, before: Entry | None) -> bool:
    if before is not None:
        return before.version != one.over
    # No entry could be read, and yet a file may be there: somebody is at work on it.
    return path.exists() and version_of(path.read_text("utf-8")) != one.over


def _lock_with(before: Library, after: Library, written: list[Released]) -> CitationLock:
    """The lock with the rows of what was written, less those that nothing cites any more.

    What was read before and says the same keeps its row: a file changes only where it has to.
    """
    rows = {row.key: row for row in before.lock}
    for row in (before.as_registered(row) for one in written for row in one.rows):
        kept = rows.get(row.key)
        rows[row.key] = row if kept is None or kept.sha256 != row.sha256 else _same(kept, row)
    cited, once = set(_cited(after)), set(_cited(before))
    dropped = once - cited
    return CitationLock.of(row for (of, _), row in rows.items() if of not in dropped)


def _same(kept: Locked, row: Locked) -> Locked:
    days = row.effective_from, row.effective_until
    return replace(kept, effective_from=days[0], effective_until=days[1])


def _cited(library: Library) -> Iterator[Citation]:
    for citing in library.citing():
        yield from citing.citations
