"""Every kind of message and event the platform sends, in its three modes: nothing meets a fault."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.bot.account import AES_KEY, TOKEN
from tests.fake_wechat import FakePlatform, Mode, Push, Resident
from tests.fake_wechat.webhook import Value, document
from tests.running import Running

QUESTION = "房东不退押金怎么办"


@dataclass(frozen=True, slots=True)
class Case:
    """A push; `words` says whether the resident gets some, or `success` is said."""

    name: str
    kind: str
    words: bool = False
    fields: Mapping[str, Value] = field(default_factory=dict)
    nested: str = ""
    """Elements within elements, as the platform writes them."""
    id_tag: str = "MsgId"

    def push(self, resident: Resident) -> Push:
        if self.kind == "event":
            push = resident.compose_event(self.name.split(maxsplit=1)[0], self.fields)
        else:
            push = resident.compose(self.kind, self.fields, id_tag=self.id_tag)
        xml = push.xml.replace(b"\n</xml>", f"{self.nested}\n</xml>".encode())
        return Push(push.openid, xml, push.msg_id)


def message(name: str, fields: Mapping[str, Value] | None = None, id_tag: str = "MsgId") -> Case:
    return Case(
        name, re.split("[ ,]", name, maxsplit=1)[0], words=True, fields=fields or {}, id_tag=id_tag
    )


def event(
    name: str, fields: Mapping[str, Value] | None = None, nested: str = "", *, words: bool = False
) -> Case:
    return Case(name, "event", words, fields or {}, nested)


def within(name: str, **inner: str) -> str:
    """An element of elements."""
    return f"<{name}>{''.join(f'<{tag}>{text}</{tag}>' for tag, text in inner.items())}</{name}>"


_MEDIUM: Mapping[str, Value] = {"MediaId": "m-1_x"}
_VOICE: Mapping[str, Value] = {**_MEDIUM, "Format": "amr"}
_PLACE: Mapping[str, Value] = {
    "Location_X": 42.54,
    "Location_Y": 125.68,
    "Scale": 15,
    "Label": "吉林省梅河口市银河大街",
}
_SCAN = within(
    "ScanCodeInfo", ScanType="<![CDATA[qrcode]]>", ScanResult="<![CDATA[</ScanCodeInfo>]]>"
)
_PICTURES = within("SendPicsInfo", Count="1", PicList="<item><PicMd5Sum>1b</PicMd5Sum></item>")
_SENT_PLACE = within("SendLocationInfo", Location_X="<![CDATA[23]]>", Label="<![CDATA[街]]>")
_KEY: Mapping[str, Value] = {"EventKey": "ask"}
_UNTIL: Mapping[str, Value] = {"ExpiredTime": 1_800_000_000}
_PERSON: Mapping[str, Value] = {"OpenID": "oXyz", "AppID": "wx1", "RevokeInfo": "201"}


def _subscription(name: str) -> Case:
    part = name.title().replace("_", "").removesuffix("Event") + "Event"
    listed = within("List", TemplateId="t", SubscribeStatusString="<![CDATA[accept]]>")
    return event(name, nested=f"<{part}>{listed * 2}</{part}>")


CASES = (
    message("text", {"Content": QUESTION}),
    message("text from an article", {"Content": QUESTION, "MsgDataId": "2_1", "Idx": 1}),
    message("text from a menu message", {"Content": QUESTION, "bizmsgmenuid": "3"}),
    message("text with emoji", {"Content": "房东不退押金😀👨‍👩‍👧/::)"}),
    message("text, empty", {"Content": ""}),
    message("text with XML", {"Content": "<![CDATA[x]]> ]]> </Content>"}),
    message("text, long", {"Content": QUESTION * 300}),
    message("image", {"PicUrl": "http://mmbiz.qpic.cn/1/0", **_MEDIUM}),
    message("voice", _VOICE),
    message("voice, id spelt MsgID", _VOICE, "MsgID"),
    message("voice recognised", {**_VOICE, "Recognition": QUESTION, "MediaId16K": "m2"}),
    message("voice not recognised", {**_VOICE, "Recognition": ""}),
    message("video", {**_MEDIUM, "ThumbMediaId": "t"}),
    message("shortvideo", {**_MEDIUM, "ThumbMediaId": "t"}),
    message("location", _PLACE),
    message("link", {"Title": "标题]]></Title>", "Description": "说明", "Url": "https://x.cn"}),
    message("file", {"Title": "合同.pdf", "FileKey": "k", "FileMd5": "5", "FileTotalLen": 9}),
    message("sticker"),
    event("subscribe", {"EventKey": ""}, words=True),
    event("subscribe by a scene", {"EventKey": "qrscene_9", "Ticket": "T"}, words=True),
    event("unsubscribe", {"EventKey": ""}),
    event("SCAN", {"EventKey": "9", "Ticket": "T"}, words=True),
    event("LOCATION", {"Latitude": 42.5, "Longitude": 125.6, "Precision": 30.0}),
    event("CLICK", _KEY, words=True),
    event("CLICK of ours", {"EventKey": "person"}, words=True),
    event("CLICK without key", words=True),
    event("VIEW", {"EventKey": "https://x.cn/" + "a" * 900, "MenuId": 430}),
    event("scancode_push", _KEY, _SCAN),
    event("scancode_waitmsg", _KEY, _SCAN, words=True),
    event("pic_sysphoto", _KEY, _PICTURES),
    event("pic_photo_or_album", _KEY, _PICTURES),
    event("pic_weixin", _KEY, _PICTURES),
    event("location_select", _KEY, _SENT_PLACE),
    event("view_miniprogram", {"EventKey": "pages/index", "MenuId": 431}),
    event("TEMPLATESENDJOBFINISH", {"MsgID": 20_016, "Status": "success"}),
    event("TEMPLATESENDJOBFINISH blocked", {"MsgID": 20_017, "Status": "failed:user block"}),
    event(
        "MASSSENDJOBFINISH",
        {"MsgID": 1_000_001, "Status": "send success", "TotalCount": 9, "SentCount": 9},
        "<CopyrightCheckResult><Count>0</Count><ResultList></ResultList></CopyrightCheckResult>",
    ),
    event(
        "PUBLISHJOBFINISH", nested="<PublishEventInfo><publish_id>1</publish_id></PublishEventInfo>"
    ),
    event("kf_create_session", {"KfAccount": "a@b"}),
    event("kf_close_session", {"KfAccount": "a@b", "CloseType": "KF"}),
    event("kf_switch_session", {"FromKfAccount": "a@b", "ToKfAccount": "c@b"}),
    _subscription("subscribe_msg_popup_event"),
    _subscription("subscribe_msg_change_event"),
    _subscription("subscribe_msg_sent_event"),
    event("user_info_modified", _PERSON),
    event("user_authorization_revoke", _PERSON),
    event("user_authorization_cancellation", _PERSON),
    event("qualification_verify_success", _UNTIL),
    event("qualification_verify_fail", {"FailTime": 1, "FailReason": "by time"}),
    event("naming_verify_success", _UNTIL),
    event("naming_verify_fail", {"FailTime": 1, "FailReason": "by time"}),
    event("annual_renew", _UNTIL),
    event("verify_expired", _UNTIL),
    event("something_new", {"Whatever": "x"}),
)


def outcome(case: Case, mode: Mode, platform: FakePlatform, service: Running) -> str:
    """What the resident sees, read as strictly as the platform reads; raises ServiceFault."""
    webhook = platform.webhook(f"{service.url}/wechat", TOKEN, mode, AES_KEY)
    resident = Resident(webhook, platform)
    push = case.push(resident)
    first, again = resident.deliver(push), resident.deliver(push)
    assert first.text == again.text
    assert first.deliveries == again.deliveries == 1
    return "success" if first.text is None else "text"


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_gets_words_or_success_and_again_the_same(
    case: Case, mode: Mode, platform: FakePlatform, service: Running
) -> None:
    assert outcome(case, mode, platform, service) == ("text" if case.words else "success")


def test_different_things_of_one_second_are_all_kept(
    platform: FakePlatform, service: Running
) -> None:
    webhook = platform.webhook(f"{service.url}/wechat", TOKEN, Mode.SAFE, AES_KEY)
    now = platform.now()
    resident = Resident(webhook, platform, clock=lambda: now)
    pushes = [
        resident.compose_event("LOCATION", {"Latitude": 42.5, "Longitude": 125.6}),
        resident.compose_event("LOCATION", {"Latitude": 42.6, "Longitude": 125.6}),
        resident.compose_event("SCAN", {"EventKey": "9"}),
        resident.compose_event("VIEW", {"EventKey": "https://x.cn/" + "a" * 500 + "1"}),
        resident.compose_event("VIEW", {"EventKey": "https://x.cn/" + "a" * 500 + "2"}),
        resident.compose_event("TEMPLATESENDJOBFINISH", {"MsgID": 1}),
        resident.compose_event("TEMPLATESENDJOBFINISH", {"MsgID": 2}),
        resident.compose("text", {"Content": "你好"}, msg_id=0),
        resident.compose("text", {"Content": "谢谢"}, msg_id=0),
    ]
    for push in pushes * 2:
        resident.deliver(push)
    kept = service.flask_here("export", "messages").count(resident.openid)
    assert kept == len(pushes)


def test_residents_texts_are_kept_as_they_were_written(
    platform: FakePlatform, service: Running
) -> None:
    webhook = platform.webhook(f"{service.url}/wechat", TOKEN, Mode.PLAIN)
    resident = Resident(webhook, platform)
    pasted = document({"Content": "a]]>b", "MsgId": 1}).decode()
    resident.send_text(f"这段{pasted}是什么")
    lines = service.flask_here("export", "messages").splitlines()
    [line] = [line for line in lines if resident.openid in line]
    assert "<![CDATA[a]]>b]]></Content>" in line
    assert "是什么" in line
