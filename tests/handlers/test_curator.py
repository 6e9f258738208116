"""Editing: nothing reaches residents that one person alone wrote, and nothing written is lost."""

import pytest

from bot.storage.store import SqlStore
from handlers.cases import Role, Staff
from handlers.errors import (
    BadInput,
    NotAllowed,
    NotASecondPerson,
    NotFound,
    NotPossible,
    Outdated,
    StaleSave,
    Unfit,
)
from handlers.revisions import Act, Revision, RevisionState
from knowledge.entry import EntryId
from knowledge.entrytext import version_of, with_field
from knowledge.overlay import TextFault
from tests.entry_texts import DOGS, TEXT, Office, worded

BETTER = worded("养狗的人赔医药费。")
FAULT = TextFault("简答", 19, "太长")


@pytest.fixture
def office(sqlite_store: SqlStore) -> Office:
    return Office(sqlite_store)


@pytest.fixture
def wang(office: Office) -> Staff:
    return office.hire("王律师")


@pytest.fixture
def li(office: Office) -> Staff:
    return office.hire("李律师")


def submitted(office: Office, author: Staff, text: str = BETTER) -> Revision:
    draft = office.curator.begin(DOGS, author)
    saved = office.curator.save(draft.id, text, draft.saves, author)
    return office.curator.submit(saved.id, author)


def released(office: Office, author: Staff, second: Staff, text: str = BETTER) -> Revision:
    return office.curator.release(submitted(office, author, text).id, second, reviewed=False)


def overlay(office: Office) -> dict[EntryId, str]:
    with office.store.read() as records:
        return {one.entry: one.text for one in records.revisions.overlay()}


def acts(office: Office, revision: Revision) -> list[Act]:
    return [event.act for event in office.curator.events(revision.id)]


def test_from_draft_to_residents_it_takes_two(office: Office, wang: Staff, li: Staff) -> None:
    draft = office.curator.begin(DOGS, wang)
    assert (draft.text, draft.base, draft.title) == (TEXT, version_of(TEXT), "邻居家狗咬人谁赔")
    saved = office.curator.save(draft.id, BETTER, draft.saves, wang)
    assert overlay(office) == {}
    handed = office.curator.submit(saved.id, wang, "请看赔偿一句")
    assert overlay(office) == {}
    with pytest.raises(NotASecondPerson):
        office.curator.release(handed.id, wang, reviewed=False)
    out = office.curator.release(handed.id, li, reviewed=False)
    assert (out.state, out.publication, out.released_by) == (RevisionState.RELEASED, 1, li)
    assert overlay(office) == {DOGS: with_field(BETTER, "reviewed_by", "")}
    assert acts(office, out) == [Act.OPENED, Act.SAVED, Act.SUBMITTED, Act.RELEASED]
    assert office.curator.published(DOGS).revision == out


def test_whoever_saved_it_once_is_no_second_person(office: Office, wang: Staff, li: Staff) -> None:
    draft = office.curator.begin(DOGS, wang)
    theirs = office.curator.save(draft.id, BETTER, draft.saves, li)
    again = office.curator.save(draft.id, worded("只赔医药费。"), theirs.saves, wang)
    handed = office.curator.submit(again.id, wang)
    with pytest.raises(NotASecondPerson):
        office.curator.release(handed.id, li, reviewed=False)


def test_a_review_is_the_lawyers_own_and_ends_with_the_next_change(
    office: Office, wang: Staff, li: Staff
) -> None:
    handed = submitted(office, wang, BETTER.replace("李律师", "我自己"))
    assert "reviewed_by:\n" in handed.text, "nobody types a reviewer"
    chief = office.hire("主任", Role.ADMIN)
    with pytest.raises(NotAllowed):
        office.curator.release(handed.id, chief, reviewed=True)
    out = office.curator.release(handed.id, li, reviewed=True)
    assert "reviewed_by: 李律师\n" in out.text
    assert office.proof.asked[-1] == (out.text, DOGS), "what was proven is what residents get"
    assert acts(office, out)[-2:] == [Act.REVIEWED, Act.RELEASED]
    changed = submitted(office, wang, out.text.replace("医药费", "全部花费"))
    assert "reviewed_by:\n" in changed.text


def test_an_unchanged_text_keeps_its_review(office: Office, wang: Staff) -> None:
    draft = office.curator.begin(DOGS, wang)
    assert office.curator.save(draft.id, TEXT, draft.saves, wang) == draft
    assert "reviewed_by: 李律师" in office.curator.submit(draft.id, wang).text


@pytest.mark.parametrize("unread", [False, True])
def test_what_the_check_refuses_reaches_nobody(
    office: Office, wang: Staff, *, unread: bool
) -> None:
    draft = office.curator.begin(DOGS, wang)
    saved = office.curator.save(draft.id, "half a thought", draft.saves, wang)
    assert saved.text == "half a thought\n", "a save keeps whatever was written"
    assert (saved.title, saved.topic) == (draft.title, draft.topic)
    (office.proof.unread if unread else office.proof.found).append(FAULT)
    with pytest.raises(Unfit) as refused:
        office.curator.submit(saved.id, wang)
    assert refused.value.faults == (FAULT,)


def test_what_was_fit_yesterday_is_proven_again_at_its_release(
    office: Office, wang: Staff, li: Staff
) -> None:
    handed = submitted(office, wang)
    office.proof.found.append(FAULT)
    with pytest.raises(Unfit):
        office.curator.release(handed.id, li, reviewed=False)
    assert office.curator.revision(handed.id).state is RevisionState.SUBMITTED


def test_two_tabs_lose_nothing(office: Office, wang: Staff) -> None:
    draft = office.curator.begin(DOGS, wang)
    first = office.curator.save(draft.id, BETTER, draft.saves, wang)
    with pytest.raises(StaleSave) as refused:
        office.curator.save(draft.id, worded("另一个窗口"), draft.saves, wang)
    assert refused.value.newer == first
    assert office.curator.save(draft.id, BETTER, draft.saves, wang) == first, "a double click"


def test_begun_twice_is_one_draft_and_each_has_their_own(
    office: Office, wang: Staff, li: Staff
) -> None:
    first = office.curator.begin(DOGS, wang)
    assert office.curator.begin(DOGS, wang) == first
    assert office.curator.begin(DOGS, li).id != first.id
    assert len(office.curator.open_revisions(DOGS)) == 2
    assert office.curator.open_revisions(author=wang) == [first]


def test_of_two_begun_from_the_same_text_the_later_has_to_look(
    office: Office, wang: Staff, li: Staff
) -> None:
    early = submitted(office, wang)
    late = office.curator.begin(DOGS, li)
    late = office.curator.save(late.id, worded("另一种写法。"), late.saves, li)
    out = office.curator.release(early.id, li, reviewed=False)
    with pytest.raises(Outdated) as told:
        office.curator.submit(late.id, li)
    assert told.value.version == version_of(out.text)
    with pytest.raises(Outdated):
        office.curator.rebase(late.id, li, onto="what they saw before")
    again = office.curator.rebase(late.id, li, onto=told.value.version)
    assert (again.text, again.base) == (late.text, version_of(out.text))
    assert office.curator.rebase(late.id, li) == again
    assert office.curator.submit(late.id, li).state is RevisionState.SUBMITTED


def test_one_click_of_one_person_stops_an_answer(office: Office, wang: Staff) -> None:
    office.proof.found.append(FAULT)
    gone = office.curator.withdraw(DOGS, wang, "算错了")
    assert overlay(office) == {DOGS: TEXT.replace("published", "withdrawn")}
    assert office.curator.withdraw(DOGS, wang, "算错了") == gone
    assert acts(office, gone) == [Act.WITHDRAWN]


def test_one_person_brings_back_what_two_had_agreed_to(
    office: Office, wang: Staff, li: Staff
) -> None:
    first = released(office, wang, li)
    office.curator.withdraw(DOGS, wang, "")
    back = office.curator.roll_back(DOGS, first.id, wang, "没错")
    assert overlay(office) == {DOGS: first.text}
    assert office.curator.roll_back(DOGS, first.id, wang, "没错") == back
    of_file = office.curator.roll_back(DOGS, None, wang, "")
    assert office.curator.published(DOGS).version == version_of(TEXT)
    assert [one.id for one in office.curator.history(DOGS)][::3] == [of_file.id, first.id]
    assert [one.publication for one in office.curator.history(DOGS)] == [4, 3, 2, 1]


def test_nobody_rolls_back_to_what_was_never_released(
    office: Office, wang: Staff, li: Staff
) -> None:
    draft = submitted(office, wang)
    with pytest.raises(NotPossible):
        office.curator.roll_back(DOGS, draft.id, li, "")
    with pytest.raises(NotFound):
        office.curator.roll_back(EntryId("linli-gou-02"), None, li, "")
    first = office.curator.release(draft.id, li, reviewed=False)
    released(office, wang, li, worded("第三种写法。"))
    office.proof.found.append(FAULT)
    with pytest.raises(Unfit):
        office.curator.roll_back(DOGS, first.id, li, "")


def test_given_back_with_a_remark_and_put_aside_and_brought_back(
    office: Office, wang: Staff, li: Staff
) -> None:
    handed = submitted(office, wang)
    for _ in range(2):
        again = office.curator.give_back(handed.id, li, "少写了期限")
        assert again.state is RevisionState.DRAFT
    for _ in range(2):
        assert office.curator.discard(handed.id, wang).state is RevisionState.DISCARDED
    assert office.curator.open_revisions() == []
    for _ in range(2):
        assert office.curator.restore(handed.id, wang).text == handed.text
    assert acts(office, handed)[3:] == [Act.RETURNED, Act.DISCARDED, Act.RESTORED]
    assert office.curator.events(handed.id)[3].remark == "少写了期限"


def test_a_new_entry_and_one_that_is_there_already(office: Office, wang: Staff, li: Staff) -> None:
    text = TEXT.replace("gou-01", "gou-02")
    draft = office.curator.begin_new(text, wang, Act.IMPORTED)
    assert (draft.entry, draft.base, draft.over) == ("linli-gou-02", "", "")
    assert office.curator.begin_new(text, wang, Act.IMPORTED) == draft
    office.curator.release(office.curator.submit(draft.id, wang).id, li, reviewed=False)
    with pytest.raises(NotPossible):
        office.curator.begin_new(worded("又一条", text), wang)
    from_old = office.curator.begin_new(worded("又一条", text), wang, base="0123")
    with pytest.raises(Outdated):
        office.curator.submit(from_old.id, wang)
    for bad in (
        TEXT.replace("linli-gou-01", "../etc"),
        "no head",
        TEXT.replace(": linli\n", ":\n"),
    ):
        with pytest.raises(BadInput):
            office.curator.begin_new(bad, wang)


@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.OPERATOR])
def test_who_may_do_what(office: Office, wang: Staff, role: Role) -> None:
    other = office.hire("小刘", role)
    handed = submitted(office, wang)
    with pytest.raises(NotAllowed):
        office.curator.release(handed.id, other, reviewed=False)
    with pytest.raises(NotAllowed):
        office.curator.withdraw(DOGS, other, "")
    with pytest.raises(NotAllowed):
        office.curator.roll_back(DOGS, None, other, "")
    with pytest.raises(NotAllowed):
        office.curator.give_back(handed.id, other, "")
    with pytest.raises(NotAllowed):
        office.curator.discard(handed.id, other)
    if role is Role.OPERATOR:
        with pytest.raises(NotAllowed):
            office.curator.begin(DOGS, other)
    else:
        assert office.curator.begin(DOGS, other).author == other


def test_a_file_that_moved_on_under_a_released_text_is_told(
    office: Office, wang: Staff, li: Staff
) -> None:
    released(office, wang, li)
    assert not office.curator.published(DOGS).both_changed
    office.files[DOGS] = worded("仓库里改的。")
    now = office.curator.published(DOGS)
    assert now.both_changed
    assert "养狗的人赔医药费" in now.text, "what two people agreed to answers on"
    office.curator.withdraw(DOGS, li, "")
    assert office.curator.published(DOGS).both_changed
    office.curator.roll_back(DOGS, None, li, "")
    assert not office.curator.published(DOGS).both_changed


def test_an_absorbed_text_gives_way_to_the_next_file_and_not_to_the_old_one(
    office: Office, wang: Staff, li: Staff
) -> None:
    out = released(office, wang, li)
    office.files[DOGS] = out.text
    assert office.curator.published(DOGS).revision is None
    with office.store.write() as records:
        records.revisions.absorb([1], office.clock())
    office.files[DOGS] = worded("仓库里后来改的。")
    assert office.curator.published(DOGS).revision is None
    office.files[DOGS] = TEXT
    assert office.curator.published(DOGS).text == out.text, "a host that is not yet brought up"


def test_nothing_there(office: Office, wang: Staff) -> None:
    with pytest.raises(NotFound):
        office.curator.begin(EntryId("linli-gou-09"), wang)
    with pytest.raises(NotFound):
        office.curator.withdraw(EntryId("linli-gou-09"), wang, "")
    draft = office.curator.begin(DOGS, wang)
    with pytest.raises(BadInput):
        office.curator.save(draft.id, " \r\n", draft.saves, wang)
    assert (
        office.curator.save(draft.id, BETTER.replace("\n", "\r\n"), 1, wang).text.count("\r") == 0
    )
