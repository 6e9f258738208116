"""Entries as an Excel file from the console: one down, one up, and what became of every row."""

from dataclasses import dataclass
from io import BytesIO

from flask import request, send_file
from flask.typing import ResponseReturnValue

from bot.web.auth import staff_only
from bot.web.editing.intake import Intake, Outcome, Taken
from bot.web.editing.opening import LARGEST_FILE, UnusableFileError, rows_in
from bot.web.editing.pages import page
from bot.web.editing.room import Workroom, require
from bot.web.editing.sheets import word_for
from bot.web.editing.workbook import workbook_of
from handlers.archive import WRITERS
from handlers.cases import Staff

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class SheetPages:
    """The routes of the Excel file."""

    room: Workroom

    @staff_only
    def sheets(self, staff: Staff) -> ResponseReturnValue:
        """What one can do with the file. Any member of staff."""
        return page("sheets", staff)

    @staff_only
    def download(self, staff: Staff) -> ResponseReturnValue:  # noqa: ARG002  staff_only gives it
        """All entries as they are published. Any member of staff."""
        content = workbook_of(self.room.edition().library.entries.values())
        name = f"{word_for('sheet', 'file')}-{self.room.services.day().isoformat()}.xlsx"
        return send_file(BytesIO(content), _EXCEL, as_attachment=True, download_name=name)

    @staff_only
    def upload(self, staff: Staff) -> ResponseReturnValue:
        """Rows that changed become drafts. Whoever may write."""
        require(staff, WRITERS)
        given = request.files.get("file")
        content = given.read(LARGEST_FILE + 1) if given else b""
        if not content:
            return page("sheets", staff, problem=word_for("sheet_refused", "none")), 409
        try:
            rows = rows_in(content)
        except UnusableFileError as unusable:
            return page("sheets", staff, problem=unusable.message), 409
        taken = Intake(self.room.curator, staff, self.room.spelt_out).take(rows)
        return page("sheets", staff, taken=_worth_telling(taken), counts=_counts(taken))


def _worth_telling(taken: list[Taken]) -> list[Taken]:
    """What is to be put right first; rows that nobody changed are only counted."""
    told = [one for one in taken if one.outcome is not Outcome.UNCHANGED]
    return sorted(told, key=lambda one: (one.outcome is not Outcome.BAD, one.row))


def _counts(taken: list[Taken]) -> dict[str, int]:
    return {str(kind): sum(one.outcome is kind for one in taken) for kind in Outcome}
