"""The addresses under `/console/knowledge`, and `/console/laws`; every form needs its token."""

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot.services import Services
from bot.web.auth import is_signed_in
from bot.web.editing.drafts import DraftPages
from bot.web.editing.entries import EntryPages
from bot.web.editing.form import in_plain_words
from bot.web.editing.lawlook import LawLook
from bot.web.editing.opening import LARGEST_FILE
from bot.web.editing.room import Workroom
from bot.web.editing.sheetpages import SheetPages
from handlers.errors import NotAllowed
from knowledge.entrytext import digest_of, version_of

LONGEST_FORM = 1_000_000
"""Bytes. A text several times too long still comes back to whoever wrote it."""

_AROUND_A_FILE = 20_000
"""Bytes of a form around the file that it carries."""

_REVISION = "/knowledge/drafts/<int(max=999999999):revision>"


def knowledge_pages(services: Services) -> Blueprint:
    """The pages of the knowledge base for staff."""
    room = Workroom(services)
    pages = Blueprint("knowledge", __name__, url_prefix="/console")
    _add_entries(pages, EntryPages(room))
    _add_drafts(pages, DraftPages(room))
    _add_sheets(pages, SheetPages(room))
    pages.add_url_rule("/laws", view_func=LawLook(services).laws)
    pages.before_request(_check_form)
    pages.add_app_template_filter(version_of, "version")
    pages.add_app_template_filter(digest_of, "digest")
    pages.add_app_template_filter(in_plain_words, "plain_words")
    pages.register_error_handler(NotAllowed, _refused)
    return pages


def _add_entries(pages: Blueprint, entries: EntryPages) -> None:
    pages.add_url_rule("/knowledge/", view_func=entries.listed)
    pages.add_url_rule("/knowledge/new", view_func=entries.new, methods=["GET", "POST"])
    pages.add_url_rule("/knowledge/entries/<entry>", view_func=entries.entry)
    for name, act in (
        ("edit", entries.begin),
        ("withdraw", entries.withdraw),
        ("roll-back", entries.roll_back),
    ):
        pages.add_url_rule(f"/knowledge/entries/<entry>/{name}", view_func=act, methods=["POST"])


def _add_drafts(pages: Blueprint, drafts: DraftPages) -> None:
    pages.add_url_rule(_REVISION, view_func=drafts.draft)
    pages.add_url_rule(f"{_REVISION}/preview", view_func=drafts.preview)
    pages.add_url_rule("/knowledge/article", view_func=drafts.article)
    for name, act in (
        ("save", drafts.save),
        ("discard", drafts.discard),
        ("restore", drafts.restore),
        ("return", drafts.give_back),
        ("rebase", drafts.rebase),
        ("release", drafts.release),
    ):
        pages.add_url_rule(f"{_REVISION}/{name}", view_func=act, methods=["POST"])


def _add_sheets(pages: Blueprint, sheets: SheetPages) -> None:
    pages.add_url_rule("/knowledge/excel", view_func=sheets.sheets)
    pages.add_url_rule("/knowledge/excel/download", view_func=sheets.download)
    pages.add_url_rule("/knowledge/excel/upload", view_func=sheets.upload, methods=["POST"])


def _check_form() -> None:
    """Refuses forms of other sites, too much of anything, and names that nobody can look up."""
    if any("\0" in str(given) for given in (request.view_args or {}).values()):
        abort(404)
    is_file = request.endpoint == "knowledge.upload"
    request.max_content_length = LARGEST_FILE + _AROUND_A_FILE if is_file else LONGEST_FORM
    request.max_form_memory_size = LONGEST_FORM
    if is_signed_in():
        current_app.extensions["csrf"].protect()


def _refused(_: Exception) -> ResponseReturnValue:
    """A role that may not do this: who may, and where to go on."""
    staff = current_user.staff
    return render_template("console/knowledge/refused.html", staff=staff, section="knowledge"), 403
