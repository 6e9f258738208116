"""What came along: noted once, in one pair of hands, sealed, and gone with its message."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, event, select

from bot.storage.store import SqlRecords, SqlStore
from bot.storage.tables import attachment_contents, attachments, messages
from bot.storage.vault import DatabaseVault, sealing_key
from handlers.cases import AttachmentId, Keeping, KeptAttachment
from handlers.errors import Unreachable
from handlers.model import Attachment, AttachmentKind, ConsultationNumber, Kind, MessageId
from tests.bot.storage_examples import (
    FARMER,
    GRANNY,
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    case,
    exchange,
    says,
    sent,
)

SECRET = "a secret of tests, as long as it must be"


@pytest.fixture
def records(store: SqlStore) -> Iterator[SqlRecords]:
    with store.write() as records:
        yield records


@pytest.fixture
def vault(store: SqlStore) -> DatabaseVault:
    return DatabaseVault(store.engine, sealing_key(SECRET))


def now(records: SqlRecords, kept: KeptAttachment) -> KeptAttachment:
    found = records.attachments.get(kept.id)
    assert found is not None
    return found


def claimed(records: SqlRecords, kept: KeptAttachment) -> KeptAttachment:
    taken = records.attachments.claim(kept.id, NOON, NOON + MINUTE)
    assert taken is not None
    return taken


def test_all_that_is_known_of_an_attachment_is_kept(records: SqlRecords) -> None:
    place = Attachment(
        AttachmentKind.PLACE, "梅河口市司法局\0", "r", "f", "https://e.cn/", 42.5397, 125.7128
    )
    resident, message = exchange(records, says("", kind=Kind.MEDIA))
    number = case(records).number
    kept = records.attachments.add(message, place, number, NOON)
    assert kept.attachment.title == "梅河口市司法局"
    assert (kept.attachment.latitude, kept.attachment.longitude) == (42.5397, 125.7128)
    assert (kept.attachment.reference, kept.attachment.format) == ("r", "f")
    assert kept.attachment.link == "https://e.cn/"
    assert (kept.owner, kept.message, kept.consultation) == (resident, message, number)
    assert kept.came_at == NOON
    assert now(records, kept) == kept


@pytest.mark.parametrize(
    ("kind", "reference", "state"),
    [
        (AttachmentKind.VOICE, "media-1", Keeping.WANTED),
        (AttachmentKind.FILE, "", Keeping.GONE),
        (AttachmentKind.PLACE, "", Keeping.KEPT),
        (AttachmentKind.LINK, "", Keeping.KEPT),
    ],
)
def test_only_what_can_be_fetched_is_wanted(
    records: SqlRecords, kind: AttachmentKind, reference: str, state: Keeping
) -> None:
    kept = sent(records, kind, reference=reference)
    assert kept.state is state
    assert records.attachments.ready(NOON, 10) == ([kept.id] if state is Keeping.WANTED else [])


def test_one_of_many_gets_it(store: SqlStore) -> None:
    with store.write() as records:
        kept = sent(records)

    def claim(_: int) -> bool:
        with store.write() as records:
            return records.attachments.claim(kept.id, NOON, NOON + MINUTE) is not None

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(claim, range(8))) == 1


def test_after_the_lease_another_gets_it_and_the_first_changes_nothing(
    records: SqlRecords,
) -> None:
    kept = sent(records)
    stale = claimed(records, kept)
    assert records.attachments.claim(kept.id, NOON + MINUTE - SECOND, NOON + HOUR) is None
    fresh = records.attachments.claim(kept.id, NOON + MINUTE, NOON + HOUR)
    assert fresh is not None
    assert fresh.attempts == 2
    assert not records.attachments.keep(stale, "audio/amr", 7, "d")
    assert not records.attachments.postpone(stale, NOON, "x")
    assert not records.attachments.lose(stale, "expired")
    assert records.attachments.keep(fresh, "audio/amr", 7, "d")
    assert (now(records, kept).media_type, now(records, kept).size) == ("audio/amr", 7)
    assert not records.attachments.lose(fresh, "expired")


def test_what_is_late_comes_longest_overdue_first(records: SqlRecords) -> None:
    late = sent(records, at=NOON - MINUTE)
    later = sent(records, at=NOON - HOUR)
    sent(records, at=NOON + SECOND)
    postponed = claimed(records, sent(records, at=NOON - HOUR))
    records.attachments.postpone(postponed, NOON + HOUR, "-1")
    assert records.attachments.ready(NOON, 10) == [later.id, late.id]
    assert records.attachments.ready(NOON, 1) == [later.id]


def test_only_the_residents_own_recent_and_homeless_ones_join_a_case(records: SqlRecords) -> None:
    first, second = case(records), case(records)
    ours, old = sent(records), sent(records, at=NOON - 3 * HOUR)
    placed, others = sent(records, number=first.number), sent(records, who=FARMER)
    records.attachments.join(second.resident.id, second.number, NOON - HOUR)
    numbers = [now(records, one).consultation for one in (ours, old, placed, others)]
    assert numbers == [second.number, None, first.number, None]


def test_the_queue_says_which_kinds_belong_to_a_case(records: SqlRecords) -> None:
    number, without = case(records).number, case(records).number
    for kind in (AttachmentKind.PICTURE, AttachmentKind.VOICE, AttachmentKind.PICTURE):
        sent(records, kind, number=number)
    kinds = records.attachments.kinds_in([number, without])
    assert dict(kinds) == {number: [AttachmentKind.VOICE, AttachmentKind.PICTURE]}
    assert not records.attachments.kinds_in([])


def test_attachments_are_found_by_their_messages(records: SqlRecords) -> None:
    first, second = sent(records), sent(records)
    wanted = [first.message, MessageId(9_999)]
    assert records.attachments.of_messages(wanted) == {first.message: first}
    assert second.message not in records.attachments.of_messages(wanted)


def test_a_resident_is_asked_once_a_case(records: SqlRecords) -> None:
    number = case(records).number
    one, two, homeless = sent(records, number=number), sent(records, number=number), sent(records)
    assert records.attachments.ask_again(one.id, NOON) == number
    assert records.attachments.ask_again(two.id, NOON) is None
    assert records.attachments.ask_again(homeless.id, NOON) is None


@pytest.mark.parametrize("size", [0, 1, 2, 3, 1_000, 2_000_000])
def test_a_content_comes_out_as_it_went_in(
    store: SqlStore, vault: DatabaseVault, size: int
) -> None:
    with store.write() as records:
        kept = sent(records)
    content = bytes(n % 251 for n in range(size))
    vault.put(kept.id, content)
    assert vault.get(kept.id) == content


def test_nobody_reads_a_content_from_the_rows(store: SqlStore, vault: DatabaseVault) -> None:
    with store.write() as records:
        kept = sent(records)
    vault.put(kept.id, b"name and number on a contract" * 50)
    with store.engine.connect() as connection:
        sealed = connection.execute(select(attachment_contents.c.sealed)).scalar_one()
    assert b"contract" not in sealed
    with pytest.raises(Unreachable):
        DatabaseVault(store.engine, sealing_key("another key")).get(kept.id)
    with pytest.raises(Unreachable):
        DatabaseVault(store.engine, None).get(kept.id)


def test_a_second_time_replaces_and_erasing_twice_is_erasing(
    store: SqlStore, vault: DatabaseVault
) -> None:
    with store.write() as records:
        kept = sent(records)
    vault.put(kept.id, b"first")
    vault.put(kept.id, b"second")
    assert vault.get(kept.id) == b"second"
    vault.erase(kept.id)
    vault.erase(kept.id)
    assert vault.get(kept.id) is None


def test_whoever_erases_a_message_leaves_nothing_of_its_attachment(
    store: SqlStore, vault: DatabaseVault
) -> None:
    with store.write() as records:
        kept = sent(records)
    vault.put(kept.id, b"a voice")
    with store.engine.begin() as connection:
        connection.execute(delete(messages).where(messages.c.reply_to == kept.message))
        connection.execute(delete(messages).where(messages.c.id == kept.message))
        assert connection.execute(select(attachments.c.id)).all() == []
        assert connection.execute(select(attachment_contents.c.attachment)).all() == []


def test_what_belongs_to_no_case_is_erased_with_its_content(
    store: SqlStore, vault: DatabaseVault
) -> None:
    with store.write() as records:
        filed, unfiled = sent(records, number=case(records).number), sent(records)
        others = sent(records, who=FARMER)
    for one in (filed, unfiled, others):
        vault.put(one.id, b"a voice")
    with store.write() as records:
        records.attachments.erase_unfiled(unfiled.owner.id)
        assert records.attachments.get(unfiled.id) is None
        assert records.attachments.get(filed.id) == filed
    assert [vault.get(one.id) for one in (filed, unfiled, others)] == [
        b"a voice",
        None,
        b"a voice",
    ]


def test_no_list_ever_loads_a_content(store: SqlStore, vault: DatabaseVault) -> None:
    with store.write() as records:
        number = case(records).number
        kept = sent(records, number=number)
    vault.put(kept.id, b"a film")
    asked: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    with store.read() as records:
        records.attachments.kinds_in([number])
        records.attachments.of_messages([kept.message])
        records.attachments.ready(NOON + HOUR, 50)
        records.conversations.since(kept.owner.id, MessageId(0), 50)
    event.remove(store.engine, "before_cursor_execute", note)
    assert asked
    assert not any("sealed" in statement for statement in asked)


def test_handing_over_and_losing_at_once_wait_for_nobody_for_ever(store: SqlStore) -> None:
    """One unit has the resident and wants the attachments, the other begins with an attachment."""
    with store.write() as records:
        number = case(records).number
        kept = [sent(records, number=number) for _ in range(12)]
        resident = kept[0].owner

    def lose(one: KeptAttachment) -> bool:
        with store.write() as records:
            taken = records.attachments.claim(one.id, NOON, NOON + MINUTE)
        assert taken is not None
        with store.write() as records:
            lost = records.attachments.lose(taken, "expired")
            asked = records.attachments.ask_again(one.id, NOON)
            if asked:
                records.conversations.add_remark(asked, "请再发一次", NOON)
            return lost

    def join(_: KeptAttachment) -> bool:
        with store.write() as records:
            records.conversations.resident(GRANNY, NOON)
            records.attachments.join(resident.id, number, NOON - timedelta(days=1))
            return True

    with ThreadPoolExecutor(6) as threads:
        done = [threads.submit(act, one) for one in kept for act in (lose, join)]
    assert all(one.result() for one in done)
    with store.read() as records:
        said = records.conversations.since(resident.id, MessageId(0), 200)
        assert sum(line.text == "请再发一次" for line in said) == 1


def test_an_unknown_attachment_is_nothing(records: SqlRecords) -> None:
    assert records.attachments.get(AttachmentId(99)) is None
    assert records.attachments.claim(AttachmentId(99), NOON, NOON + HOUR) is None
    assert records.attachments.kinds_in([ConsultationNumber(1)]) == {}
