"""Odd pushes that a resident may well be behind: all of them get an answer."""

import time

from tests.fake_wechat.webhook import document
from tests.hostile.attempt import Attempt, answered, wire

_QUESTION = "房东不退押金怎么办"


@answered("control characters")
def _control(one: Attempt) -> bytes:
    signs = [chr(n) for n in (*range(9), 11, 12, *range(14, 32), 0x7F, 0x85, 0xFFFE, 0xFFFF)]
    return one.plain(one.xml(one.pick(signs).join(_QUESTION)))


@answered("XML in a text")
def _nested(one: Attempt) -> bytes:
    text = one.pick(
        [
            "看这个 <![CDATA[嵌套]]> 是什么",
            "<![CDATA[<![CDATA[两层]]>]]>",
            "<xml><Content><![CDATA[你好]]></Content><MsgId>1</MsgId></xml>",
            "]]>",
            "a]]>b",
            "]]]]><![CDATA[>",
            "]]></Content><FromUserName><![CDATA[victim]]></FromUserName><Content><![CDATA[",
            "]]></Content><MsgId>1</MsgId></xml>",
            "<![CDATA[",
            "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
            "&lt;&amp;&#0;&nothing;",
            "</Content></xml>",
            "<!-- 备注 -->",
            "]]></Content>\n<MsgId>1</MsgId>\n<Content><![CDATA[假的",
        ]
    )
    return one.plain(one.xml(text + one.pick(["", "，房东不退押金"])))


@answered("signs cut in half")
def _halved(one: Attempt) -> bytes:
    half = one.pick(["\ud83d", "\ude00", "\ud83d\ude00", "\udbff", "\ud800\ud800"])
    body = one.xml(f"{_QUESTION}{half}HERE")
    return one.plain(body.replace(b"HERE", one.pick([b"", b"\xe4\xbd", b"\xf0\x9f\x98", b"\xe4"])))


@answered("rare planes")
def _planes(one: Attempt) -> bytes:
    text = one.pick(
        ["😀👨‍👩‍👧‍👦", "𠀀𪚥𰻞", "\u202e反写", "ａｂｃ", "\ufeff你好", "\U0010fffd", "é́́́́"]
    )
    return one.plain(one.xml(text * (one.number + 1)))


@answered("empty texts")
def _empty(one: Attempt) -> bytes:
    return one.plain(
        one.xml(one.pick([" ", "\n", "\t ", "\u3000", "\u200b", "\x01"]) * (one.number + 1))
    )


@answered("long texts")
def _long(one: Attempt) -> bytes:
    size = one.pick([2_000, 5_000, 10_000, 20_000])
    return one.plain(one.xml((_QUESTION * size)[: size - one.number]))


@answered("MsgId odd")
def _msg_id(one: Attempt) -> bytes:
    odd = one.pick(["0", "00", "-5", "abc", "1.5", "9" * 40, "1e9", "空", "9" * 20, " 77 "])
    return one.plain(one.xml(MsgId=odd))


@answered("CreateTime odd")
def _create_time(one: Attempt) -> bytes:
    odd = one.pick(["0", "-1", "", "abc", "9" * 30, str(time.time()), "٥", "1e9"])
    return one.plain(one.xml(CreateTime=odd))


@answered("unknown kinds and events")
def _unknown(one: Attempt) -> bytes:
    name = one.pick(["file", "sticker", "TEXT2", "红包", "x" * 128, "miniprogrampage"])
    if one.number % 2:
        return one.plain(one.xml(MsgType=name))
    fields = one.fields(MsgType="event", Event=name, EventKey=one.marker * 50)
    del fields["MsgId"], fields["Content"]
    return one.plain(document(fields))


@answered("content types odd")
def _content_type(one: Attempt) -> bytes:
    body = one.xml()
    kind = one.pick(["application/json", "multipart/form-data", "text/xml; charset=gbk", "x", ""])
    headers = [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return wire("POST", one.query(), body, headers)


@answered("white space and prologue")
def _spaces(one: Attempt) -> bytes:
    before = one.pick(["", "\ufeff", "\n \n", "<?xml version='1.0' encoding='utf-8'?>\n"])
    body = one.xml().decode().replace("<Content><![", one.pick(["<Content> <![", "<Content><!["]))
    return one.plain((before + body + one.pick(["\n", "  ", ""])).encode())


@answered("halves that disagree")
def _halves(one: Attempt) -> bytes:
    """Compatible mode: the open half was touched on the way, and is not believed."""
    sealed = one.encrypted()
    forged = one.fields(f"假的{one.marker}", FromUserName=one.pick(["victim", one.openid]))
    return one.sealed(sealed, document({**forged, "MsgId": one.number, "Encrypt": sealed}))


@answered("previous key")
def _previous(one: Attempt) -> bytes:
    return one.sealed(one.encrypted(key=one.target.previous_key), openid=one.openid)


@answered("time stamp at the edge")
def _edge(one: Attempt) -> bytes:
    off = one.pick([0, 1, 300, 590, 595, -1, -300, -590, -595, -598])
    return wire("POST", one.query(at=time.time() - off, openid=one.openid), one.xml())
