"""Forged, stale and malformed requests in the clear."""

import json
import time
from urllib.parse import urlencode

from tests.hostile.attempt import Attempt, percent, refused, wire


@refused("signature wrong")
def _wrong(one: Attempt) -> bytes:
    query = one.query()
    right = query["signature"]
    query["signature"] = one.pick(
        ["", "0" * 40, right[:-1], right + "0", right.upper(), right[::-1], "签名", one.marker]
    )
    return wire("POST", query, one.xml())


@refused("another account's token")
def _token(one: Attempt) -> bytes:
    token = one.pick(["", "token", one.target.token + " ", one.target.token.upper(), "令牌"])
    return wire(one.pick(["POST", "GET"]), one.query(token=token or one.marker), one.xml())


@refused("time stamp stale")
def _stale(one: Attempt) -> bytes:
    off = one.pick([601, 660, 3_600, 86_400, 10**8, -602, -660, -3_600, -86_400, -(10**8)])
    return wire("POST", one.query(at=time.time() - off), one.xml())


@refused("time stamp odd")
def _odd(one: Attempt) -> bytes:
    now = str(int(time.time()))
    arabic = now.translate({48 + n: 0x660 + n for n in range(10)})
    odd = ["", " ", "x", "-1", "0", "1e9", now + ".5", "+" + now, arabic, "9" * 12, "9" * 900]
    return wire("POST", one.signed(one.pick([*odd, f"{now} ", "null", one.marker]), "n"), one.xml())


@refused("parameter missing")
def _missing(one: Attempt) -> bytes:
    query = one.query()
    del query[one.pick(["signature", "timestamp", "nonce"])]
    if one.number % 2:
        query = dict.fromkeys(query, "")
    return wire(one.pick(["POST", "GET"]), query, one.xml())


@refused("parameter repeated")
def _repeated(one: Attempt) -> bytes:
    pairs = list((one.query(encrypt_type="raw") | {"openid": one.openid}).items())
    name, value = one.pick(pairs)
    second = one.pick([value, "", one.marker])
    at = 0 if one.number % 2 else len(pairs)
    return wire("POST", [*pairs[:at], (name, second), *pairs[at:]], one.xml())


@refused("parameter huge or no UTF-8")
def _huge(one: Attempt) -> bytes:
    query = one.query()
    name = one.pick(["signature", "nonce", "timestamp"])
    raw = one.pick([b"\xff\xfe\x00", "令牌".encode("gbk"), b"\x00\r\nX: y", b"a" * 3_000])
    rest = urlencode({key: value for key, value in query.items() if key != name})
    return wire("POST", f"{rest}&{name}={percent(raw + one.marker.encode())}", one.xml())


@refused("encrypt_type odd")
def _encrypt_type(one: Attempt) -> bytes:
    odd = one.pick(["AES", "des", "aes ", "plain", "0", "aes\x00", "raw,aes", "<b>"])
    return one.plain(one.xml(), encrypt_type=odd + one.pick(["", one.marker]))


@refused("echostr abused")
def _echostr(one: Attempt) -> bytes:
    echo = one.pick(
        [
            f"<script>{one.marker}</script>",
            f"1\r\nSet-Cookie: {one.marker}",
            one.marker * 200,
            f"回声{one.marker}",
            f"{one.marker}\x00",
            f"{one.marker}&amp;",
            f"javascript:{one.marker}",
            f'"{one.marker}"',
            f"{{{{{one.marker}}}}}",
            f" {one.marker} ",
        ]
    )
    return wire("GET", one.query(echostr=echo + "'" * (one.number // 10)))


@refused("echostr without signature")
def _echo_unsigned(one: Attempt) -> bytes:
    return wire("GET", one.query(echostr=one.marker) | {"signature": "0" * (one.number + 21)})


@refused("wrong method")
def _method(one: Attempt) -> bytes:
    method = one.pick(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "BREW"])
    body = one.xml() * one.pick([0, 1, 400, 4_000])
    return wire(method, one.query(), body)


@refused("no XML at all")
def _no_xml(one: Attempt) -> bytes:
    fields = {name: str(value) for name, value in one.fields().items()}
    html = f"<html><body><xml>{one.marker}</xml></body></html>"
    texts = ["", " \n", json.dumps(fields), urlencode(fields), html, "xml", "<", "<xml", "<?xml?>"]
    noise = one.chance.randbytes(300)
    return one.plain(noise if one.number % 10 == 9 else one.pick(texts).encode())


@refused("document type and entities")
def _dtd(one: Attempt) -> bytes:
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12))
    declared = one.pick(
        [
            f'<!DOCTYPE xml [<!ENTITY b0 "{one.marker}">{bomb}]>',
            '<!DOCTYPE xml [<!ENTITY b11 SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE xml [<!ENTITY b11 SYSTEM "http://127.0.0.1:1/">]>',
            '<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd">',
            '<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]>',
            "",
        ]
    )
    body = one.xml("HERE").replace(b"<![CDATA[HERE]]>", one.pick([b"&b11;", b"&b0;&b11;"]))
    return one.plain(one.pick([b"", b"<?xml version='1.0'?>"]) + declared.encode() + body)


@refused("another encoding")
def _encoding(one: Attempt) -> bytes:
    text = one.xml(f"房东不退押金怎么办，{one.marker}" * (one.number + 1)).decode()
    name = one.pick(["gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5", "cp1140"])
    declared = f'<?xml version="1.0" encoding="{name}"?>' if one.number % 2 else ""
    return one.plain((declared + text).encode(name, "replace"))


@refused("broken UTF-8")
def _broken(one: Attempt) -> bytes:
    noise = one.pick([b"\xff\xfe", b"\xc0\xaf", b"\x80", b"\xf8\x88\x80\x80\x80", b"\xe4\xbd"])
    return one.plain(one.xml("HERE!").replace(b"HERE", noise * (1 + one.number // 5)))


@refused("cut off")
def _cut(one: Attempt) -> bytes:
    body = one.xml()
    return one.plain(body[: one.chance.randrange(1, len(body) - 1)])


@refused("field missing")
def _field_missing(one: Attempt) -> bytes:
    fields = one.fields()
    del fields[one.pick(["FromUserName", "ToUserName", "MsgType", "MsgId"])]
    filler = "" if one.number % 2 else "  "
    body = "".join(f"<{name}>{filler}{value}</{name}>" for name, value in fields.items())
    return one.plain(f"<xml>{body}</xml>".encode())


@refused("event without time or name")
def _event_missing(one: Attempt) -> bytes:
    fields = one.fields(MsgType="event", Event="CLICK", EventKey=one.marker)
    del fields[one.pick(["CreateTime", "Event"])]
    body = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return one.plain(f"<xml>{body}</xml>".encode())


@refused("identity doubled")
def _doubled(one: Attempt) -> bytes:
    name = one.pick(["FromUserName", "ToUserName", "CreateTime", "MsgType", "MsgId"])
    second = f"<{name}>{one.pick([one.marker, '7'])}</{name}>".encode()
    body = one.xml()
    return one.plain(
        body.replace(b"<xml>", b"<xml>" + second)
        if one.number % 2
        else body.replace(b"</xml>", second + b"</xml>")
    )


@refused("shape foreign")
def _shape(one: Attempt) -> bytes:
    body = one.xml()
    deep = b"<a>" * 5_000
    return one.plain(
        one.pick(
            [
                body.replace(b"<xml>", b"<XML>"),
                body.replace(b"<xml>", b'<xml a="b">'),
                body.replace(b"<MsgType>", b'<MsgType x="y">'),
                body.replace(b"<xml>", b"<xml><!-- a comment -->"),
                body.replace(b"<xml>", b"<xml><?php echo 1?>"),
                body.replace(b"xml>", b"ns:xml>"),
                body.replace(b"<xml>", b"<xml>" + deep),
                b"<xml>" + b"<a>1</a>" * 65 + body.removeprefix(b"<xml>"),
                b"<xml>" + b"<a>" * 200_000,
                b"<xml>" + b"</Content>" * 90_000,
                b"<xml><Content><![CDATA[" + b"]]> </Content>" * 60_000,
                body + one.marker.encode(),
                body + b"<xml></xml>",
                b"<root>" + body + b"</root>",
                b"x" + body,
                b"<xml>" + b" " * 800_000,
            ]
        )
    )


@refused("name with markup")
def _markup(one: Attempt) -> bytes:
    name = one.pick([f"<b>{one.marker}</b>", f"o {one.marker}", "o" * 129, "居民", "a]]>b", "a\nb"])
    field = one.pick(["FromUserName", "ToUserName", "FromUserName"])
    return one.plain(one.xml("x", **{field: name}))


@refused("openid of somebody else")
def _openid(one: Attempt) -> bytes:
    other = one.pick([one.openid + "x", one.openid[:-1], one.marker, one.openid.lower(), " "])
    return one.plain(one.xml(), openid=other)


@refused("another account")
def _account(one: Attempt) -> bytes:
    other = one.pick(["gh_0", one.target.original_id + "0", one.target.original_id.upper()])
    return one.plain(one.xml(ToUserName=other + "a" * (one.number // 3)))
