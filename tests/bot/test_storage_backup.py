"""A backup is one moment of a running service, and restores into either engine, whole or not."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from bot.storage.archive import MANIFEST, BadBackup
from bot.storage.backup import NotCurrent, NotEmpty, back_up, check, restore
from bot.storage.engine import make_engine
from bot.storage.migrate import upgrade
from bot.storage.store import SqlStore
from bot.storage.vault import DatabaseVault, sealing_key
from handlers.cases import AttachmentId, Priority, Role, State
from handlers.errors import Unreachable
from handlers.model import (
    Attachment,
    AttachmentKind,
    Basis,
    CitedVersion,
    DecisionName,
    Kind,
    Offer,
    Reply,
)
from handlers.revisions import RevisionId
from knowledge.entry import Citation, EntryId
from tests.bot.storage_examples import (
    FARMER,
    HOUR,
    MINUTE,
    NOON,
    answers,
    case,
    exchange,
    outgoing,
    released_revision,
    says,
    sent,
)

KEYS = {"SECRET_KEY": None, "PERSONAL_DATA_KEY": "a mark"}
AWKWARD = 'O\'Brien "引号" \\反斜杠\t制表\n换行\u2028 🌾 \\N \x7f'
CONTENT = bytes(range(256)) * 40

Export = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """An empty database of either engine to restore into."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/restored/faxiaomei.db"
    else:
        url = request.getfixturevalue("empty_postgres_url")
    engine = make_engine(url)
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """Everything that can be kept, with awkward words, and a last number whose row is gone."""
    basis = Basis(
        EntryId("a-01"), "v1", "c1", (CitedVersion(Citation("民法典", "第一条"), date(2021, 1, 1)),)
    )
    offer = Offer(choices=(EntryId("a-01"),), rest=("第二部分",), question=AWKWARD, misses=1)
    with store.write() as records:
        exchange(records, says(AWKWARD), Reply(DecisionName.ANSWER, AWKWARD, offer, basis, None))
        exchange(records, says("", kind=Kind.FOLLOW, who=FARMER, at=NOON + MINUTE), answers(""))
        delivery = outgoing(records, text=AWKWARD)
        place = Attachment(AttachmentKind.PLACE, AWKWARD, latitude=42.53, longitude=-0.1)
        _, seen = exchange(records, says("", kind=Kind.MEDIA, at=NOON + HOUR), answers("收到位置"))
        records.attachments.add(seen, place, delivery.consultation, NOON + HOUR)
        voice = sent(records).id
        records.deliveries.claim(delivery.id, NOON, NOON + HOUR)
        urgent = case(records, who=FARMER, priority=Priority.URGENT)
        chief = records.personnel.add("李主任", Role.ADMIN, "hash2")
        released_revision(records, chief)
        records.consultations.move(urgent.number, State.WAITING, State.CLOSED, None, NOON + HOUR)
    vault(store).put(voice, CONTENT)
    return store


def vault(store: SqlStore) -> DatabaseVault:
    return DatabaseVault(store.engine, sealing_key("a key of tests, long enough for anybody"))


def exported(store: SqlStore) -> Export:
    with store.read() as records:
        return {
            "messages": list(records.exports.messages(outbound=True)),
            "consultations": list(records.exports.consultations()),
            "deliveries": list(records.exports.deliveries()),
            "staff": [{"staff": one} for one in records.personnel.listed()],
            "counts": [records.exports.counts()],
            "revisions": [{"of": one} for one in records.revisions.newest()],
            "done": [{"was": one} for one in records.revisions.events(RevisionId(1))],
            "overlay": [{"lies": one} for one in records.revisions.overlay()],
        }


def test_every_row_comes_back_in_either_engine(
    filled: SqlStore, target: SqlStore, tmp_path: Path
) -> None:
    made = back_up(filled.engine, tmp_path / "a.backup", "1", KEYS)
    assert restore(target.engine, tmp_path / "a.backup") == made
    assert exported(target) == exported(filled)
    with target.read() as records, filled.read() as before:
        known = before.conversations.known(FARMER)
        assert known is not None
        assert records.conversations.known(FARMER) == known
        assert (
            records.conversations.prior(known.id, "").offers
            == before.conversations.prior(known.id, "").offers
        )
        ids = [AttachmentId(1), AttachmentId(2)]
        there = [records.attachments.get(one) for one in ids]
        assert None not in there
        assert there == [before.attachments.get(one) for one in ids]
    assert vault(target).get(AttachmentId(2)) == CONTENT


def test_a_table_that_was_never_used_says_the_same_in_either_engine(
    store: SqlStore, target: SqlStore, tmp_path: Path
) -> None:
    made = back_up(store.engine, tmp_path / "a.backup", "1", KEYS)
    restore(target.engine, tmp_path / "a.backup")
    assert back_up(target.engine, tmp_path / "b.backup", "1", KEYS).tables == made.tables


def test_a_backup_of_a_restored_database_has_the_same_digests(
    filled: SqlStore, target: SqlStore, tmp_path: Path
) -> None:
    made = back_up(filled.engine, tmp_path / "a.backup", "1", KEYS)
    restore(target.engine, tmp_path / "a.backup")
    again = back_up(target.engine, tmp_path / "b.backup", "1", KEYS)
    assert again.tables == made.tables


def test_numbers_go_on_where_they_were_even_after_rows_were_deleted(
    filled: SqlStore, target: SqlStore, tmp_path: Path
) -> None:
    with filled.engine.begin() as connection:
        last = connection.exec_driver_sql("SELECT max(number) FROM consultations").scalar_one()
        which = f"consultation = {last}"
        connection.exec_driver_sql(f"DELETE FROM consultation_events WHERE {which}")
        connection.exec_driver_sql(f"DELETE FROM consultations WHERE number = {last}")
    back_up(filled.engine, tmp_path / "a.backup", "1", KEYS)
    restore(target.engine, tmp_path / "a.backup")
    with target.write() as records:
        assert case(records).number == last + 1
        exchange(records)


def test_a_backup_in_the_middle_of_writing_is_whole(
    store: SqlStore, target: SqlStore, tmp_path: Path
) -> None:
    """A message is never without its reply, nor a reply without its message."""
    done = threading.Event()

    def write_on() -> None:
        for number in count():
            if done.is_set():
                return
            with store.write() as records:
                exchange(records, says(key=f"m:{number}"))
                outgoing(records)

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        manifests = [back_up(store.engine, tmp_path / f"{n}.backup", "1", KEYS) for n in range(4)]
    finally:
        done.set()
        writer.join()
    rows = [made.counts["messages"] for made in manifests]
    assert rows == sorted(rows)
    assert rows[-1] > rows[0]
    for made in manifests:
        # Each unit kept three messages, one case and one delivery.
        assert made.counts["messages"] == 3 * made.counts["deliveries"]
        assert made.counts["consultations"] == made.counts["deliveries"]
    restore(target.engine, tmp_path / "3.backup")
    with target.read() as records:
        assert records.exports.counts()["deliveries"] == manifests[-1].counts["deliveries"]


def test_a_database_with_anything_in_it_is_left_alone(filled: SqlStore, tmp_path: Path) -> None:
    before = exported(filled)
    back_up(filled.engine, tmp_path / "a.backup", "1", KEYS)
    with pytest.raises(NotEmpty):
        restore(filled.engine, tmp_path / "a.backup")
    assert exported(filled) == before


def test_a_migrated_database_without_rows_may_be_filled(filled: SqlStore, tmp_path: Path) -> None:
    back_up(filled.engine, tmp_path / "a.backup", "1", KEYS)
    engine = make_engine(f"sqlite:///{tmp_path}/fresh.db")
    upgrade(engine)
    restore(engine, tmp_path / "a.backup")
    assert exported(SqlStore(engine)) == exported(filled)
    engine.dispose()


def test_a_changed_word_is_found_and_nothing_is_kept(
    filled: SqlStore, target: SqlStore, tmp_path: Path
) -> None:
    back_up(filled.engine, tmp_path / "a.backup", "1", KEYS)
    with (
        ZipFile(tmp_path / "a.backup") as intact,
        ZipFile(tmp_path / "b.backup", "w", ZIP_DEFLATED) as changed,
    ):
        for name in intact.namelist():
            content = intact.read(name)
            if name == "tables/staff.jsonl":
                content = content.replace("李主任".encode(), "张主任".encode())
            changed.writestr(name, content)
    with pytest.raises(BadBackup, match="staff"):
        restore(target.engine, tmp_path / "b.backup")
    restore(target.engine, tmp_path / "a.backup")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_damaged_file_is_told(filled: SqlStore, tmp_path: Path) -> None:
    back_up(filled.engine, tmp_path / "a.backup", "1", KEYS)
    whole = (tmp_path / "a.backup").read_bytes()
    spoilt = (
        b"",
        b"no zip at all",
        whole[: len(whole) // 2],
        whole[:200] + bytes(len(whole) - 400) + whole[-200:],
    )
    for content in spoilt:
        (tmp_path / "b.backup").write_bytes(content)
        with pytest.raises(BadBackup):
            check(tmp_path / "b.backup")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_one_changed_byte_is_told_wherever_it_is(filled: SqlStore, tmp_path: Path) -> None:
    """In what is packed, in the names, in the list at the end: never a traceback."""
    back_up(filled.engine, tmp_path / "a.backup", "1", KEYS)
    whole = (tmp_path / "a.backup").read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 400)):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        (tmp_path / "b.backup").write_bytes(changed)
        with suppress(BadBackup):  # a time in a head matters to nobody
            check(tmp_path / "b.backup")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_file_is_for_the_owner_alone_and_never_overwritten(
    filled: SqlStore, tmp_path: Path
) -> None:
    file = tmp_path / "a.backup"
    back_up(filled.engine, file, "1", KEYS)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        back_up(filled.engine, file, "1", KEYS)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith((".", "a.backup."))]


def test_the_manifest_names_keys_and_never_holds_one(filled: SqlStore, tmp_path: Path) -> None:
    back_up(filled.engine, tmp_path / "a.backup", "7.1", KEYS)
    with ZipFile(tmp_path / "a.backup") as archive:
        manifest = json.loads(archive.read(MANIFEST))
    assert manifest["keys"] == KEYS
    assert manifest["version"] == "7.1"
    assert manifest["revision"]
    assert manifest["engine"] == filled.engine.dialect.name


def test_what_is_not_migrated_is_not_backed_up(empty_database_url: str, tmp_path: Path) -> None:
    engine = make_engine(empty_database_url)
    with pytest.raises(NotCurrent):
        back_up(engine, tmp_path / "a.backup", "1", KEYS)
    assert not (tmp_path / "a.backup").exists()
    engine.dispose()


def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unreachable):
        back_up(engine, tmp_path / "a.backup", "1", KEYS)
    assert not list(tmp_path.iterdir())
    engine.dispose()
