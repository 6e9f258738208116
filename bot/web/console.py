"""The staff console: log-in, the queue, and a case with everything one can do with it."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    request,
    url_for,
)
from flask import render_template as render
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from bot.services import Services
from bot.web.access import open_to_all
from bot.web.attachments import AttachmentPages
from bot.web.auth import (
    FAILURES,
    LOCK,
    Doorkeeper,
    SignedIn,
    begin_session,
    end_session,
    is_signed_in,
    local_path,
    staff_only,
)
from bot.web.labels import Labels, page_labels
from bot.web.pictures import case_picture, queue_picture
from handlers.cases import Consultation, Delivery, Staff
from handlers.desk import ANSWER_LIMIT, View
from handlers.errors import AlreadyTaken, BadInput, NotPossible
from handlers.model import ConsultationNumber

ROWS = 20
"""Consultations on one page of a list."""

MOST_PAGES = 100_000
"""Far behind the last page; keeps numbers small enough for any database."""

LONGEST_FORM = 256_000
"""Bytes. An answer several times too long still comes back to whoever wrote it."""

_NUMBER = "<int(max=999999999):number>"
"""Numbers that a database can hold; others are no case of ours."""

Act = Callable[[ConsultationNumber, Staff], Consultation]


@dataclass(frozen=True, slots=True)
class _Console:
    """The routes of `/console/`."""

    services: Services
    labels: Labels
    keeper: Doorkeeper

    @open_to_all
    def log_in(self) -> ResponseReturnValue:
        """The form, and what becomes of it."""
        there = local_path(request.args.get("next", ""))
        if request.method == "GET":
            return render("console/login.html", there=there, name="", problem="")
        name = request.form.get("name", "").replace("\0", "").strip()
        admitted = self.keeper.admit(name, request.form.get("password", ""))
        if isinstance(admitted, SignedIn):
            begin_session(self.services, admitted)
            return redirect(there)
        minutes = int(LOCK.total_seconds() // 60)
        problem = self._say_log_in("refused", failures=FAILURES, lock=minutes)
        page = render("console/login.html", there=there, name=name, problem=problem)
        return page, 401

    @staff_only
    def log_out(self, staff: Staff) -> ResponseReturnValue:
        """Ends the sessions of whoever asks; in this browser whatever happens then."""
        end_session()
        self.keeper.dismiss(staff)
        return redirect(url_for("console.log_in"))

    @staff_only
    def queue(self, staff: Staff) -> ResponseReturnValue:
        """One page of a list."""
        view = _view()
        page = min(max(1, request.args.get("page", 1, type=int)), MOST_PAGES)
        listed = self.services.desk.queue(view, staff, (page - 1) * ROWS, ROWS)
        pages = max(1, ceil(listed.counts[view] / ROWS))
        if page > pages:
            return redirect(url_for("console.queue", view=view, page=pages))
        picture = queue_picture(self.services, listed, view, page, pages)
        address = {"view": view, "page": page}
        return _live("queue", address, {"queue": picture}, {"staff": staff})

    @staff_only
    def case(self, staff: Staff, number: int) -> ResponseReturnValue:
        """One case."""
        note = request.args.get("note", "")
        known = note if note in self.labels.groups["note"] else ""
        return self._case(staff, number, note=known)

    @staff_only
    def claim(self, staff: Staff, number: int) -> ResponseReturnValue:
        """Takes a case."""
        return self._act(staff, number, self.services.desk.claim, "claimed")

    @staff_only
    def release(self, staff: Staff, number: int) -> ResponseReturnValue:
        """Gives a case back."""
        return self._act(staff, number, self.services.desk.release, "released")

    @staff_only
    def close(self, staff: Staff, number: int) -> ResponseReturnValue:
        """Ends a case."""
        return self._act(staff, number, self.services.desk.close, "closed")

    @staff_only
    def reopen(self, staff: Staff, number: int) -> ResponseReturnValue:
        """Takes up a closed case."""
        return self._act(staff, number, self.services.desk.reopen, "reopened")

    @staff_only
    def answer(self, staff: Staff, number: int) -> ResponseReturnValue:
        """Sends an answer. What could not be sent is still in the form that comes back."""
        # Forms send line breaks as two characters.
        text = request.form.get("text", "").replace("\r\n", "\n")
        try:
            delivery = self._answered(staff, number, text)
        except BadInput:
            return self._refused(staff, number, self._unusable(text), text)
        except AlreadyTaken as taken:
            return self._refused(staff, number, self._taken(taken), text)
        except NotPossible:
            problem = self.labels.say("problem", "not_possible_answer")
            return self._refused(staff, number, problem, text)
        self.services.wake(delivery.id)
        return redirect(url_for("console.case", number=number, note="answered"))

    def _answered(self, staff: Staff, number: int, text: str) -> Delivery:
        return self.services.desk.answer(ConsultationNumber(number), staff, text)

    def _act(self, staff: Staff, number: int, act: Act, note: str) -> ResponseReturnValue:
        try:
            act(ConsultationNumber(number), staff)
        except AlreadyTaken as taken:
            return self._refused(staff, number, self._taken(taken))
        except NotPossible:
            return self._refused(staff, number, self.labels.say("problem", "not_possible"))
        return redirect(url_for("console.case", number=number, note=note))

    def _refused(
        self, staff: Staff, number: int, problem: str, text: str = ""
    ) -> ResponseReturnValue:
        return self._case(staff, number, problem, text), 409

    def _case(
        self, staff: Staff, number: int, problem: str = "", text: str = "", note: str = ""
    ) -> Response:
        case = self.services.desk.case(ConsultationNumber(number))
        picture = case_picture(self.services, case, staff)
        said = {"staff": staff, "problem": problem, "text": text, "note": note}
        return _live("case", {"number": number}, {"case": picture}, said)

    def _taken(self, taken: AlreadyTaken) -> str:
        code = "taken" if taken.holder else "taken_somebody"
        return self.labels.say("problem", code, holder=taken.holder)

    def _unusable(self, text: str) -> str:
        words = text.strip()
        code = "too_long" if words else "empty"
        return self.labels.say("problem", code, most=ANSWER_LIMIT, now=len(words))

    def _say_log_in(self, code: str, **blanks: object) -> str:
        return self.labels.say("log_in", code, **blanks)


def console_pages(services: Services) -> Blueprint:
    """The console; every form needs its token."""
    console = _Console(services, page_labels(), Doorkeeper(services.store, services.clock))
    pages = Blueprint("console", __name__, url_prefix="/console")
    pages.add_url_rule("/login", view_func=console.log_in, methods=["GET", "POST"])
    pages.add_url_rule("/logout", view_func=console.log_out, methods=["POST"])
    pages.add_url_rule("/", view_func=console.queue)
    pages.add_url_rule(f"/cases/{_NUMBER}", view_func=console.case)
    for act in (console.claim, console.release, console.answer, console.close, console.reopen):
        address = f"/cases/{_NUMBER}/{act.__name__}"
        pages.add_url_rule(address, view_func=act, methods=["POST"])
    attachments = AttachmentPages(services)
    pages.add_url_rule(f"/attachments/{_NUMBER}", view_func=attachments.attachment)
    pages.before_request(_check_form)
    return pages


def _check_form() -> None:
    """Refuses forms of other sites. Who is not logged in gets no further anyhow."""
    request.max_content_length = LONGEST_FORM
    request.max_form_memory_size = LONGEST_FORM
    if request.endpoint == "console.log_in" or is_signed_in():
        current_app.extensions["csrf"].protect()


def _view() -> View:
    try:
        return View(request.args.get("view", View.WAITING))
    except ValueError:
        abort(404)


def _live(
    name: str, address: dict[str, Any], changing: dict[str, Any], around: dict[str, Any]
) -> Response:
    """A page whose `changing` part asks for itself again and again.

    htmx gets that part alone, or nothing if it shows it already: then neither focus nor a
    selection is lost.
    """
    body = render(f"console/_{name}.html", **changing)
    seen = sha256(body.encode()).hexdigest()[:16]
    partial = request.headers.get("HX-Request") == "true"
    shown = {
        "name": name,
        "alone": partial,
        "body": Markup(body),  # noqa: S704  our own template's output
        "again": url_for(f"console.{name}", **address, seen=seen),
        **changing,
    }
    if not partial:
        return make_response(render(f"console/{name}.html", **shown, **around))
    if request.args.get("seen") == seen:
        return Response(status=204)
    return make_response(render("console/_live.html", **shown))
