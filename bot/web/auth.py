"""Staff log in: a name, a password, a lock after five failures, and a session that ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import ClassVar, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user

from bot import passwords
from bot.services import Services
from bot.storage.personnel import Credentials
from bot.storage.store import SqlStore
from bot.web.access import MARK
from handlers.cases import Staff, StaffId
from handlers.ports import Clock

Self_ = TypeVar("Self_")
Given = ParamSpec("Given")

FAILURES = 5
"""Wrong passwords in a row until the name is locked; as many again for every further lock."""

LOCK = timedelta(minutes=10)
"""Long enough that guessing is hopeless, short enough for somebody who forgot."""

HOME = "/console/"

_PAGES = {"number": "console.case", "revision": "knowledge.draft", "entry": "knowledge.entry"}
"""What somebody acted on, and the page of it: there they go on after the log-in."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is logged in, in the shape that Flask-Login asks for."""

    staff: Staff
    epoch: int
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """Who, and which of their sessions still hold."""
        return f"{self.staff.id}.{self.epoch}"


@dataclass(frozen=True, slots=True)
class Refused:
    """Unknown name, wrong password, or locked after too many failures: nobody is told which.

    Else whoever guesses would learn from the lock which names there are.
    """


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Lets staff in. What it remembers is in the database, so every worker knows it."""

    store: SqlStore
    clock: Clock

    def admit(self, name: str, password: str) -> SignedIn | Refused:
        """Checks a password. A try counts as failed before the slow check, whatever happens then:
        any number of tries at once get no further than one after the other. A locked name takes
        as long as any other.
        """
        now = self.clock()
        with self.store.write() as records:
            known = records.personnel.credentials(name)
            if known and known.locked_until and known.locked_until > now:
                known = None
            if known:
                records.personnel.record_failure(known.staff.id, _lock(known, now))
        fits = passwords.matches(password, known.password_hash if known else None)
        if known is None or not fits or not known.staff.active:
            return Refused()
        with self.store.write() as records:
            records.personnel.record_success(known.staff.id)
        return SignedIn(known.staff, known.session_epoch)

    def dismiss(self, staff: Staff) -> None:
        """Ends every session of theirs, on whatever device, and with it every copy of a cookie."""
        with self.store.write() as records:
            records.personnel.end_sessions(staff.id)

    def recognise(self, session_id: str) -> SignedIn | None:
        """Who a session belongs to; None if they left or their sessions were ended."""
        staff_id, _, epoch = session_id.partition(".")
        if not (staff_id.isdecimal() and epoch.isdecimal()):
            return None
        with self.store.read() as records:
            staff = records.personnel.get(StaffId(int(staff_id)))
            known = records.personnel.credentials(staff.name) if staff else None
        if known is None or not known.staff.active or known.session_epoch != int(epoch):
            return None
        return SignedIn(known.staff, known.session_epoch)


def _lock(known: Credentials, now: datetime) -> datetime | None:
    """When the lock ends that this failure would bring."""
    return None if (known.failed_logins + 1) % FAILURES else now + LOCK


def install_log_in(app: Flask, services: Services) -> None:
    """Sets up sessions of staff on an application."""
    keeper = Doorkeeper(services.store, services.clock)
    manager = LoginManager()
    manager.session_protection = None  # a telephone changes its address all day
    # No context processor: an error page must not need the database.
    manager.init_app(app, add_context_processor=False)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(session_id: str) -> SignedIn | None:
        if services.clock().timestamp() >= session.get("until", 0):
            return None
        return keeper.recognise(session_id)


def begin_session(services: Services, user: SignedIn) -> None:
    """A new session; nothing of the one before remains."""
    session.clear()
    login_user(user)
    hours = timedelta(hours=services.settings.staff_session_hours)
    session["until"] = (services.clock() + hours).timestamp()
    session.permanent = True


def end_session() -> None:
    """Forgets who was here, in this browser alone."""
    logout_user()
    session.clear()


def is_signed_in() -> bool:
    """Whether this request comes from staff."""
    return bool(current_user.is_authenticated)


def staff_only(
    view: Callable[Concatenate[Self_, Staff, Given], ResponseReturnValue],
) -> Callable[Concatenate[Self_, Given], ResponseReturnValue]:
    """A method of pages that only staff may call; it receives who calls. Others go to log in."""

    @wraps(view)
    def guarded(pages: Self_, /, *args: Given.args, **kwargs: Given.kwargs) -> ResponseReturnValue:
        if not is_signed_in():
            return _to_log_in()
        user: SignedIn = current_user
        return view(pages, user.staff, *args, **kwargs)

    setattr(guarded, MARK, "staff")
    return guarded


def _to_log_in() -> Response:
    """To the log-in page and back again. htmx follows only its own header."""
    partial = request.headers.get("HX-Request") == "true"
    there = url_for("console.log_in", next=_page_to_return_to(partial=partial))
    if not partial:
        return make_response(redirect(there))
    response = make_response("", 401)
    response.headers["HX-Redirect"] = there
    return response


def _page_to_return_to(*, partial: bool) -> str:
    """The page somebody was on; after an action that of its case, draft or entry."""
    if partial:
        seen = urlsplit(request.headers.get("HX-Current-URL", HOME))
        return local_path(f"{seen.path}?{seen.query}" if seen.query else seen.path)
    if request.method == "GET":
        return local_path(request.full_path.rstrip("?"))
    given = request.view_args or {}
    for name, page in _PAGES.items():
        if name in given:
            return url_for(page, **{name: given[name]})
    return HOME


def local_path(there: str) -> str:
    """`there` if it leads into the console, else the console's first page."""
    try:
        parts = urlsplit(there)
    except ValueError:
        return HOME
    strange = parts.scheme or parts.netloc or "\\" in there or not there.isprintable()
    if strange or not parts.path.startswith(HOME) or "//" in parts.path:
        return HOME
    return there
