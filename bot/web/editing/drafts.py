"""The pages of a revision: the editor while it is a draft, then the page of the second person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.web.auth import staff_only
from bot.web.editing.form import blanks_of, figures_of, form_picture, typed_form
from bot.web.editing.pages import page, problem, said, to_draft
from bot.web.editing.room import Workroom, require
from bot.web.editing.shown import form_or_empty, revision_picture
from handlers.archive import RELEASERS, WRITERS
from handlers.cases import Staff
from handlers.curator import Curator
from handlers.errors import (
    BadInput,
    NotASecondPerson,
    NotPossible,
    Outdated,
    StaleSave,
    Unfit,
)
from handlers.revisions import Revision, RevisionId, RevisionState
from knowledge.differences import Difference, differences
from knowledge.entryfile import EntryForm, written

LONGEST_QUESTION = 500

Step = Callable[[Curator, RevisionId], Revision]

_REFUSALS = {
    NotASecondPerson: "not_a_second_person",
    NotPossible: "not_possible",
    Outdated: "outdated",
    StaleSave: "changed_since",
    Unfit: "unfit_release",
}


@dataclass(frozen=True, slots=True)
class DraftPages:
    """The routes of one revision."""

    room: Workroom

    @staff_only
    def draft(self, staff: Staff, revision: int) -> ResponseReturnValue:
        """The editor of a draft, for whoever may write; else the revision to be read."""
        found = self._get(revision)
        if found.state is RevisionState.DRAFT and staff.role in WRITERS:
            return self._editor(staff, found, form_or_empty(found.text))
        return self._review(staff, found)

    @staff_only
    def save(self, staff: Staff, revision: int) -> ResponseReturnValue:
        """Keeps what was typed, with all its faults; then what the button says."""
        require(staff, WRITERS)
        found = self._get(revision)
        before = form_or_empty(found.text)
        whole = replace(before, id=found.entry, topic=found.topic)
        form = self.room.spelt_out(typed_form(request.form, whole))
        saves = request.form.get("saves", -1, type=int)
        try:
            saved = self.room.curator.save(found.id, written(form), saves, staff)
        except StaleSave as stale:
            return self._stale(staff, stale.newer, form)
        except BadInput:
            return self._editor(staff, found, form, problem("too_long"), unsaved=True), 409
        except NotPossible:
            return self._editor(staff, found, form, problem("not_a_draft"), unsaved=True), 409
        match request.form.get("then", ""):
            case "preview":
                return redirect(url_for("knowledge.preview", revision=saved.id))
            case "submit":
                return self._submitted(staff, saved)
            case _:
                return to_draft(saved, "saved")

    @staff_only
    def preview(self, staff: Staff, revision: int) -> ResponseReturnValue:
        """What residents would get, and where questions would go. Any member of staff."""
        found = self._get(revision)
        question = request.args.get("q", "").strip()[:LONGEST_QUESTION]
        picture = revision_picture(self.room, found, staff.id, tests=True)
        heard = picture.rehearsal.ask(question) if question else None
        return page("preview", staff, shown=picture, question=question, heard=heard)

    @staff_only
    def discard(self, staff: Staff, revision: int) -> ResponseReturnValue:
        """Puts a revision aside; it can be taken up again. Its writers, and who may release."""
        return self._step(staff, revision, "discarded", lambda c, r: c.discard(r, staff))

    @staff_only
    def restore(self, staff: Staff, revision: int) -> ResponseReturnValue:
        """Takes a discarded revision up again. As `discard`."""
        return self._step(staff, revision, "restored", lambda c, r: c.restore(r, staff))

    @staff_only
    def give_back(self, staff: Staff, revision: int) -> ResponseReturnValue:
        """Back to the author, with a remark. Who may release, and its writers."""
        remark = said("remark")
        found = self._get(revision)
        if not remark and staff.id != found.author.id:
            return self._review(staff, found, problem("no_remark")), 409
        return self._step(staff, revision, "returned", lambda c, r: c.give_back(r, staff, remark))

    @staff_only
    def rebase(self, staff: Staff, revision: int) -> ResponseReturnValue:
        """Goes on from what residents get by now, after a look at the difference. Writers."""
        onto = request.form.get("onto", "")
        return self._step(staff, revision, "rebased", lambda c, r: c.rebase(r, staff, onto))

    @staff_only
    def release(self, staff: Staff, revision: int) -> ResponseReturnValue:
        """Residents get it. Lawyers and administrators who had no hand in the text."""
        require(staff, RELEASERS)
        reviewed = request.form.get("reviewed") == "yes"
        # Who does not say what they looked at has looked at nothing.
        remark, seen = said("remark"), request.form.get("seen") or "nothing"
        return self._step(
            staff,
            revision,
            "released",
            lambda curator, found: curator.release(found, staff, reviewed, remark, seen),
        )

    @staff_only
    def article(self, staff: Staff) -> ResponseReturnValue:
        """An article's text for the form, alone or as a page. Any member of staff."""
        law, number = request.args.get("law", ""), request.args.get("article", "")
        found = self.room.article(law[:200], number[:40])
        if request.headers.get("X-Requested-With") == "fetch":
            return render_template("console/knowledge/_beside.html", article=found)
        return page("article", staff, article=found)

    def _get(self, revision: int) -> Revision:
        return self.room.curator.revision(RevisionId(revision))

    def _submitted(self, staff: Staff, saved: Revision) -> ResponseReturnValue:
        try:
            done = self.room.curator.submit(saved.id, staff, said("remark"))
        except Unfit:
            form = form_or_empty(saved.text)
            return self._editor(staff, saved, form, problem("unfit")), 409
        except Outdated:
            form = form_or_empty(saved.text)
            return self._editor(staff, saved, form, problem("outdated")), 409
        return to_draft(done, "submitted")

    def _step(self, staff: Staff, revision: int, note: str, step: Step) -> ResponseReturnValue:
        """One step of a revision, or the page again with why it cannot be."""
        try:
            done = step(self.room.curator, RevisionId(revision))
        except (NotASecondPerson, NotPossible, Outdated, StaleSave, Unfit) as error:
            found = self._get(revision)
            told = problem(_REFUSALS[type(error)])
            if found.state is RevisionState.DRAFT and staff.role in WRITERS:
                return self._editor(staff, found, form_or_empty(found.text), told), 409
            return self._review(staff, found, told), 409
        return to_draft(done, note)

    def _stale(self, staff: Staff, newer: Revision, form: EntryForm) -> ResponseReturnValue:
        """Somebody saved meanwhile: what was typed is still in the form, beside what changed."""
        theirs = differences(form, form_or_empty(newer.text))
        return self._editor(staff, newer, form, problem("stale"), theirs, unsaved=True), 409

    def _editor(
        self,
        staff: Staff,
        found: Revision,
        form: EntryForm,
        told: str = "",
        theirs: Sequence[Difference] = (),
        *,
        unsaved: bool = False,
    ) -> str:
        """The form; where it is `unsaved`, what stands in it is nowhere else."""
        as_typed = replace(found, text=written(form))
        picture = revision_picture(self.room, as_typed, staff.id, tests=False)
        library = self.room.services.library
        titles = {str(one.id): one.title for one in library.entries.values()}
        laws = [law.title for law in library.register.laws.values()]
        return page(
            "editor",
            staff,
            shown=picture,
            fields=form_picture(form, picture.rehearsal),
            blanks=blanks_of(library.filler),
            figures=figures_of(library.filler),
            titles=titles,
            laws=laws,
            problem=told,
            stale=theirs,
            unsaved=unsaved,
        )

    def _review(self, staff: Staff, found: Revision, told: str = "") -> str:
        tests = found.state is RevisionState.SUBMITTED
        picture = revision_picture(self.room, found, staff.id, tests=tests)
        return page("review", staff, shown=picture, problem=told)
