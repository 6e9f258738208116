"""What all pages of the knowledge base share: who is told what, and where it leads."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.web.labels import page_labels
from handlers.archive import RELEASERS, WRITERS
from handlers.cases import Role, Staff
from handlers.revisions import Revision

LONGEST_REMARK = 2_000


def page(name: str, staff: Staff, **shown: Any) -> str:
    """A page of the knowledge base; `note` in its address is said once, if it is a known one."""
    note = request.args.get("note", "")
    known = note if note in page_labels().groups["knowledge_note"] else ""
    around = {
        "staff": staff,
        "section": "knowledge",
        "note": known,
        "may_write": staff.role in WRITERS,
        "may_release": staff.role in RELEASERS,
        "is_lawyer": staff.role is Role.LAWYER,
    }
    return render_template(f"console/knowledge/{name}.html", **around, **shown)


def problem(code: str, **blanks: object) -> str:
    """What could not be done, and what to do now."""
    return page_labels().say("knowledge_problem", code, **blanks)


def said(name: str) -> str:
    """A remark of a form, without what PostgreSQL does not keep."""
    given = request.form.get(name, "").replace("\r\n", "\n").replace("\0", "")
    return given.strip()[:LONGEST_REMARK]


def to_draft(draft: Revision, note: str = "") -> ResponseReturnValue:
    """Leads to the page of a revision."""
    return redirect(url_for("knowledge.draft", revision=draft.id, note=note or None))
