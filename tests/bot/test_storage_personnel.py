"""Staff: names are unique, and what logging in rests on is kept."""

from collections.abc import Iterator

import pytest

from bot.storage.personnel import Credentials
from bot.storage.store import SqlRecords, SqlStore
from handlers.cases import Role, Staff, StaffId
from handlers.errors import BadInput
from tests.bot.storage_examples import HOUR, NOON, exchange


@pytest.fixture
def records(store: SqlStore) -> Iterator[SqlRecords]:
    with store.write() as records:
        yield records


def wang(records: SqlRecords) -> Staff:
    return records.personnel.add("王律师", Role.LAWYER, "hash")


def known(records: SqlRecords) -> Credentials:
    found = records.personnel.credentials("王律师")
    assert found is not None
    return found


def test_a_new_member_is_active_and_found_by_id_and_name(records: SqlRecords) -> None:
    added = wang(records)
    assert added == Staff(added.id, "王律师", Role.LAWYER, active=True)
    assert records.personnel.get(added.id) == added
    assert records.personnel.named("王律师") == added


def test_nobody_is_nobody(records: SqlRecords) -> None:
    assert records.personnel.get(StaffId(99)) is None
    assert records.personnel.named("无名") is None
    assert records.personnel.credentials("无名") is None


def test_a_name_that_is_taken_is_refused_and_the_unit_goes_on(store: SqlStore) -> None:
    with store.write() as records:
        first = wang(records)
        with pytest.raises(BadInput) as refused:
            records.personnel.add("王律师", Role.ADMIN, "other")
        assert refused.value.field == "name"
        exchange(records)
    with store.read() as records:
        assert records.personnel.listed() == [first]
        assert records.exports.counts()["messages"] == 1


def test_credentials_of_a_new_member_are_clean(records: SqlRecords) -> None:
    added = wang(records)
    assert known(records) == Credentials(added, "hash", 0, None, 0)


def test_failures_add_up_until_a_success(records: SqlRecords) -> None:
    who = wang(records).id
    records.personnel.record_failure(who, None)
    records.personnel.record_failure(who, NOON + HOUR)
    assert (known(records).failed_logins, known(records).locked_until) == (2, NOON + HOUR)
    records.personnel.record_success(who)
    assert (known(records).failed_logins, known(records).locked_until) == (0, None)


def test_a_new_password_ends_every_session_and_unlocks(records: SqlRecords) -> None:
    who = wang(records).id
    records.personnel.record_failure(who, NOON + HOUR)
    records.personnel.set_password(who, "new")
    found = known(records)
    assert (found.password_hash, found.session_epoch) == ("new", 1)
    assert (found.failed_logins, found.locked_until) == (0, None)


def test_who_is_kept_out_stays_known_and_loses_every_session(records: SqlRecords) -> None:
    who = wang(records).id
    records.personnel.set_active(who, active=False)
    kept_out = records.personnel.get(who)
    assert kept_out is not None
    assert not kept_out.active
    assert known(records).session_epoch == 1
    records.personnel.set_active(who, active=True)
    assert known(records).staff.active


def test_changes_touch_one_person_only(records: SqlRecords) -> None:
    other = records.personnel.add("李律师", Role.ADMIN, "hash")
    who = wang(records).id
    records.personnel.record_failure(who, NOON)
    records.personnel.set_password(who, "new")
    records.personnel.set_active(who, active=False)
    assert records.personnel.credentials("李律师") == Credentials(other, "hash", 0, None, 0)


def test_everybody_is_listed_in_the_order_they_came(records: SqlRecords) -> None:
    names = ["丙", "甲", "乙"]
    for name in names:
        records.personnel.add(name, Role.MEDIATOR, "hash")
    assert [member.name for member in records.personnel.listed()] == names
