"""Editing: nothing reaches residents that one person alone wrote, and nothing written is lost."""

import pytest

from handlers.cases import Role, Staff
from handlers.errors import (
    NotAllowed,
    NotASecondPerson,
    NotFound,
    NotPossible,
    Outdated,
    Unfit,
)
from handlers.revisions import Act, Revision, RevisionState
from knowledge.entry import EntryId
from knowledge.entrytext import version_of, with_field
from knowledge.overlay import TextFault
from tests.entry_texts import BETTER, DOGS, TEXT, Office, acts, submitted, worded

FAULT = TextFault("简答", 19, "太长")


def released(office: Office, author: Staff, second: Staff, text: str = BETTER) -> Revision:
    return office.curator.release(submitted(office, author, text).id, second, reviewed=False)


def overlay(office: Office) -> dict[EntryId, str]:
    with office.store.read() as records:
        return {one.entry: one.text for one in records.revisions.overlay()}


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


def test_what_is_released_while_a_text_is_proven_makes_it_proven_again(
    office: Office, wang: Staff, li: Staff
) -> None:
    """Two entries may each be fit, and together have the same wording."""
    cats = EntryId("linli-mao-01")
    office.files[cats] = TEXT.replace(DOGS, cats)
    handed = submitted(office, wang)
    office.proof.meanwhile = lambda: office.curator.withdraw(cats, li, "")
    before = len(office.proof.asked)
    assert office.curator.release(handed.id, li, reviewed=False).publication == 2
    assert len(office.proof.asked) == before + 2
