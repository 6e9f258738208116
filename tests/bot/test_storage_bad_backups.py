"""Whatever is wrong with a backup is told, before anything is written and with nothing left."""

import json
import struct
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipFile

import pytest
from sqlalchemy import Engine

from bot.storage.archive import MANIFEST, BadBackup, LaterBackup
from bot.storage.backup import check, restore
from tests.bot.backup_examples import (
    DEEP,
    MEMBERS,
    MESSAGES,
    changed,
    is_untouched,
    tables,
    told,
)


def test_one_changed_byte_is_told_wherever_it_is(intact: Path) -> None:
    """In what is packed, in the names, in the list at the end: never a traceback."""
    whole, other = intact.read_bytes(), intact.with_name("other.backup")
    same = check(intact)
    found = 0
    for place in range(0, len(whole), max(1, len(whole) // 300)):
        spoilt = bytearray(whole)
        spoilt[place] ^= 0xFF
        other.write_bytes(spoilt)
        try:
            assert check(other) == same  # a time in a head matters to nobody
        except BadBackup:
            found += 1
    assert found > 200


@pytest.mark.parametrize("bit", [1, 4, 8, 64])
def test_a_spoilt_list_at_the_end_is_told(intact: Path, bit: int) -> None:
    """Every byte of the first two of its members and of its own head."""
    whole, other = intact.read_bytes(), intact.with_name("other.backup")
    same = check(intact)
    begins = struct.unpack("<L", whole[-6:-2])[0]
    for place in (*range(begins, begins + 130), *range(len(whole) - 22, len(whole))):
        spoilt = bytearray(whole)
        spoilt[place] ^= bit
        other.write_bytes(spoilt)
        with suppress(BadBackup):
            assert check(other) == same


@pytest.mark.parametrize("packed", [ZIP_LZMA, ZIP_BZIP2])
def test_what_is_packed_in_another_way_is_refused(intact: Path, packed: int) -> None:
    with pytest.raises(BadBackup, match="tables"):
        check(changed(intact, lambda _: None, packed))


def test_an_encrypted_member_is_told(intact: Path) -> None:
    whole = bytearray(intact.read_bytes())
    begins = struct.unpack("<L", whole[-6:-2])[0]
    whole[begins + 8] |= 1
    whole[6] |= 1
    intact.write_bytes(whole)
    with pytest.raises(BadBackup):
        check(intact)


@pytest.mark.parametrize(
    "fields",
    [
        {"format": 2},
        {"format": 2, "tables": "something new"},
        {"revision": "9999"},
    ],
)
def test_a_backup_of_a_later_version_is_told_before_anything_is_made(
    intact: Path, nothing_yet: Engine, fields: dict[str, object]
) -> None:
    with pytest.raises(LaterBackup):
        restore(nothing_yet, told(intact, **fields))
    assert is_untouched(nothing_yet)


@pytest.mark.parametrize(
    "fields",
    [
        {"format": 0},
        {"format": "one"},
        {"format": None},
        {"revision": ["0001"]},
        {"revision": None},
        {"tables": None},
        {"tables": ["staff"]},
        {"tables": [5]},
        {"keys": 5},
        {"keys": [["SECRET_KEY"]]},
        {"keys": {"SECRET_KEY": 5}},
        {"more": 1},
    ],
)
def test_a_manifest_that_says_nonsense_is_told(intact: Path, fields: dict[str, object]) -> None:
    with pytest.raises(BadBackup) as told_of:
        check(told(intact, **fields))
    assert not isinstance(told_of.value, LaterBackup)


def test_a_manifest_that_is_nested_too_deeply_is_told(intact: Path) -> None:
    with pytest.raises(BadBackup, match=MANIFEST):
        check(changed(intact, lambda members: members.update({MANIFEST: DEEP.encode()})))


def test_a_manifest_without_tables_is_incomplete(intact: Path, nothing_yet: Engine) -> None:
    def empty(members: MEMBERS) -> None:
        manifest = json.loads(members[MANIFEST]) | {"tables": []}
        members.clear()
        members[MANIFEST] = json.dumps(manifest).encode()

    with pytest.raises(BadBackup):
        restore(nothing_yet, changed(intact, empty))
    assert is_untouched(nothing_yet)


def test_a_table_that_is_named_nowhere_is_missed(intact: Path) -> None:
    def lose(members: MEMBERS) -> None:
        manifest = json.loads(members[MANIFEST])
        manifest["tables"] = [one for one in manifest["tables"] if one["name"] != "deliveries"]
        members[MANIFEST] = json.dumps(manifest).encode()
        del members["tables/deliveries.jsonl"]

    with pytest.raises(BadBackup, match="deliveries"):
        check(changed(intact, lose))


def test_a_table_that_is_not_in_the_file_is_missed(intact: Path) -> None:
    with pytest.raises(BadBackup, match="messages"):
        check(changed(intact, lambda members: members.pop(MESSAGES)))


@pytest.mark.parametrize("stranger", ["tables/more.jsonl", "more.txt", "../more"])
def test_what_no_manifest_names_is_told(intact: Path, stranger: str) -> None:
    with pytest.raises(BadBackup, match="more"):
        check(changed(intact, lambda members: members.update({stranger: b"[1]\n"})))


def test_an_empty_folder_in_the_file_harms_nobody(intact: Path) -> None:
    same = check(intact)
    assert check(changed(intact, lambda members: members.update({"tables/": b""}))) == same


def test_a_member_that_is_there_twice_is_told(intact: Path) -> None:
    with ZipFile(intact, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(MESSAGES, b"")
    with pytest.raises(BadBackup, match="messages"):
        check(intact)


def test_a_table_that_is_named_twice_is_told(intact: Path) -> None:
    manifest = json.loads(ZipFile(intact).read(MANIFEST))
    staff = next(one for one in manifest["tables"] if one["name"] == "staff")
    with pytest.raises(BadBackup, match="staff"):
        check(told(intact, tables=[*manifest["tables"], staff]))


def test_rows_of_which_the_manifest_knows_nothing_are_told(intact: Path) -> None:
    empty = {"rows": 0, "digest": sha256().hexdigest()}
    with pytest.raises(BadBackup, match="messages"):
        check(tables(intact, lambda named: named["messages"].update(empty)))


@pytest.mark.parametrize(
    "change",
    [
        lambda staff: staff["columns"].update({"shoe": "plain"}),
        lambda staff: staff["columns"].pop("role"),
        lambda staff: staff["columns"].update({"name": "secret"}),
        lambda staff: staff["columns"].update({"locked_until": "plain"}),
        lambda staff: staff.update({"columns": 5}),
        lambda staff: staff.update({"key": []}),
        lambda staff: staff.update({"key": 5}),
        lambda staff: staff.update({"last_id": "seven"}),
        lambda staff: staff.update({"name": ["staff"]}),
        lambda staff: staff.update({"name": 'staff"; DROP TABLE "staff'}),
        lambda staff: staff.update({"rows": "0"}),
    ],
)
def test_a_table_of_another_shape_is_told(
    intact: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(BadBackup):
        check(tables(intact, lambda named: change(named["staff"])))
