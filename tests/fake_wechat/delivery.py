"""Deliveries to a webhook: the five seconds, the three tries, and many at the same moment."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import requests

from tests.fake_wechat.clock import Clock
from tests.fake_wechat.reply import ServiceFault
from tests.fake_wechat.webhook import Parcel, Push, Webhook, signed_query, wrap

_HEADERS: Final = {"User-Agent": "Mozilla/4.0", "Content-Type": "text/xml", "Accept": "*/*"}
_OK: Final = 200


class RetryStamp(StrEnum):
    """Whether a repeated delivery is the same to the last byte, or signed and sealed anew."""

    SAME = "same"
    FRESH = "fresh"


@dataclass(frozen=True, slots=True)
class Patience:
    """How the platform waits: seconds for an answer, deliveries in all, seconds between them."""

    answer_seconds: float = 5.0
    deliveries: int = 3
    pause_seconds: float = 0.0
    retry_stamp: RetryStamp = RetryStamp.SAME


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one delivery; `status` is None when nothing did within the time."""

    status: int | None
    body: bytes
    seconds: float
    content_type: str = ""

    @property
    def counts(self) -> bool:
        """The platform takes it as the answer and does not deliver again."""
        return self.status == _OK


def post(url: str, parcel: Parcel, answer_seconds: float) -> Answer:
    """Deliver once over a connection of its own; never raises for what the service does."""
    began = time.monotonic()
    with requests.Session() as session:
        session.trust_env = False
        try:
            response = session.post(
                url,
                params=dict(parcel.query),
                data=parcel.body,
                headers=_HEADERS,
                timeout=answer_seconds,
                allow_redirects=False,
            )
        except requests.RequestException:
            return Answer(None, b"", time.monotonic() - began)
    seconds = time.monotonic() - began
    if seconds > answer_seconds:
        return Answer(None, b"", seconds)
    kind = response.headers.get("Content-Type", "")
    return Answer(response.status_code, response.content, seconds, kind)


def deliver(webhook: Webhook, push: Push, clock: Clock, patience: Patience) -> list[Answer]:
    """Deliver until an answer counts or the tries are used up; all answers, the last one last."""
    parcel = wrap(webhook, push, clock())
    answers = [post(webhook.url, parcel, patience.answer_seconds)]
    while not answers[-1].counts and len(answers) < patience.deliveries:
        time.sleep(patience.pause_seconds)
        if patience.retry_stamp is RetryStamp.FRESH:
            parcel = wrap(webhook, push, clock())
        answers.append(post(webhook.url, parcel, patience.answer_seconds))
    return answers


def fire(urls: Sequence[str], parcels: Sequence[Parcel], answer_seconds: float) -> list[Answer]:
    """Deliver all parcels at the same moment, spread over the addresses in turn."""
    together = threading.Barrier(len(parcels))

    def one(place: int) -> Answer:
        together.wait()
        return post(urls[place % len(urls)], parcels[place], answer_seconds)

    with ThreadPoolExecutor(max_workers=len(parcels)) as pool:
        return list(pool.map(one, range(len(parcels))))


def verify_address(webhook: Webhook, clock: Clock, answer_seconds: float = 5.0) -> None:
    """The check when an administrator saves the settings; raise `ServiceFault` if it fails.

    The service has to give the random text back, and nothing else.
    """
    query = signed_query(webhook, clock())
    echo = query["echostr"] = query["nonce"] * 2
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(webhook.url, params=query, timeout=answer_seconds)
        except requests.RequestException as error:
            reason = "the address does not answer"
            raise ServiceFault(reason) from error
    if answer.status_code != _OK or answer.content != echo.encode():
        reason = f"the address answers {answer.status_code} and not the echo"
        raise ServiceFault(reason)
