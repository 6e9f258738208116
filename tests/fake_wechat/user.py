"""Residents as the service meets them: what they send, and what they get to see."""

import itertools
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.fake_wechat.clock import Clock, wall_clock
from tests.fake_wechat.delivery import (
    Answer,
    Patience,
    deliver,
    fire,
    post,
    verify_address,
)
from tests.fake_wechat.followers import Touch
from tests.fake_wechat.platform import FakePlatform
from tests.fake_wechat.record import Shown, Via
from tests.fake_wechat.reply import FAULT_NOTICE, ServiceFault, read_reply
from tests.fake_wechat.state import PlatformSide
from tests.fake_wechat.webhook import Push, Value, Webhook, document, wrap
from tests.waiting import PATIENCE

# Real ids have some 17 digits and grow; the random start keeps test processes apart.
_message_ids = itertools.count(24_000_000_000_000_000 + secrets.randbelow(10**15))
_LOOK_EVERY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """A push that got through: the passive text, or None where the service stayed silent."""

    text: str | None
    answers: tuple[Answer, ...]

    @property
    def deliveries(self) -> int:
        return len(self.answers)

    @property
    def seconds(self) -> float:
        """From the first delivery's start to the counted answer."""
        return sum(answer.seconds for answer in self.answers)


class Resident:
    """One WeChat user talking to the account behind `webhook`.

    The `send_…` methods deliver as the platform does and raise `ServiceFault` where the user
    would see its notice (which `seen` then holds too). `compose…` with `deliver`, `attempt`
    and `fire` take the steps apart: duplicates, late and reordered deliveries, raw answers.

    `platform` keeps what the user sees and counts the windows; without one the resident has
    a private platform that never listens. `clock` stamps messages and signatures; a platform
    whose clock was shifted does not change it, as the service checks stamps by its own.
    """

    def __init__(
        self,
        webhook: Webhook,
        platform: PlatformSide | None = None,
        *,
        openid: str | None = None,
        clock: Clock = wall_clock,
        patience: Patience | None = None,
    ) -> None:
        self.webhook = webhook
        self.platform = platform if platform is not None else FakePlatform()
        self.openid = openid or "o" + secrets.token_urlsafe(24)[:27]
        self.clock = clock
        self.patience = patience or Patience()
        self._touched: list[Push] = []
        self._lock = threading.Lock()

    @property
    def seen(self) -> list[str]:
        """The texts on the screen in order: passive replies, pushes, failure notices."""
        return [shown.text for shown in self.platform.seen(self.openid)]

    def wait_for(self, words: str, within: float = PATIENCE) -> Shown:
        """The first bubble that holds these words; raise `TimeoutError` after `within` seconds."""
        end = time.monotonic() + within
        while True:
            for shown in self.platform.seen(self.openid):
                if words in shown.text:
                    return shown
            if time.monotonic() > end:
                reason = f"{words!r} not seen within {within} s; seen: {self.seen}"
                raise TimeoutError(reason)
            time.sleep(_LOOK_EVERY_SECONDS)

    # What a resident does.

    def send_text(self, text: str, *, msg_id: int | None = None) -> Outcome:
        return self.deliver(self.compose("text", {"Content": text}, msg_id=msg_id))

    def tap_menu_message(self, item: str, text: str) -> Outcome:
        """Tap a choice of a menu message: comes as text, counts as a menu click."""
        push = self.compose("text", {"Content": text}, {"bizmsgmenuid": item}, touch=Touch.CLICK)
        return self.deliver(push)

    def send_image(self, media_id: str = "media-of-a-picture") -> Outcome:
        picture = f"http://mmbiz.qpic.cn/mmbiz_jpg/{media_id}/0"
        return self.deliver(self.compose("image", {"PicUrl": picture, "MediaId": media_id}))

    def send_voice(
        self, media_id: str = "media-of-a-voice", *, recognition: str | None = None
    ) -> Outcome:
        """`recognition` only where the account still has the platform's speech to text."""
        fields: dict[str, Value] = {"MediaId": media_id, "Format": "amr"}
        if recognition is not None:
            fields["Recognition"] = recognition
        return self.deliver(self.compose("voice", fields))

    def send_video(self, media_id: str = "media-of-a-video", *, short: bool = False) -> Outcome:
        fields = {"MediaId": media_id, "ThumbMediaId": f"{media_id}-thumb"}
        return self.deliver(self.compose("shortvideo" if short else "video", fields))

    def send_location(self, latitude: float, longitude: float, label: str) -> Outcome:
        place: dict[str, Value] = {"Location_X": latitude, "Location_Y": longitude}
        place |= {"Scale": 15, "Label": label}
        return self.deliver(self.compose("location", place))

    def send_link(self, title: str, description: str, url: str) -> Outcome:
        link = {"Title": title, "Description": description, "Url": url}
        return self.deliver(self.compose("link", link))

    def send_file(self, title: str) -> Outcome:
        """Seen in the wild, described nowhere: the least certain of the shapes."""
        key = secrets.token_hex(16)
        fields: dict[str, Value] = {"Title": title, "Description": "", "FileKey": key}
        fields |= {"FileMd5": key, "FileTotalLen": 1024}
        return self.deliver(self.compose("file", fields))

    def follow(self, scene: str | None = None) -> Outcome:
        """Follow the account, by a scene's QR code if one is named."""
        fields = {"EventKey": ""}
        if scene is not None:
            fields = {"EventKey": f"qrscene_{scene}", "Ticket": secrets.token_urlsafe(48)}
        return self.deliver(self.compose_event("subscribe", fields, touch=Touch.FOLLOW))

    def unfollow(self) -> Outcome:
        event = self.compose_event("unsubscribe", {"EventKey": ""}, touch=Touch.UNFOLLOW)
        return self.deliver(event)

    def click(self, key: str) -> Outcome:
        return self.deliver(self.compose_event("CLICK", {"EventKey": key}, touch=Touch.CLICK))

    def view(self, url: str) -> Outcome:
        """Tap a menu item that opens a page; opens no window."""
        return self.deliver(self.compose_event("VIEW", {"EventKey": url, "MenuId": 430_000_001}))

    def scan(self, scene: str) -> Outcome:
        fields = {"EventKey": scene, "Ticket": secrets.token_urlsafe(48)}
        return self.deliver(self.compose_event("SCAN", fields, touch=Touch.SCAN))

    def report_position(self, latitude: float, longitude: float) -> Outcome:
        """The platform's own position event, on entering the conversation."""
        position = {"Latitude": latitude, "Longitude": longitude, "Precision": 30.0}
        return self.deliver(self.compose_event("LOCATION", position))

    # The steps, apart.

    def compose(
        self,
        kind: str,
        fields: Mapping[str, Value],
        after: Mapping[str, Value] | None = None,
        *,
        msg_id: int | None = None,
        id_tag: str = "MsgId",
        touch: Touch = Touch.MESSAGE,
    ) -> Push:
        """A message of any kind, not sent yet; `after` are the elements behind its id."""
        number = next(_message_ids) if msg_id is None else msg_id
        head = self._head(kind)
        xml = document({**head, **fields, id_tag: number, **(after or {})})
        return Push(self.openid, xml, number, touch)

    def compose_event(
        self, event: str, fields: Mapping[str, Value], *, touch: Touch | None = None
    ) -> Push:
        """An event, not sent yet: it has no id."""
        xml = document({**self._head("event"), "Event": event, **fields})
        return Push(self.openid, xml, touch=touch)

    def deliver(self, push: Push) -> Outcome:
        """Deliver as the platform does, up to three times; again is a duplicate.

        A duplicate's answer is shown again, as the platform does not know it is one, but it
        opens no window. Raise `ServiceFault` where the user sees the platform's notice.
        """
        self._count(push)
        answers = deliver(self.webhook, push, self.clock, self.patience)
        try:
            if not answers[-1].counts:
                reason = f"no good answer: {[answer.status for answer in answers]}"
                raise ServiceFault(reason)
            text = self.read(answers[-1])
        except ServiceFault:
            self.platform.show(self.openid, Via.FAULT, "text", FAULT_NOTICE)
            raise
        if text is not None:
            self.platform.show(self.openid, Via.PASSIVE, "text", text)
        return Outcome(text, tuple(answers))

    def attempt(self, push: Push) -> Answer:
        """Deliver once and show nothing: the raw answer, whatever it is."""
        self._count(push)
        parcel = wrap(self.webhook, push, self.clock())
        return post(self.webhook.url, parcel, self.patience.answer_seconds)

    def fire(self, push: Push, times: int, urls: Sequence[str] = ()) -> list[Answer]:
        """Deliver the same push many times at one moment; shows nothing.

        The addresses are used in turn, by default the webhook's alone. All deliveries are
        the same to the last byte, as the platform's repeats are.
        """
        self._count(push)
        parcel = wrap(self.webhook, push, self.clock())
        return fire(urls or [self.webhook.url], [parcel] * times, self.patience.answer_seconds)

    def read(self, answer: Answer) -> str | None:
        """The text of an answer, as strictly as the platform; raise `ServiceFault`."""
        return read_reply(answer.body, self.webhook, self.openid)

    def verify_address(self) -> None:
        """The check of the address when it is entered; raise `ServiceFault` if it fails."""
        verify_address(self.webhook, self.clock, self.patience.answer_seconds)

    def _head(self, kind: str) -> dict[str, Value]:
        return {
            "ToUserName": self.webhook.original_id,
            "FromUserName": self.openid,
            "CreateTime": int(self.clock().timestamp()),
            "MsgType": kind,
        }

    def _count(self, push: Push) -> None:
        """Open the window a push opens, the first time this very push is delivered."""
        with self._lock:
            # By identity: two clicks in one second have equal text and are two clicks.
            if push.touch is None or any(push is known for known in self._touched):
                return
            self._touched.append(push)
        self.platform.touch(self.openid, push.touch)
