"""Residents deliver, repeat and read replies as the platform does for its users."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from tests.fake_wechat import (
    FAULT_NOTICE,
    FakePlatform,
    Mode,
    Patience,
    Resident,
    RetryStamp,
    ServiceFault,
    Via,
    random_aes_key,
    read_reply,
)
from tests.fake_wechat.account import Account
from tests.fake_wechat.errors import Refused
from tests.fake_wechat.web import Request, Response, WebServer
from tests.fake_wechat.webhook import Webhook

TOKEN, KEY = "meihekou", random_aes_key()
ACCOUNT = Account()
SUCCESS = Response(b"success")


class Service:
    """A service that answers by a script, and with `success` after its end."""

    def __init__(self, *script: Response) -> None:
        self._script = list(script)
        self.got: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.got.append(request)
        return self._script.pop(0) if self._script else SUCCESS


class Library:
    """A service on the library's parser and encryption: it repeats the resident's words."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def __call__(self, request: Request) -> Response:
        query = request.query
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        if "echostr" in query:
            return Response(query["echostr"].encode())
        crypto = WeChatCrypto(TOKEN, KEY, ACCOUNT.app_id)
        text, sealed = request.body.decode(), query.get("encrypt_type") == "aes"
        if sealed:
            stamp = (query["msg_signature"], query["timestamp"], query["nonce"])
            text = crypto.decrypt_message(text, *stamp)
        message = parse_message(text)
        self.messages.append(message)
        reply = reply_xml(message.source, getattr(message, "content", message.type))
        return Response((crypto.encrypt_message(reply, "77") if sealed else reply).encode())


def reply_xml(to: str, content: str, **changed: str) -> str:
    parts = {"ToUserName": to, "FromUserName": ACCOUNT.original_id, "CreateTime": "1772442000"}
    parts |= {"MsgType": "text", "Content": escape(content), **changed}
    return "<xml>" + "".join(f"<{k}>{v}</{k}>" for k, v in parts.items() if v) + "</xml>"


@contextmanager
def resident_of(
    service: Service | Library, mode: Mode = Mode.PLAIN, retry: RetryStamp = RetryStamp.SAME
) -> Iterator[Resident]:
    server = WebServer(service)
    server.start()
    webhook = FakePlatform().webhook(server.url + "/wechat", TOKEN, mode, KEY)
    try:
        yield Resident(webhook, patience=Patience(answer_seconds=0.5, retry_stamp=retry))
    finally:
        server.stop()


@pytest.mark.parametrize("mode", list(Mode))
def test_the_library_understands_and_answers_in_every_mode(mode: Mode) -> None:
    service = Library()
    with resident_of(service, mode) as li:
        li.verify_address()
        assert li.send_text("工资 <三个月> & 没发 😀").text == "工资 <三个月> & 没发 😀"
        assert li.seen == ["工资 <三个月> & 没发 😀"]
        assert service.messages[0].source == li.openid
        assert service.messages[0].target == ACCOUNT.original_id


def test_every_kind_and_event_arrives_as_the_library_expects_it() -> None:
    service = Library()
    with resident_of(service) as li:
        li.follow()
        li.follow(scene="village-12")
        li.click("HELP")
        li.view("https://example.org/a?b=1&c=2")
        li.scan("village-12")
        li.report_position(42.53, 125.68)
        li.unfollow()
        li.send_image()
        li.send_voice(recognition="他打我")
        li.send_video()
        li.send_video(short=True)
        li.send_location(42.53, 125.68, "梅河口市")
        li.send_link("a", "b", "https://example.org")
        li.tap_menu_message("2", "劳动")
        li.send_file("合同.pdf")
    got = [getattr(m, "event", None) or m.type for m in service.messages]
    assert got[:7] == [
        *("subscribe", "subscribe_scan", "click", "view", "scan", "location", "unsubscribe"),
    ]
    assert got[7:] == [
        *("image", "voice", "video", "shortvideo", "location", "link", "text", "unknown")
    ]
    assert [m.id == 0 for m in service.messages] == [True] * 7 + [False] * 8
    assert service.messages[1].scene_id == "village-12"
    assert service.messages[8].recognition == "他打我"
    assert service.messages[13]._data["bizmsgmenuid"] == "2"


@pytest.mark.parametrize("mode", [Mode.PLAIN, Mode.SAFE])
def test_an_unanswered_message_comes_three_times_the_same_to_the_byte(mode: Mode) -> None:
    service = Service(Response(delay=2), Response(status=500), Response(b"success"))
    with resident_of(service, mode) as li:
        outcome = li.send_text("在吗")
    assert (outcome.text, outcome.deliveries) == (None, 3)
    assert [answer.status for answer in outcome.answers] == [None, 500, 200]
    assert service.got == [service.got[0]] * 3


def test_safe_mode_never_carries_the_words_in_plain() -> None:
    for mode, plain in ((Mode.COMPATIBLE, True), (Mode.SAFE, False)):
        service = Service()
        with resident_of(service, mode) as li:
            li.send_text("salary")
        assert (b"salary" in service.got[0].body) is plain


def test_a_fresh_stamp_changes_the_signature_and_keeps_the_message() -> None:
    service = Service(Response(status=502))
    with resident_of(service, retry=RetryStamp.FRESH) as li:
        li.send_text("在吗")
    first, second = service.got
    assert first.body == second.body
    assert first.query["signature"] != second.query["signature"]


def test_after_three_failures_the_user_sees_the_notice() -> None:
    service = Service(*[Response(status=503)] * 3)
    with resident_of(service) as li:
        with pytest.raises(ServiceFault):
            li.send_text("在吗")
        assert li.seen == [FAULT_NOTICE]
    assert len(service.got) == 3


def test_success_and_an_empty_body_show_nothing() -> None:
    with resident_of(Service(SUCCESS, Response(b"")), Mode.SAFE) as li:
        assert [li.send_text("好").text for _ in range(2)] == [None, None]
        assert li.seen == []


GOOD = reply_xml("oLi", "好")
WEBHOOK = Webhook("http://localhost/", TOKEN, ACCOUNT.app_id, ACCOUNT.original_id)
SAFE = replace(WEBHOOK, mode=Mode.SAFE, encoding_aes_key=KEY)


@pytest.mark.parametrize(
    "bad",
    [
        '{"errcode": 0}',
        "Success",
        "success\n",
        GOOD.replace("xml>", "reply>"),
        GOOD.replace("</xml>", "<Evil>1</Evil></xml>"),
        GOOD.replace("</xml>", "<Content>2</Content></xml>"),
        GOOD.replace("好", "好\x02"),
        "<!DOCTYPE xml>" + GOOD,
        reply_xml("oWang", "好"),
        reply_xml("oLi", "好", FromUserName="oLi"),
        reply_xml("oLi", "好", CreateTime="1772442000000"),
        reply_xml("oLi", "好", CreateTime=""),
        reply_xml("oLi", "好", MsgType="news"),
        reply_xml("oLi", " "),
        reply_xml("oLi", "法" * 683),
    ],
)
def test_anything_but_a_text_to_this_user_is_a_fault(bad: str) -> None:
    assert read_reply(GOOD.encode(), WEBHOOK, "oLi") == "好"
    assert read_reply(reply_xml("oLi", "法" * 682 + "ab").encode(), WEBHOOK, "oLi")
    with pytest.raises(ServiceFault):
        read_reply(bad.encode(), WEBHOOK, "oLi")


def test_a_sealed_reply_needs_this_token_key_and_account() -> None:
    def sealed(token: str = TOKEN, key: str = KEY, app_id: str = ACCOUNT.app_id) -> bytes:
        return bytes(WeChatCrypto(token, key, app_id).encrypt_message(GOOD, "7").encode())

    assert read_reply(sealed(), SAFE, "oLi") == "好"
    wrong = [sealed(token="other"), sealed(key=random_aes_key()), sealed(app_id="wx0")]
    for body in [*wrong, GOOD.encode()]:
        with pytest.raises(ServiceFault):
            read_reply(body, SAFE, "oLi")
    with pytest.raises(ServiceFault):
        read_reply(sealed(), WEBHOOK, "oLi")
    assert read_reply(GOOD.encode(), replace(SAFE, mode=Mode.COMPATIBLE), "oLi") == "好"


def test_the_same_push_fired_at_two_addresses_arrives_everywhere_and_is_one_message() -> None:
    service, other = Service(), Service()
    server = WebServer(other)
    server.start()
    with resident_of(service) as li:
        push = li.compose("text", {"Content": "急"})
        answers = li.fire(push, 20, [li.webhook.url, server.url])
    server.stop()
    assert [answer.status for answer in answers] == [200] * 20
    assert (len(service.got), len(other.got)) == (10, 10)
    assert len({request.body for request in service.got + other.got}) == 1


def test_the_screen_holds_replies_and_pushes_in_order() -> None:
    with resident_of(Library()) as li:
        li.send_text("一")
        li.platform.show(li.openid, Via.PUSH, "text", "律师答复")
        li.send_text("二")
        assert li.seen == ["一", "律师答复", "二"]
        assert li.wait_for("律师").via is Via.PUSH


def test_a_resident_stamps_by_the_clock_given() -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    service = Service()
    with resident_of(service) as li:
        li.clock = lambda: at
        li.send_text("好")
    assert service.got[0].query["timestamp"] == str(int(at.timestamp()))
    assert b"<CreateTime>1772442000</CreateTime>" in service.got[0].body


def test_text_breaks_out_of_its_wrapping_as_it_does_on_the_platform() -> None:
    service = Service()
    with resident_of(service) as li:
        li.send_text("a]]>b\x02")
    assert b"<Content><![CDATA[a]]>b\x02]]></Content>" in service.got[0].body


def test_a_wait_for_words_that_never_come_ends() -> None:
    with resident_of(Service()) as li:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            li.wait_for("律师", within=0.1)
        assert time.monotonic() - began < 2


def test_a_duplicate_is_delivered_again_and_opens_no_new_window() -> None:
    service = Service()
    with FakePlatform() as platform, resident_of(service) as li:
        li.platform = platform
        push = li.compose("text", {"Content": "急"})
        li.deliver(push)
        platform.shift(timedelta(hours=48))
        li.deliver(push)
        with pytest.raises(Refused, match="45015"):
            platform.state.followers.admit(li.openid)
        li.send_text("急")
        platform.state.followers.admit(li.openid)
    assert service.got[0].body == service.got[1].body != service.got[2].body
