"""The pages of what is published: the list, an entry, and what one person may do to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot.web.auth import staff_only
from bot.web.editing.beginning import blank_text, chosen_id
from bot.web.editing.form import in_plain_words
from bot.web.editing.pages import page, problem, said, to_draft
from bot.web.editing.room import Workroom, require, topics
from bot.web.editing.shelf import Care, Sought, list_picture
from bot.web.editing.shown import entry_picture
from handlers.archive import RELEASERS, WRITERS
from handlers.cases import Staff
from handlers.errors import BadInput, NotPossible, Unfit
from handlers.revisions import Revision, RevisionId
from knowledge.entry import EntryId

MOST_PAGES = 10_000
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class EntryPages:
    """The routes that show what residents get."""

    room: Workroom

    @staff_only
    def listed(self, staff: Staff) -> ResponseReturnValue:
        """The list of entries. Any member of staff."""
        sought = Sought(
            words=request.args.get("q", "").strip()[:LONGEST_SEARCH],
            topic=request.args.get("topic", ""),
            care=request.args.get("care", ""),
            page=min(max(1, request.args.get("page", 1, type=int)), MOST_PAGES),
        )
        if sought.care and sought.care not in list(Care):
            abort(404)
        return page("list", staff, knowledge=list_picture(self.room, staff, sought))

    @staff_only
    def entry(self, staff: Staff, entry: str) -> ResponseReturnValue:
        """An entry as residents get it, with its law and history. Any member of staff."""
        return self._entry(staff, EntryId(entry))

    @staff_only
    def begin(self, staff: Staff, entry: str) -> ResponseReturnValue:
        """Opens a draft of an entry. Whoever may write."""
        require(staff, WRITERS)
        return to_draft(self.room.curator.begin(EntryId(entry), staff))

    @staff_only
    def new(self, staff: Staff) -> ResponseReturnValue:
        """A new entry: its id, then the editor. Whoever may write."""
        require(staff, WRITERS)
        if request.method != "POST":  # HEAD too: it needs no form token, and must change nothing
            return self._new(staff)
        try:
            name = chosen_id(self.room, request.form.get("id", ""), request.form.get("topic", ""))
            draft = self.room.curator.begin_new(blank_text(self.room, name), staff)
        except BadInput as bad:
            code = "unknown_topic" if bad.field == "topic" else "bad_id"
            return self._new(staff, problem(code)), 409
        except NotPossible:
            return self._new(staff, problem("taken_id")), 409
        return to_draft(draft)

    @staff_only
    def withdraw(self, staff: Staff, entry: str) -> ResponseReturnValue:
        """Stops an answer at once, with a reason. Lawyers and administrators; one is enough."""
        require(staff, RELEASERS)
        remark = said("remark")
        if not remark:
            return self._entry(staff, EntryId(entry), problem("no_reason")), 409
        try:
            done = self.room.curator.withdraw(EntryId(entry), staff, remark)
        except NotPossible:
            return self._entry(staff, EntryId(entry), problem("as_it_is")), 409
        return self._released(done, "withdrawn")

    @staff_only
    def roll_back(self, staff: Staff, entry: str) -> ResponseReturnValue:
        """An earlier text again. Lawyers and administrators; one is enough."""
        require(staff, RELEASERS)
        number = request.form.get("to", type=int)
        to = RevisionId(number) if number else None
        try:
            done = self.room.curator.roll_back(EntryId(entry), to, staff, said("remark"))
        except Unfit as unfit:
            told = [in_plain_words(fault.message) for fault in unfit.faults]
            return self._entry(staff, EntryId(entry), problem("unfit_earlier"), told), 409
        except NotPossible:
            return self._entry(staff, EntryId(entry), problem("as_it_is")), 409
        return self._released(done, "rolled_back")

    def _entry(
        self, staff: Staff, entry: EntryId, told: str = "", faults: Sequence[str] = ()
    ) -> str:
        picture = entry_picture(self.room, entry)
        return page("entry", staff, entry=picture, problem=told, faults=faults)

    def _released(self, done: Revision, note: str) -> ResponseReturnValue:
        return redirect(url_for("knowledge.entry", entry=done.entry, note=note))

    def _new(self, staff: Staff, told: str = "") -> str:
        bench = self.room.bench()
        free = [row for row in bench.rules.plan.values() if row.id not in bench.library.entries]
        return page(
            "new",
            staff,
            given=request.form.get("id", ""),
            topic=request.form.get("topic", ""),
            problem=told,
            plan=free,
            topics=topics(),
        )
