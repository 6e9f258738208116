"""Requests whose size or framing is a lie."""

from tests.hostile.attempt import Attempt, refused, wire


@refused("too large")
def _large(one: Attempt) -> bytes:
    size = one.pick([1_000_001, 1_100_000, 2_000_000, 5_000_000, 10_000_000])
    whole = one.xml("字" * (size // 3)) if one.number % 2 else b"a" * size
    return one.plain(whole) if one.number % 3 else wire("POST", {"signature": "0"}, whole)


@refused("too large in chunks")
def _large_chunks(one: Attempt) -> bytes:
    chunk = b"a" * one.pick([10_000, 65_536, 250_000])
    body = (b"%x\r\n%s\r\n" % (len(chunk), chunk)) * (1_200_000 // len(chunk) + 1) + b"0\r\n\r\n"
    return wire("POST", one.query(), body, ["Transfer-Encoding: chunked"])


@refused("Content-Length is a lie")
def _length(one: Attempt) -> bytes:
    body = one.xml()
    own = len(body)
    told = one.pick([own + 1, own + 500, own - 1, own - 60, 1, 0, 900_000, 10**12, 10**30])
    return wire("POST", one.query(), body, [f"Content-Length: {told}"])


@refused("Content-Length is no length")
def _no_length(one: Attempt) -> bytes:
    body = one.xml()
    told = one.pick(["-1", "0x10", "1e3", "", "abc", "+5", "5 5", "٥", "1,1"])
    headers = [f"Content-Length: {told}"]
    if one.number % 2:
        headers.append(f"Content-Length: {len(body)}")
    return wire("POST", one.query(), body, headers)


@refused("chunks broken")
def _chunks(one: Attempt) -> bytes:
    body = one.xml()
    whole = b"%x\r\n%s\r\n" % (len(body), body)
    broken = one.pick(
        [
            b"ZZ\r\n" + body,
            b"-1\r\n" + body,
            b"%x\r\n%s" % (len(body) + 50, body),
            b"%x\r\n%s" % (len(body) - 5, body),
            whole,
            whole + b"0",
            whole + b"zz\r\n",
            b"\r\n" + whole,
            b"fffffffffffffffff\r\n" + body,
            whole.replace(b"\r\n", b"\n"),
        ]
    )
    return wire("POST", one.query(), broken, ["Transfer-Encoding: chunked"])


@refused("length and chunks at once")
def _both(one: Attempt) -> bytes:
    body = one.xml()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    length = one.pick([0, 5, len(body), len(chunked)])
    headers = [f"Content-Length: {length}", "Transfer-Encoding: chunked"]
    return wire("POST", one.query(), chunked, headers[:: one.pick([1, -1])])
