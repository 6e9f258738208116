"""Many at once, in threads and in processes: nothing twice, nothing lost, nobody stuck."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier as ProcessBarrier
from threading import Barrier, Event
from time import monotonic
from typing import TypeVar

from bot.storage.engine import make_engine
from bot.storage.migrate import is_current, upgrade
from bot.storage.store import SqlStore
from handlers.cases import DeliveryId, State
from handlers.model import ConsultationNumber, MessageId, Offer, Resident
from tests.bot.storage_examples import (
    FARMER,
    GRANNY,
    HOUR,
    NOON,
    answers,
    case,
    exchange,
    lawyer,
    outgoing,
    says,
)

T = TypeVar("T")

LONG = 60
"""Seconds after which a test that hangs fails instead."""

ROUNDS = 20


class _Meeting:
    """Where the processes of one test wait for each other."""

    point: ProcessBarrier


def _arrive(point: ProcessBarrier) -> None:
    _Meeting.point = point


def _together(work: Callable[[SqlStore], T], url: str) -> T:
    engine = make_engine(url)
    try:
        with engine.connect():  # the connection is not part of the race
            pass
        _Meeting.point.wait(LONG)
        return work(SqlStore(engine))
    finally:
        engine.dispose()


def in_processes(count: int, work: Callable[[SqlStore], T], url: str) -> list[T]:
    """Runs the same work in so many processes that all begin at the same moment."""
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["bot.storage.migrate", "bot.storage.store"])
    point = processes.Barrier(count)
    with ProcessPoolExecutor(count, processes, _arrive, (point,)) as pool:
        return [done.result() for done in [pool.submit(_together, work, url) for _ in range(count)]]


def in_threads(count: int, work: Callable[[], T]) -> list[T]:
    """Runs the same work in so many threads that all begin at the same moment."""
    point = Barrier(count)

    def together() -> T:
        point.wait(LONG)
        return work()

    with ThreadPoolExecutor(count) as pool:
        return [done.result() for done in [pool.submit(together) for _ in range(count)]]


def _receive_thrice(store: SqlStore) -> list[str]:
    return in_threads(3, partial(_receive, store))


def _receive(store: SqlStore) -> str:
    """As reception does it: only the first finds nothing and makes up a reply."""
    with store.write() as records:
        resident = records.conversations.resident(GRANNY, NOON)
        said = records.conversations.reply_to(resident.id, "m:1")
        if said is None:
            said = answers(f"number {records.exports.counts()['messages']}")
            records.conversations.add(resident.id, says(key="m:1"), said)
        return said.text


def test_a_message_that_comes_three_times_to_two_processes_is_kept_once(
    database_url: str, store: SqlStore
) -> None:
    replies = in_processes(2, _receive_thrice, database_url)
    assert replies == [["number 0"] * 3] * 2
    with store.read() as records:
        counts = records.exports.counts()
    assert (counts["residents"], counts["messages"], counts["replies"]) == (1, 1, 1)


def _count_on(store: SqlStore) -> None:
    """Reads what was offered last and offers one more."""
    for _ in range(50):
        with store.write() as records:
            resident = records.conversations.resident(GRANNY, NOON)
            offers = records.conversations.prior(resident.id, "").offers
            last = offers[0] if offers else Offer()
            counted = answers(offer=replace(last, misses=last.misses + 1))
            message = says(key=f"m:{counted.offer.misses}")
            records.conversations.add(resident.id, message, counted)


def test_four_processes_that_read_and_then_write_lose_nothing(
    database_url: str, store: SqlStore
) -> None:
    in_processes(4, _count_on, database_url)
    with store.write() as records:
        resident = records.conversations.resident(GRANNY, NOON)
        assert records.conversations.prior(resident.id, "").offers == (Offer(misses=200),)
        assert records.exports.counts()["messages"] == 200


def _claim_every_case(store: SqlStore) -> list[ConsultationNumber]:
    with store.read() as records:
        waiting = records.consultations.listed([State.WAITING, State.CLAIMED], None, 0, ROUNDS)
        staff = records.personnel.named("王律师")
        assert staff is not None
    won = []
    for number in sorted(c.number for c in waiting):
        with store.write() as records:
            if records.consultations.move(number, State.WAITING, State.CLAIMED, staff.id, NOON):
                won.append(number)
    return won


def test_of_two_who_claim_a_case_at_once_one_wins(database_url: str, store: SqlStore) -> None:
    with store.write() as records:
        lawyer(records)
        numbers = [case(records).number for _ in range(ROUNDS)]
    first, second = in_processes(2, _claim_every_case, database_url)
    assert sorted(first + second) == numbers


def _claim_every_delivery(store: SqlStore) -> list[DeliveryId]:
    with store.read() as records:
        known = range(1, records.exports.counts()["deliveries"] + 1)
    won = []
    for number in map(DeliveryId, known):
        with store.write() as records:
            if records.deliveries.claim(number, NOON, NOON + HOUR):
                won.append(number)
    return won


def test_a_delivery_is_in_one_couriers_hands(database_url: str, store: SqlStore) -> None:
    with store.write() as records:
        put = [outgoing(records).id for _ in range(ROUNDS)]
    first, second = in_processes(2, _claim_every_delivery, database_url)
    assert sorted(first + second) == put


def test_a_double_click_is_one_answer(store: SqlStore) -> None:
    """Whoever gets a case holds it: what is read after that is still so when it is acted on."""
    with store.write() as records:
        staff, number = lawyer(records), case(records).number

    def answer() -> None:
        with store.write() as records:
            records.consultations.get(number)
            if not records.deliveries.for_consultation(number):
                said = records.conversations.add_answer(number, staff.id, "好", Offer(), NOON)
                records.deliveries.add(number, said, "好", NOON)

    in_threads(4, answer)
    with store.read() as records:
        assert len(records.deliveries.for_consultation(number)) == 1


def test_what_is_said_gets_its_id_in_the_order_it_can_be_read(store: SqlStore) -> None:
    """Else a page that asks for what follows the last id it has seen would miss an answer."""
    with store.write() as records:
        staff, number = lawyer(records), case(records).number

    def answer() -> MessageId:
        with store.write() as records:
            return records.conversations.add_answer(number, staff.id, "好", Offer(), NOON)

    with ThreadPoolExecutor(1) as pool:
        with store.write() as records:
            resident = records.conversations.resident(GRANNY, NOON)
            answered = pool.submit(answer)
            Event().wait(0.2)  # long enough to be first, if nothing kept it waiting
            said = records.conversations.add(resident.id, says(), answers())
        assert answered.result(LONG) > said


def test_two_who_look_up_each_others_case_both_get_through(store: SqlStore) -> None:
    with store.write() as records:
        of_granny, of_farmer = case(records, who=GRANNY), case(records, who=FARMER)
    wait_for_both = Barrier(2 if store.engine.dialect.name == "postgresql" else 1)

    def look(mine: Resident, theirs: ConsultationNumber) -> bool:
        with store.write() as records:
            records.conversations.resident(mine.address, NOON)
            wait_for_both.wait(LONG)
            return records.consultations.get(theirs) is not None

    with ThreadPoolExecutor(2) as pool:
        granny = pool.submit(look, of_granny.resident, of_farmer.number)
        farmer = pool.submit(look, of_farmer.resident, of_granny.number)
        assert granny.result(LONG)
        assert farmer.result(LONG)


def test_a_look_waits_for_no_writer_and_sees_one_moment(store: SqlStore) -> None:
    with store.write() as records:
        exchange(records)
    with ExitStack() as looking:
        with store.write() as writer:
            exchange(writer)
            reader = looking.enter_context(store.read())
            assert reader.exports.counts()["messages"] == 1
        assert reader.exports.counts()["messages"] == 1
    with store.read() as records:
        assert records.exports.counts()["messages"] == 2


def test_under_full_load_nobody_starves(sqlite_store: SqlStore) -> None:
    """With SQLite's own way of waiting some threads get no turn for seconds."""

    def write_on(until: float) -> int:
        written = 0
        while monotonic() < until:
            with sqlite_store.write() as records:
                exchange(records)
            written += 1
        return written

    def all_get_turns() -> bool:
        written = in_threads(8, partial(write_on, monotonic() + 1.5))
        return min(written) > sum(written) / len(written) / 4

    # A busy machine may forget a thread once; SQLite's own way does it every time.
    assert any(all_get_turns() for _ in range(3))


def _upgrade(url: str, _: SqlStore) -> None:
    upgrade(url)


def test_several_processes_may_migrate_at_once(empty_database_url: str) -> None:
    in_processes(3, partial(_upgrade, empty_database_url), empty_database_url)
    engine = make_engine(empty_database_url)
    assert is_current(engine)
    with SqlStore(engine).write() as records:
        assert case(records).number == 10_001
    engine.dispose()


def test_several_threads_may_migrate_at_once(empty_database_url: str) -> None:
    in_threads(4, partial(upgrade, empty_database_url))
    engine = make_engine(empty_database_url)
    assert is_current(engine)
    engine.dispose()
