"""Revisions over both engines: what is kept, and what two people do at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from bot.storage.engine import make_engine
from bot.storage.published import released_since
from bot.storage.store import SqlStore
from handlers.errors import NotPossible, Outdated, ServiceError, StaleSave, Unreachable
from handlers.revisions import Revision, RevisionState
from knowledge.entry import EntryId
from knowledge.overlay import Locks, Overlay, lies_over
from tests.entry_texts import DOGS, ROW, TEXT, Hand, Office, worded


class _Reading(Hand):
    def locks(self, text: str) -> Locks:
        return Locks((ROW,))


@pytest.fixture
def office(store: SqlStore) -> Office:
    return Office(store, proof=_Reading())


def handed_in(office: Office, name: str = "王律师", brief: str = "赔医药费。") -> Revision:
    author = office.hire(name)
    draft = office.curator.begin(DOGS, author)
    office.curator.save(draft.id, worded(brief), draft.saves, author)
    return office.curator.submit(draft.id, author)


def at_once(*works: Callable[[], object]) -> list[object]:
    """What becomes of works that begin together: what each returned, or its refusal."""
    meeting = Barrier(len(works))

    def met(work: Callable[[], object]) -> object:
        meeting.wait(10)
        try:
            return work()
        except ServiceError as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(20) for future in [pool.submit(met, work) for work in works]]


def test_what_was_released_comes_back_as_an_overlay(office: Office) -> None:
    assert released_since(office.store.engine, None) == Overlay()
    handed = handed_in(office)
    out = office.curator.release(handed.id, office.hire("李律师"), reviewed=False)
    overlay = released_since(office.store.engine, 0)
    assert overlay is not None
    (one,) = overlay
    assert (overlay.number, one.publication, one.text, one.rows) == (1, 1, out.text, (ROW,))
    assert not one.absorbed
    assert released_since(office.store.engine, 1) is None
    with office.store.write() as records:
        records.revisions.absorb([1], office.clock())
    after = released_since(office.store.engine, None)
    assert after is not None
    assert [one.absorbed for one in after] == [True]
    assert office.curator.newest() == office.curator.history(DOGS)


def test_an_older_database_has_nothing_that_was_released(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    assert released_since(engine, None) == Overlay()
    engine.dispose()


def test_tables_of_another_version_are_not_taken_for_nothing_released(office: Office) -> None:
    office.curator.withdraw(DOGS, office.hire("王律师"), "写错了")
    with office.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE revisions RENAME COLUMN absorbed_at TO noted_at"))
    for known in (None, 0):
        with pytest.raises(Unreachable):
            released_since(office.store.engine, known)


def test_two_who_release_at_once_release_once(office: Office) -> None:
    handed = handed_in(office)
    two = office.hire("李律师"), office.hire("赵律师")
    done = at_once(
        *(lambda who=who: office.curator.release(handed.id, who, reviewed=False) for who in two)
    )
    assert NotPossible in done, "the later one is told"
    assert office.curator.number() == 1


def test_a_double_click_releases_once(office: Office) -> None:
    handed, li = handed_in(office), office.hire("李律师")
    first, second = at_once(*[lambda: office.curator.release(handed.id, li, reviewed=False)] * 2)
    assert first == second
    assert len(office.curator.events(handed.id)) == 4


def test_of_two_texts_from_one_base_one_is_released(office: Office) -> None:
    one, other = handed_in(office), handed_in(office, "李律师", "只赔一半。")
    zhao = office.hire("赵律师")
    done = at_once(
        *(lambda it=it: office.curator.release(it.id, zhao, reviewed=False) for it in (one, other))
    )
    assert Outdated in done
    assert sorted(r.state for r in office.curator.history(DOGS)) == [RevisionState.RELEASED]


def test_two_saves_at_once_keep_one_and_show_it_to_the_other(office: Office) -> None:
    wang = office.hire("王律师")
    draft = office.curator.begin(DOGS, wang)
    save = office.curator.save
    done = at_once(
        *(lambda n=n: save(draft.id, worded(f"第{n}种。"), draft.saves, wang) for n in range(2))
    )
    assert StaleSave in done
    assert office.curator.revision(draft.id).saves == 2


def test_begun_at_once_by_one_person_is_one_draft(office: Office) -> None:
    wang = office.hire("王律师")
    first, second = at_once(*[lambda: office.curator.begin(DOGS, wang)] * 2)
    assert first == second


def test_a_withdrawal_is_not_lost_behind_a_release(office: Office) -> None:
    """Whichever is first, nothing that was withdrawn is answered because of the other."""
    handed, li = handed_in(office), office.hire("李律师")
    at_once(
        lambda: office.curator.release(handed.id, li, reviewed=False),
        lambda: office.curator.withdraw(DOGS, li, "错了"),
    )
    assert "status: withdrawn" in office.curator.published(DOGS).text


def test_many_publications_count_without_a_gap(office: Office) -> None:
    names = [EntryId(f"linli-gou-{n:02}") for n in range(1, 9)]
    office.files = {name: TEXT.replace(DOGS, name) for name in names}
    li = office.hire("李律师")
    at_once(*(lambda name=name: office.curator.withdraw(name, li, "") for name in names))
    assert sorted(one.publication or 0 for one in office.curator.newest()) == list(range(1, 9))
    with office.store.engine.connect() as connection:
        assert connection.execute(text("SELECT number FROM publications")).scalar_one() == 8


def test_a_withdrawal_outlives_a_host_that_is_set_back_by_two_versions(office: Office) -> None:
    """The text was exported and installed, then withdrawn, exported and installed again."""
    wang, li = office.hire("王律师"), office.hire("李律师")
    first = office.curator.release(handed_in(office).id, li, reviewed=False)
    _installed(office, first)
    withdrawn = office.curator.withdraw(DOGS, wang, "写错了")
    _installed(office, withdrawn)
    for older in (first.text, TEXT):
        office.files[DOGS] = older
        assert office.curator.published(DOGS).text == withdrawn.text
        overlay = released_since(office.store.engine, None)
        assert overlay is not None
        (one,) = overlay
        assert lies_over(one.text, one.overs, older, absorbed=one.absorbed)
    office.files[DOGS] = worded("重新写过，两个人看过。")
    assert office.curator.published(DOGS).text == office.files[DOGS], "a new file counts"


def _installed(office: Office, revision: Revision) -> None:
    office.files[DOGS] = revision.text
    assert revision.publication is not None
    with office.store.write() as records:
        records.revisions.absorb([revision.publication], office.clock())
