"""People at the desk: nobody takes a case twice, no answer is sent twice."""

import pytest

from handlers.cases import State
from handlers.desk import ANSWER_LIMIT, View
from handlers.errors import AlreadyTaken, BadInput, NotFound, NotPossible
from handlers.model import ConsultationNumber
from tests.handlers.conftest import House


@pytest.fixture
def number(house: House) -> ConsultationNumber:
    """A case that waits."""
    house.unanswerable()
    given = house.hear("地里的界石被人挪了").consultation
    assert given is not None
    return given


def test_the_second_to_claim_is_told_who_was_first(
    house: House, number: ConsultationNumber
) -> None:
    house.desk.claim(number, house.lawyer)
    with pytest.raises(AlreadyTaken) as taken:
        house.desk.claim(number, house.mediator)
    assert taken.value.holder == "王律师"


def test_claiming_twice_changes_nothing(house: House, number: ConsultationNumber) -> None:
    assert house.desk.claim(number, house.lawyer) == house.desk.claim(number, house.lawyer)


def test_a_released_case_waits_again(house: House, number: ConsultationNumber) -> None:
    house.desk.claim(number, house.lawyer)
    house.desk.release(number, house.lawyer)
    assert house.desk.claim(number, house.mediator).claimed_by == house.mediator.id


def test_only_the_holder_or_an_administrator_answers(
    house: House, number: ConsultationNumber
) -> None:
    house.desk.claim(number, house.lawyer)
    with pytest.raises(AlreadyTaken):
        house.desk.answer(number, house.mediator, "先找村委会调解。")
    house.desk.answer(number, house.admin, "先找村委会调解。")
    assert house.desk.case(number).consultation.state is State.ANSWERED


def test_an_unclaimed_case_cannot_be_answered(house: House, number: ConsultationNumber) -> None:
    with pytest.raises(NotPossible):
        house.desk.answer(number, house.lawyer, "先找村委会调解。")


def test_a_double_click_sends_once(house: House, number: ConsultationNumber) -> None:
    house.desk.claim(number, house.lawyer)
    first = house.desk.answer(number, house.lawyer, "先找村委会调解。")
    assert house.desk.answer(number, house.lawyer, "先找村委会调解。 ").id == first.id
    assert len(house.desk.case(number).deliveries) == 1


@pytest.mark.parametrize("words", ["", "  \n", "字" * (ANSWER_LIMIT + 1)])
def test_an_answer_has_words_and_an_end(
    house: House, number: ConsultationNumber, words: str
) -> None:
    house.desk.claim(number, house.lawyer)
    with pytest.raises(BadInput):
        house.desk.answer(number, house.lawyer, words)


def test_a_closed_case_can_be_taken_up_again(house: House, number: ConsultationNumber) -> None:
    house.desk.claim(number, house.lawyer)
    house.desk.close(number, house.lawyer)
    with pytest.raises(NotPossible):
        house.desk.answer(number, house.lawyer, "先找村委会调解。")
    house.desk.reopen(number, house.mediator)
    house.desk.answer(number, house.mediator, "先找村委会调解。")


def test_a_new_question_after_closing_opens_a_new_case(
    house: House, number: ConsultationNumber
) -> None:
    house.desk.claim(number, house.lawyer)
    house.desk.close(number, house.lawyer)
    assert house.hear("又有别的事，水渠被堵了").consultation != number


def test_an_unknown_number_is_said_to_be_unknown(house: House) -> None:
    with pytest.raises(NotFound):
        house.desk.case(ConsultationNumber(1))


def test_the_lists_count_what_they_show(house: House, number: ConsultationNumber) -> None:
    house.desk.claim(number, house.lawyer)
    queue = house.desk.queue(View.MINE, house.lawyer)
    assert [case.number for case in queue.consultations] == [number]
    assert queue.counts[View.MINE] == 1
    assert queue.counts[View.WAITING] == 0
    assert house.desk.queue(View.TAKEN, house.mediator).counts[View.MINE] == 0


def test_the_thread_tells_who_said_what(house: House, number: ConsultationNumber) -> None:
    house.desk.claim(number, house.lawyer)
    house.desk.answer(number, house.lawyer, "先找村委会调解。")
    thread = house.desk.case(number).thread
    assert [line.author for line in thread] == ["resident", "machine", "staff"]
    assert thread[-1].text == "先找村委会调解。"
