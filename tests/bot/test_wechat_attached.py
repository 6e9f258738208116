"""What pushes of each kind have besides words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.attached import read_attachment
from bot.wechat.inbound import read_message
from handlers.model import Attachment, AttachmentKind
from tests.menu import MENU


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"MsgType": "voice", "MediaId": "v1", "Format": "amr", "Recognition": "你好"},
            Attachment(AttachmentKind.VOICE, reference="v1", format="amr"),
        ),
        (
            {"MsgType": "image", "MediaId": "p1", "PicUrl": "http://mmbiz.qpic.cn/1"},
            Attachment(AttachmentKind.PICTURE, reference="p1"),
        ),
        (
            {"MsgType": "video", "MediaId": "f1", "ThumbMediaId": "t1"},
            Attachment(AttachmentKind.VIDEO, reference="f1"),
        ),
        (
            {"MsgType": "shortvideo", "MediaId": "f2"},
            Attachment(AttachmentKind.VIDEO, reference="f2"),
        ),
        (
            {"MsgType": "file", "Title": "合同.docx", "FileKey": "k"},
            Attachment(AttachmentKind.FILE, "合同.docx"),
        ),
        (
            {
                "MsgType": "location",
                "Location_X": "42.5397",
                "Location_Y": "125.7128",
                "Label": "司法局",
            },
            Attachment(AttachmentKind.PLACE, "司法局", latitude=42.5397, longitude=125.7128),
        ),
        (
            {"MsgType": "link", "Title": "工资", "Url": "https://example.cn/a"},
            Attachment(AttachmentKind.LINK, "工资", link="https://example.cn/a"),
        ),
        ({"MsgType": "text", "Content": "你好"}, None),
        ({"MsgType": "unknown"}, None),
        ({}, None),
    ],
)
def test_each_kind_has_what_it_has(fields: dict[str, str], expected: Attachment | None) -> None:
    assert read_attachment(fields) == expected


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "http://[", "x" * 3_000, "/console/"]
)
def test_an_address_that_is_no_web_page_is_left_out(address: str) -> None:
    found = read_attachment({"MsgType": "link", "Title": "工资", "Url": address})
    assert found == Attachment(AttachmentKind.LINK, "工资")


@pytest.mark.parametrize("odd", ["", "nan", "inf", "1e999", "91", "north"])
def test_a_place_that_is_none_is_left_out(odd: str) -> None:
    found = read_attachment({"MsgType": "location", "Location_X": odd, "Label": "司法局"})
    assert found == Attachment(AttachmentKind.PLACE, "司法局")


@given(
    st.dictionaries(
        st.sampled_from(["MediaId", "Title", "Url", "Label", "Location_X", "Location_Y"]), st.text()
    ),
    st.sampled_from(["voice", "image", "file", "location", "link"]),
)
def test_whatever_the_fields_hold_an_attachment_comes_out(
    fields: dict[str, str], kind: str
) -> None:
    assert read_attachment({**fields, "MsgType": kind}) is not None


def test_a_recognised_voice_has_its_words_and_its_recording() -> None:
    fields = {"FromUserName": "o1", "ToUserName": "gh", "MsgType": "voice", "MsgID": "7"}
    fields |= {"MediaId": "v1", "Recognition": " 房东不退押金 "}
    message = read_message(fields, datetime(2026, 11, 23, tzinfo=UTC), MENU).message
    assert message.text == "房东不退押金"
    assert message.attachment == Attachment(AttachmentKind.VOICE, reference="v1")
