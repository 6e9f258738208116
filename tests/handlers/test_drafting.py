"""Writing: drafts of one's own, nothing lost between tabs, put aside and brought back."""

import pytest

from handlers.cases import Staff
from handlers.errors import BadInput, NotFound, NotPossible, Outdated, StaleSave
from handlers.revisions import Act, RevisionState
from knowledge.entry import EntryId
from tests.entry_texts import BETTER, DOGS, TEXT, Office, acts, submitted, worded


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
