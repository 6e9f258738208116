"""Rows of a sheet become drafts, each for itself: nothing good is lost because of one bad row."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.web.editing.form import in_plain_words
from bot.web.editing.room import topics
from bot.web.editing.sheets import COLUMNS, CellFault, SheetRow, word_for
from handlers.cases import Staff
from handlers.curator import Curator
from handlers.errors import BadInput, NotFound
from handlers.revisions import Act, Published, Revision
from knowledge.entry import EntryId, TopicId
from knowledge.entryfile import EntryForm, form_of, written
from knowledge.entrytext import version_of
from knowledge.errors import ContentError
from knowledge.files import FACETS, SECTIONS, examine_text, place_of

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_ELSEWHERE = {"headings": next(iter(SECTIONS)), "facets": next(iter(FACETS)), "": "id"}
"""Columns for complaints that name no column."""


class Outcome(StrEnum):
    """What became of a row."""

    UNCHANGED = "unchanged"
    ADDED = "added"
    DRAFTED = "drafted"
    KEPT = "kept"
    OUTDATED = "outdated"
    OLDER = "older"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one row, and the draft if there is one."""

    row: int
    entry: str
    outcome: Outcome
    faults: tuple[CellFault, ...] = ()
    revision: Revision | None = None
    title: str = ""


@dataclass(slots=True)
class Intake:
    """Takes rows in for one member of staff; `spell` puts names of laws right."""

    curator: Curator
    staff: Staff
    spell: Callable[[EntryForm], EntryForm]
    _seen: dict[str, int] = field(default_factory=dict)

    def take(self, rows: Sequence[SheetRow]) -> list[Taken]:
        """One after the other, in the order of the sheet. The same sheet again makes no new drafts.

        Raises NotAllowed, Unreachable.
        """
        before = self.curator.open_revisions(author=self.staff)
        return [replace(self._take(row, before), title=row.form.title) for row in rows]

    def _take(self, row: SheetRow, before: Sequence[Revision]) -> Taken:
        row = replace(row, form=self.spell(row.form))
        first = self._seen.setdefault(row.form.id, row.number)
        if first != row.number:
            return _bad(row, CellFault("id", word_for("sheet_fault", "twice", row=first)))
        if not _ID.fullmatch(row.form.id):
            return _bad(row, CellFault("id", word_for("sheet_fault", "id")))
        try:
            now = self.curator.published(EntryId(row.form.id))
        except NotFound:
            return self._new(row, before)
        return self._changed(row, now, before)

    def _new(self, row: SheetRow, before: Sequence[Revision]) -> Taken:
        if row.version:
            return _bad(row, CellFault("id", word_for("sheet_fault", "unknown")))
        if row.form.topic != row.form.id.partition("-")[0] or row.form.topic not in topics():
            return _bad(row, CellFault("topic", word_for("sheet_fault", "topic")))
        return self._drafted(row, replace(row.form, reviewed_by=""), Outcome.ADDED, before)

    def _changed(self, row: SheetRow, now: Published, before: Sequence[Revision]) -> Taken:
        if _says(row, now.text):
            return Taken(row.number, row.form.id, Outcome.UNCHANGED)
        if not row.version:
            return _bad(row, CellFault("id", word_for("sheet_fault", "no_version")))
        if row.version == now.version:
            return self._drafted(row, _with_review(row.form, now.text), Outcome.DRAFTED, before)
        if any(_says(row, text) for text in self._earlier(row)):
            return Taken(row.number, row.form.id, Outcome.OLDER)
        return self._drafted(row, _with_review(row.form, now.text), Outcome.OUTDATED, before)

    def _drafted(
        self, row: SheetRow, form: EntryForm, outcome: Outcome, before: Sequence[Revision]
    ) -> Taken:
        text = written(form)
        # What the sheet said of a cell, the check of the text would say again in other words.
        told = {fault.column for fault in row.faults}
        unreadable = tuple(one for one in _unreadable(form, text) if one.column not in told)
        if row.faults or unreadable:
            return _bad(row, *unreadable)
        # Also what was handed over since: the same words again are no second draft.
        mine = (one for one in before if one.entry == form.id and _says(row, one.text))
        if outcome is not Outcome.OUTDATED and (same := next(mine, None)):
            return Taken(row.number, form.id, Outcome.KEPT, (), same)
        try:
            draft = self.curator.begin_new(text, self.staff, Act.IMPORTED, row.version)
        except BadInput:
            return _bad(row, CellFault("id", word_for("sheet_fault", "too_long")))
        return Taken(row.number, form.id, outcome, (), draft)

    def _earlier(self, row: SheetRow) -> Iterator[str]:
        """The texts that a row may have been made of."""
        entry = EntryId(row.form.id)
        texts = (*(one.text for one in self.curator.history(entry)), self.curator.file_text(entry))
        yield from (text for text in texts if text and version_of(text) == row.version)


def _says(row: SheetRow, text: str) -> bool:
    """Whether a row says what a text says, but for the reviewer, whom no sheet can name."""
    try:
        given = form_of(text)
    except ContentError:
        return False
    mine = replace(row.form, reviewed_by=given.reviewed_by)
    return not row.faults and form_of(written(mine)) == form_of(written(given))


def _with_review(form: EntryForm, text: str) -> EntryForm:
    try:
        return replace(form, reviewed_by=form_of(text).reviewed_by)
    except ContentError:
        return replace(form, reviewed_by="")


def _unreadable(form: EntryForm, text: str) -> Iterator[CellFault]:
    """Why the row is no entry, at its columns. What an entry says is judged in its draft."""
    _, faults = examine_text(text, place_of(TopicId(form.topic), EntryId(form.id)))
    for fault in faults:
        name = _ELSEWHERE.get(fault.field, fault.field)
        yield CellFault(name if name in COLUMNS else "id", in_plain_words(fault.message))


def _bad(row: SheetRow, *faults: CellFault) -> Taken:
    return Taken(row.number, row.form.id, Outcome.BAD, (*row.faults, *faults))
