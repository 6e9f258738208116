"""Attachments are fetched once, kept in one place, and asked for again when they are gone."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.storage.vault import DatabaseVault, sealing_key
from handlers.attachments import EXPIRED, NO_ACCESS, TOO_LARGE, Fetch, Fetched, Never, NotNow
from handlers.cases import AttachmentId, Keeping, KeptAttachment
from handlers.collector import LARGEST, LEASE, LIFE, PAUSES, Collector
from handlers.errors import Unreachable
from handlers.model import AttachmentKind, ChannelName
from tests.handlers.conftest import DEPOSIT, GRANNY, LATE_HOUSE, ZONE, House

AMR = b"#!AMR\n" + bytes(range(256)) * 4
JPEG = b"\xff\xd8\xff\xe0" + bytes(300)
VOICE, PICTURE = AttachmentKind.VOICE, AttachmentKind.PICTURE


class Killed(BaseException):
    """The process ends here."""


@dataclass
class HandSource:
    """Gives what the test lines up; a source that dies on the way if that is a call."""

    gives: list[Fetch | Callable[[], Fetch]] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def fetch(self, reference: str, largest: int) -> Fetch:
        self.asked.append((reference, largest))
        given = self.gives.pop(0)
        return given() if callable(given) else given


@dataclass
class Works:
    """A collector over the house's store."""

    house: House
    source: HandSource
    vault: DatabaseVault
    collector: Collector

    def collect(self, *gives: Fetch | Callable[[], Fetch]) -> None:
        """Tries everything that is overdue, once."""
        self.source.gives = list(gives)
        for attachment in self.collector.overdue():
            self.collector.collect_one(attachment)

    def now(self, attachment: int = 1) -> KeptAttachment:
        with self.house.store.read() as records:
            found = records.attachments.get(AttachmentId(attachment))
        assert found is not None
        return found


@pytest.fixture
def works(house: House) -> Works:
    source = HandSource()
    vault = DatabaseVault(house.store.engine, sealing_key("a secret of tests"))
    sources = {ChannelName.WECHAT: source}
    composer = house.reception.composer
    collector = Collector(house.store, house.clock, ZONE, sources, vault, composer)
    return Works(house, source, vault, collector)


def killed() -> Fetch:
    raise Killed


def test_a_voice_is_fetched_and_kept_with_what_it_really_is(works: Works) -> None:
    works.house.receive(VOICE)
    works.collect(Fetched(AMR))
    kept = works.now()
    assert (kept.state, kept.media_type, kept.size) == (Keeping.KEPT, "audio/amr", len(AMR))
    assert len(kept.digest) == 64
    assert works.vault.get(kept.id) == AMR
    assert works.source.asked == [("media-1", LARGEST[VOICE])]
    assert works.collector.overdue() == []


def test_what_is_kept_is_not_fetched_again(works: Works) -> None:
    works.house.receive(VOICE)
    works.collect(Fetched(AMR))
    assert works.collector.collect_one(AttachmentId(1)) is None
    assert len(works.source.asked) == 1


def test_a_collector_that_dies_on_the_way_leaves_it_to_the_next(works: Works) -> None:
    works.house.receive(VOICE)
    with pytest.raises(Killed):
        works.collect(killed)
    assert works.collector.overdue() == []
    works.house.clock.pass_by(seconds=LEASE.total_seconds())
    works.collect(Fetched(AMR))
    assert (works.now().state, works.now().attempts) == (Keeping.KEPT, 2)


def test_a_crash_between_vault_and_note_is_made_good_in_the_same_place(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    works.house.receive(VOICE)
    put = DatabaseVault.put

    def put_and_die(vault: DatabaseVault, attachment: AttachmentId, content: bytes) -> None:
        put(vault, attachment, content)
        raise Killed

    monkeypatch.setattr(DatabaseVault, "put", put_and_die)
    with pytest.raises(Killed):
        works.collect(Fetched(AMR))
    monkeypatch.undo()
    assert works.now().state is Keeping.WANTED
    works.house.clock.pass_by(seconds=LEASE.total_seconds())
    works.collect(Fetched(AMR))
    assert works.now().state is Keeping.KEPT
    with works.house.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM attachment_contents").scalar_one()
    assert rows == 1


def test_one_that_was_thought_dead_changes_nothing_when_it_comes_back(works: Works) -> None:
    works.house.receive(VOICE)

    def slow() -> Fetch:
        works.house.clock.pass_by(seconds=LEASE.total_seconds())
        works.collect(Fetched(AMR))
        return Never(EXPIRED)

    works.collect(slow)
    assert (works.now().state, works.now().attempts) == (Keeping.KEPT, 2)
    assert works.vault.get(AttachmentId(1)) == AMR


def test_a_vault_that_is_shut_loses_nothing(works: Works) -> None:
    works.house.receive(VOICE)
    shut = replace(works.collector, vault=replace(works.vault, key=None))
    works.source.gives = [Fetched(AMR)]
    with pytest.raises(Unreachable):
        shut.collect_one(AttachmentId(1))
    works.house.clock.pass_by(seconds=LEASE.total_seconds())
    works.collect(Fetched(AMR))
    assert works.now().state is Keeping.KEPT


def test_a_hiccup_is_tried_again_ever_more_patiently(works: Works) -> None:
    works.house.receive(PICTURE)
    waited: list[timedelta] = []
    for _ in range(len(PAUSES) + 2):
        works.source.gives = [NotNow("-1")]
        again = works.collector.collect_one(AttachmentId(1))
        assert again is not None
        waited.append(again - works.house.clock())
        assert works.collector.overdue() == []
        works.house.clock.time = again
    assert tuple(waited) == (*PAUSES, PAUSES[-1], PAUSES[-1])
    works.collect(Fetched(JPEG))
    assert works.now().state is Keeping.KEPT


@pytest.mark.parametrize(
    "content", [b"", b"<html><h1>502</h1>", b'{"errcode":-1}', "系统".encode()]
)
def test_an_error_page_is_not_taken_for_a_picture(works: Works, content: bytes) -> None:
    works.house.receive(PICTURE)
    works.collect(Fetched(content))
    assert (works.now().state, works.now().reason) == (Keeping.WANTED, "not_media")


def test_a_picture_of_an_unknown_kind_is_kept_all_the_same(works: Works) -> None:
    works.house.receive(PICTURE)
    works.collect(Fetched(b"\x00\x01\x02new format"))
    assert (works.now().state, works.now().media_type) == (
        Keeping.KEPT,
        "application/octet-stream",
    )


def test_what_is_too_large_is_gone_with_the_reason_and_nobody_is_asked(works: Works) -> None:
    works.house.receive(VOICE)
    works.collect(Never(TOO_LARGE))
    assert (works.now().state, works.now().reason) == (Keeping.GONE, TOO_LARGE)
    with works.house.store.read() as records:
        assert records.exports.counts()["deliveries"] == 0


def deliver_all(house: House) -> None:
    for delivery in house.courier.overdue():
        house.courier.deliver_one(delivery)


def test_who_sent_what_is_gone_is_asked_once_in_a_case(works: Works) -> None:
    number = works.house.receive(VOICE).consultation
    works.house.receive(PICTURE)
    works.collect(Never(EXPIRED), Never(EXPIRED))
    assert {works.now(n).state for n in (1, 2)} == {Keeping.GONE}
    deliver_all(works.house)
    [asked] = works.house.channel.pushed
    assert "请再发一次" in asked
    assert str(number) in asked


def test_after_48_hours_the_request_comes_with_the_next_reply(works: Works) -> None:
    works.house.receive(VOICE)
    works.house.clock.pass_by(hours=73)
    works.collect(Never(EXPIRED))
    deliver_all(works.house)
    assert works.house.channel.pushed == []
    assert "请再发一次" in works.house.hear("你好").text


def test_nobody_is_asked_for_what_belongs_to_no_case(works: Works) -> None:
    works.house.receive(PICTURE)
    works.collect(Never(EXPIRED))
    with works.house.store.read() as records:
        assert records.exports.counts()["deliveries"] == 0


def test_a_request_is_no_answer_and_closes_no_choice(works: Works) -> None:
    house = works.house
    house.receive(VOICE)
    house.finder.finds = {DEPOSIT: 0.5, LATE_HOUSE: 0.45}
    house.hear("房子的事")
    works.collect(Never(EXPIRED))
    deliver_all(house)
    picked = house.hear("第二个")
    assert picked.basis is not None
    number = house.hear("查").text
    assert "排队" in number


def test_what_three_days_did_not_bring_is_gone(works: Works) -> None:
    number = works.house.receive(VOICE).consultation
    works.collect(NotNow("http_502"))
    works.house.clock.pass_by(seconds=LIFE.total_seconds())
    works.collect(NotNow("http_502"))
    assert (works.now().state, works.now().reason) == (Keeping.GONE, EXPIRED)
    assert works.now().consultation == number


def test_without_access_it_waits_three_days_and_nobody_is_asked(works: Works) -> None:
    works.house.receive(VOICE)
    shut_out = replace(works.collector, sources={})
    shut_out.collect_one(AttachmentId(1))
    assert (works.now().state, works.now().reason) == (Keeping.WANTED, NO_ACCESS)
    works.house.clock.pass_by(seconds=LIFE.total_seconds())
    shut_out.collect_one(AttachmentId(1))
    assert (works.now().state, works.now().reason) == (Keeping.GONE, NO_ACCESS)
    with works.house.store.read() as records:
        assert records.exports.counts()["deliveries"] == 0


def test_staff_see_what_came_with_each_message(works: Works) -> None:
    number = works.house.receive(VOICE).consultation
    assert number is not None
    works.collect(Fetched(AMR))
    case = works.house.desk.case(number)
    [line] = [said for said in case.thread if said.id in case.attachments]
    assert case.attachments[line.id] == works.now()
    assert works.now().owner.address == GRANNY
