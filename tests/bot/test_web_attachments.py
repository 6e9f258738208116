"""Attachments at the console: staff alone see them, and no browser ever runs them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import pytest
import requests

from handlers.attachments import EXPIRED, Fetch, Fetched, Never
from handlers.cases import AttachmentId
from handlers.collector import Collector
from handlers.model import Address, Attachment, AttachmentKind, ChannelName, Kind, Message
from tests.bot.site import Member, Site, open_site

AMR = b"#!AMR\n" + bytes(1_000)
MP3 = b"ID3\x04" + bytes(1_000)
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(1_000)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SCRIPT = b"<html><script>alert(document.cookie)</script></html>"

_keys = count(1)


@dataclass(frozen=True)
class OneContent:
    """A source that has one thing to give."""

    gives: Fetch

    def fetch(self, reference: str, largest: int) -> Fetch:
        return self.gives


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def member(site: Site) -> Member:
    return site.member()


def send(
    site: Site, attachment: Attachment, gives: Fetch | None = None, text: str = ""
) -> tuple[int, AttachmentId]:
    """A new resident sends it, asks for a person, and it is fetched; case and attachment."""
    key = next(_keys)
    resident = Address(ChannelName.WECHAT, f"resident-{key}")
    voice = attachment.kind is AttachmentKind.VOICE
    kind = Kind.VOICE if voice else Kind.MEDIA
    now = site.clock()
    reception = site.services.reception
    reception.receive(Message(resident, f"m:{key}", kind, text, now, attachment))
    asked = reception.receive(Message(resident, f"n:{key}", Kind.TEXT, "人工", now))
    assert asked.consultation is not None
    case = site.services.desk.case(asked.consultation)
    [kept] = case.attachments.values()
    if gives is not None:
        sources = {ChannelName.WECHAT: OneContent(gives)}
        store, vault = site.services.store, site.services.vault
        zone, composer = site.services.settings.zone, reception.composer
        Collector(store, site.clock, zone, sources, vault, composer).collect_one(kept.id)
    return asked.consultation, kept.id


def voice() -> Attachment:
    return Attachment(AttachmentKind.VOICE, reference="v", format="amr")


def picture() -> Attachment:
    return Attachment(AttachmentKind.PICTURE, reference="p")


def get(member: Member, attachment: int, **headers: str) -> requests.Response:
    return member.get(f"/console/attachments/{attachment}", **headers)


def page_of(member: Member, number: int) -> str:
    return member.get(f"/console/cases/{number}").text


def test_the_queue_says_what_was_sent_besides_words(site: Site, member: Member) -> None:
    number, _ = send(site, voice())
    queue = member.get("/console/").text
    row = queue[queue.index(f'id="case-{number}"') :]
    assert "语音" in row[: row.index("</li>")]


def test_a_recording_no_browser_plays_is_offered_with_a_word_on_how_to_listen(
    site: Site, member: Member
) -> None:
    number, kept = send(site, voice(), Fetched(AMR))
    page = page_of(member, number)
    assert f'href="/console/attachments/{kept}" download' in page
    assert "AMR" in page
    assert "<audio" not in page
    response = get(member, kept)
    assert response.content == AMR
    assert response.headers["Content-Type"] == "audio/amr"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert f"{number}-{kept}.amr" in response.headers["Content-Disposition"]


def test_a_recording_a_browser_plays_is_played_in_parts(site: Site, member: Member) -> None:
    number, kept = send(site, voice(), Fetched(MP3))
    assert f'<audio id="play-{kept}"' in page_of(member, number)
    part = get(member, kept, Range="bytes=0-9")
    assert (part.status_code, part.content) == (206, MP3[:10])
    assert part.headers["Content-Range"] == f"bytes 0-9/{len(MP3)}"


def test_a_film_is_played_and_a_picture_shown(site: Site, member: Member) -> None:
    film, kept = send(site, Attachment(AttachmentKind.VIDEO, reference="f"), Fetched(MP4))
    assert f'<video id="play-{kept}"' in page_of(member, film)
    shown, kept = send(site, picture(), Fetched(PNG))
    page = page_of(member, shown)
    assert f'<a href="/console/attachments/{kept}" target="_blank" rel="noopener"><img' in page
    response = get(member, kept)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Disposition"].startswith("inline")


def test_words_of_a_recognised_voice_stand_with_a_caution(site: Site, member: Member) -> None:
    number, _ = send(site, voice(), Fetched(AMR), text="房东不退押金")
    page = page_of(member, number)
    assert "房东不退押金" in page
    assert "以录音为准" in page


@pytest.mark.parametrize(
    "content", [SCRIPT, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"%PDF-1.7"]
)
def test_a_file_is_never_a_page(site: Site, member: Member, content: bytes) -> None:
    file = Attachment(AttachmentKind.FILE, "合同.html", reference="f")
    number, kept = send(site, file, Fetched(content))
    response = get(member, kept)
    assert response.content == content
    assert response.headers["Content-Type"] in ("application/octet-stream", "application/pdf")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "filename*=UTF-8''%E5%90%88%E5%90%8C.html" in response.headers["Content-Disposition"]
    assert "查毒" in page_of(member, number)


@pytest.mark.parametrize("content", [AMR, PNG, MP4])
def test_every_content_comes_locked_up(site: Site, member: Member, content: bytes) -> None:
    _, kept = send(site, picture(), Fetched(content))
    headers = get(member, kept).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize(
    "title", ["../../etc/passwd", "a\\b\r\nSet-Cookie: x=1.txt", '"; filename="x.html', "." * 90]
)
def test_a_name_of_a_file_does_no_harm(site: Site, member: Member, title: str) -> None:
    file = Attachment(AttachmentKind.FILE, title, reference="f")
    number, kept = send(site, file, Fetched(b"\x00words"))
    response = get(member, kept)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "/etc" not in response.headers["Content-Disposition"]
    assert page_of(member, number)


def test_nobody_but_staff_gets_one(site: Site, member: Member) -> None:
    _, kept = send(site, picture(), Fetched(PNG))
    response = site.get(f"/console/attachments/{kept}", allow_redirects=False)
    assert response.status_code == 302
    assert response.content != PNG
    visitor = site.visitor()
    assert visitor.session.get(f"{site.url}/console/attachments/{kept}").content != PNG


def test_what_is_not_there_is_not_found(site: Site, member: Member) -> None:
    _, wanted = send(site, picture())
    _, gone = send(site, picture(), Never(EXPIRED))
    _, place = send(site, Attachment(AttachmentKind.PLACE, "司法局", latitude=1.0, longitude=2.0))
    for attachment in (wanted, gone, place, 999_999):
        assert get(member, attachment).status_code == 404


def test_staff_read_what_became_of_it(site: Site, member: Member) -> None:
    wanted, _ = send(site, picture())
    assert "正在从微信取" in page_of(member, wanted)
    gone, _ = send(site, picture(), Never(EXPIRED))
    assert "已过期，请居民重发" in page_of(member, gone)
    large, _ = send(site, picture(), Never("too_large"))
    assert "太大" in page_of(member, large)
    file, _ = send(site, Attachment(AttachmentKind.FILE, "合同.docx"))
    assert "合同.docx" in page_of(member, file)
    assert "拍成照片" in page_of(member, file)


def test_a_place_and_a_link_are_shown_with_all_that_is_known(site: Site, member: Member) -> None:
    place = Attachment(AttachmentKind.PLACE, "司法局", latitude=42.5397, longitude=125.7128)
    page = page_of(member, send(site, place)[0])
    assert "司法局" in page
    assert "42.539700" in page
    link = Attachment(AttachmentKind.LINK, "<b>工资", link="https://example.cn/?a=1&b=2")
    page = page_of(member, send(site, link)[0])
    assert 'href="https://example.cn/?a=1&amp;b=2"' in page
    assert "noreferrer" in page
    assert "<b>工资" not in page


def test_a_request_to_send_again_does_not_look_like_an_answer(site: Site, member: Member) -> None:
    number, _ = send(site, picture(), Never(EXPIRED))
    member.act(number, "claim")
    page = page_of(member, number)
    assert "请再发一次" in page
    assert "再答一次" not in page
    member.act(number, "answer", text="照片没收到，请再发。")
    page = page_of(member, number)
    assert page.count('class="delivery ') == 1


def test_a_shut_vault_is_a_fault_and_no_empty_picture(site: Site, member: Member) -> None:
    _, kept = send(site, picture(), Fetched(PNG))
    vault = site.services.vault
    shut = replace(vault, key=None)  # type: ignore[type-var]
    object.__setattr__(site.services, "vault", shut)
    try:
        assert get(member, kept).status_code == 503
    finally:
        object.__setattr__(site.services, "vault", vault)
