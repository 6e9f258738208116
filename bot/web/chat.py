"""The resident chat page: the same conversation as in WeChat, for anybody with a browser."""

import re
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    render_template,
    request,
)
from itsdangerous import BadSignature, URLSafeSerializer

from bot.services import Services
from bot.web.access import open_to_all
from bot.web.crowding import TRY_AGAIN, is_crowded_for, words_for_later
from bot.web.labels import Labels, page_labels
from config.settings import SettingsError
from handlers.cases import Author, Consultation, Route, State, Utterance
from handlers.model import (
    Address,
    ChannelName,
    Kind,
    Message,
    MessageId,
    Offer,
    Reply,
    ResidentId,
)

COOKIE = "fxm_resident"
COOKIE_SECONDS = 365 * 24 * 3600
"""Whoever asks again within a year finds the conversation where they left it."""

TOKEN_BYTES = 16
"""128 bits: nobody guesses another resident's conversation."""

LONGEST_TEXT = 2_000
"""Characters of one message: a long story, still readable for those who answer it."""

LONGEST_BODY = 64_000
"""Bytes of one post: the longest text with every character escaped, and room to spare."""

PAGE_LENGTH = 100
"""Utterances given at once; the page asks again while there are more."""

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class _Chat:
    """The routes of `/chat`."""

    services: Services
    labels: Labels
    signer: URLSafeSerializer

    @open_to_all
    def page(self) -> Response:
        """The page itself; a first visitor gets a token."""
        erased = "erased" in request.args
        page = render_template("chat.html", longest=LONGEST_TEXT, erased=erased)
        return self._as(self._token() or token_hex(TOKEN_BYTES), page)

    @open_to_all
    def receive(self) -> Response:
        """A message; the same id again gets the same reply."""
        self._refuse_other_sites()
        token = self._token() or token_hex(TOKEN_BYTES)
        identifier, text = self._given()
        message = Message(
            sender=Address(ChannelName.CHAT, token),
            key=f"c:{identifier}",
            kind=Kind.TEXT,
            text=text,
            received_at=self.services.clock(),
        )
        if is_crowded_for(self.services, message.sender):
            return self._as(token, self._put_off(message))
        reply = self.services.reception.receive(message)
        return self._as(token, jsonify(reply=self._shown_reply(reply)))

    @open_to_all
    def messages(self) -> Response:
        """What was said after an utterance; answers that waited for the page have arrived."""
        after = request.args.get("after", "0")
        if not re.fullmatch(r"\d{1,18}", after):
            self._refuse(400, "after")
        token = self._token()
        if token is None:
            return jsonify(messages=[], next=0, waiting=None)
        said, waiting = self._said(Address(ChannelName.CHAT, token), MessageId(int(after)))
        return jsonify(
            messages=[self._shown(utterance) for utterance in said],
            next=said[-1].id if said else int(after),
            waiting=_shown_case(waiting),
        )

    @open_to_all
    def erase(self) -> Response:
        """Erases the resident of this page, who is somebody new from now on.

        A second time, or for somebody who never wrote, there is nothing to erase.
        """
        self._refuse_other_sites()
        if (token := self._token()) is not None:
            self.services.reception.receive(
                Message(
                    sender=Address(ChannelName.CHAT, token),
                    key=f"leave:{token_hex(TOKEN_BYTES)}",
                    kind=Kind.LEAVE,
                    text="",
                    received_at=self.services.clock(),
                )
            )
        return self._as(token_hex(TOKEN_BYTES), jsonify(erased=True))

    def _put_off(self, message: Message) -> Response:
        """Nothing is kept; the page keeps the message and shows a button to send it again."""
        words = words_for_later(self.services, message)
        response = make_response(jsonify(error="crowded", message=words), 429)
        response.headers["Retry-After"] = str(TRY_AGAIN)
        return response

    def _said(
        self, address: Address, after: MessageId
    ) -> tuple[list[Utterance], Consultation | None]:
        with self.services.store.read() as records:
            resident = records.conversations.known(address)
            if resident is None:
                return [], None
            said = list(records.conversations.since(resident.id, after, PAGE_LENGTH))
            latest = records.consultations.latest_of(resident.id)
            held = bool(records.deliveries.held_for(resident.id))
        # A full page may leave out the answer; the next one brings it.
        if held and (not after or len(said) < PAGE_LENGTH):
            self._settle(resident.id)
        return said, latest

    def _settle(self, resident: ResidentId) -> None:
        with self.services.store.write() as records:
            for delivery in records.deliveries.held_for(resident):
                records.deliveries.settle(delivery, Route.PAGE, self.services.clock())

    def _given(self) -> tuple[str, str]:
        """The id and the text of a post."""
        request.max_content_length = LONGEST_BODY
        if not request.is_json:
            self._refuse(415, "not_json")
        body = request.get_json(silent=True)
        given: dict[str, Any] = body if isinstance(body, dict) else {}
        identifier, text = given.get("id"), given.get("text")
        if not isinstance(identifier, str) or not _CLIENT_ID.fullmatch(identifier):
            self._refuse(400, "id")
        if not isinstance(text, str) or not text.strip():
            self._refuse(400, "text")
        if len(text.strip()) > LONGEST_TEXT:
            self._refuse(413, "too_long", most=LONGEST_TEXT)
        return identifier, text.strip()

    def _refuse_other_sites(self) -> None:
        """Posts come from our own page, or from a program, which sends neither header."""
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site is not None:
            ours = site == "same-origin"
        else:
            ours = origin is None or urlsplit(origin).netloc == request.host
        if not ours:
            self._refuse(403, "other_site")

    def _refuse(self, status: int, code: str, **blanks: object) -> NoReturn:
        message = self.labels.say("chat_error", code, **blanks)
        abort(make_response(jsonify(error=code, message=message), status))

    def _token(self) -> str | None:
        """The token of a cookie that we signed ourselves."""
        try:
            return str(self.signer.loads(request.cookies.get(COOKIE, "")))
        except BadSignature:
            return None

    def _as(self, token: str, body: Response | str) -> Response:
        """A response for the resident with this token, who keeps it for another year."""
        response = make_response(body)
        response.set_cookie(
            COOKIE,
            self.signer.dumps(token),
            max_age=COOKIE_SECONDS,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    def _shown(self, utterance: Utterance) -> dict[str, Any]:
        from_staff = utterance.author is Author.STAFF
        zone = self.services.settings.zone
        return {
            "id": utterance.id,
            "author": utterance.author,
            "text": utterance.text,
            "at": utterance.at.astimezone(zone).isoformat(timespec="seconds"),
            "consultation": utterance.consultation,
            "decision": utterance.decision,
            # The page shows a person's whole answer at once.
            **self._shown_offer(Offer() if from_staff else utterance.offer),
        }

    def _shown_reply(self, reply: Reply) -> dict[str, Any]:
        return {
            "text": reply.text,
            "decision": reply.decision,
            "consultation": reply.consultation,
            **self._shown_offer(reply.offer),
        }

    def _shown_offer(self, offer: Offer) -> dict[str, Any]:
        entries = self.services.library.entries
        choices = [
            {"number": number, "title": entries[entry].title}
            for number, entry in enumerate(offer.choices, start=1)
            if entry in entries
        ]
        return {"choices": choices, "more": bool(offer.rest)}


def chat_pages(services: Services) -> Blueprint:
    """The page and what it calls. Raises SettingsError without a SECRET_KEY."""
    if services.settings.secret_key is None:
        raise SettingsError(["SECRET_KEY: Field required"])
    signer = URLSafeSerializer(services.settings.secret_key.get_secret_value(), salt="resident")
    chat = _Chat(services, page_labels(), signer)
    pages = Blueprint("chat", __name__)
    pages.add_url_rule("/chat", view_func=chat.page)
    pages.add_url_rule("/chat/messages", view_func=chat.messages)
    pages.add_url_rule("/chat/messages", view_func=chat.receive, methods=["POST"])
    pages.add_url_rule("/chat/messages", view_func=chat.erase, methods=["DELETE"])
    return pages


def _shown_case(latest: Consultation | None) -> dict[str, Any] | None:
    """The case that still waits for an answer, if there is one."""
    if latest is None or latest.state not in (State.WAITING, State.CLAIMED):
        return None
    return {"number": latest.number, "state": latest.state}
