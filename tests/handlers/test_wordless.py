"""Messages without words: never silence, never lost, and people get what a machine cannot see."""

import pytest

from handlers.cases import AttachmentId, Consultation, KeptAttachment, Priority, State
from handlers.desk import View
from handlers.model import AttachmentKind, DecisionName, MessageId
from handlers.pace import PER_MINUTE
from tests.handlers.conftest import DEPOSIT, GRANNY, LATE_HOUSE, House

VOICE, PICTURE = AttachmentKind.VOICE, AttachmentKind.PICTURE
WHAT_ABOUT = "这是关于什么事的？"


def waiting(house: House) -> list[Consultation]:
    return list(house.desk.queue(View.WAITING, house.lawyer).consultations)


def kept(house: House) -> list[KeptAttachment]:
    """Everything that came along, oldest first."""
    with house.store.read() as records:
        resident = records.conversations.known(GRANNY)
        assert resident is not None
        said = records.conversations.since(resident.id, MessageId(0), 200)
        return list(records.attachments.of_messages([line.id for line in said]).values())


def test_a_voice_is_acknowledged_and_goes_to_people(house: House) -> None:
    reply = house.receive(VOICE)
    assert "收到您的语音，工作人员会听" in reply.text
    assert "110" in reply.text
    [case] = waiting(house)
    assert (case.number, case.reason, case.question) == (reply.consultation, "voice", "")
    assert [one.consultation for one in kept(house)] == [case.number]


def test_a_voice_in_an_open_case_belongs_to_it(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert house.receive(VOICE).consultation == number
    assert len(waiting(house)) == 1


def test_a_voice_that_was_recognised_is_answered_and_kept_as_well(house: House) -> None:
    reply = house.receive(VOICE, "房东不退押金")
    assert reply.decision is DecisionName.ANSWER
    assert [one.attachment.kind for one in kept(house)] == [VOICE]


def test_danger_in_a_recognised_voice_comes_first(house: House) -> None:
    assert house.receive(VOICE, "救命，他拿刀砍我").decision is DecisionName.EMERGENCY
    [case] = waiting(house)
    assert case.priority is Priority.URGENT
    assert [one.consultation for one in kept(house)] == [case.number]


@pytest.mark.parametrize("kind", [k for k in AttachmentKind if k is not VOICE])
def test_whatever_else_comes_without_words_is_asked_about(
    house: House, kind: AttachmentKind
) -> None:
    reply = house.receive(kind)
    assert WHAT_ABOUT in reply.text
    assert "收到了" in reply.text
    assert not waiting(house)
    assert [one.attachment.kind for one in kept(house)] == [kind]


def test_the_next_text_is_its_question_and_may_be_answered(house: House) -> None:
    house.receive(PICTURE)
    assert house.hear("房东不退押金").decision is DecisionName.ANSWER
    assert not waiting(house)


def test_the_picture_goes_along_with_the_question(house: House) -> None:
    house.receive(PICTURE)
    house.unanswerable()
    number = house.hear("这是地里的界石，让邻居挪了").consultation
    [case] = waiting(house)
    assert case.question == "这是地里的界石，让邻居挪了"
    assert [one.consultation for one in kept(house)] == [number]


def test_the_picture_goes_along_when_people_are_asked_after_an_answer(house: House) -> None:
    house.receive(PICTURE)
    house.hear("房东不退押金")
    number = house.hear("人工").consultation
    assert [one.consultation for one in kept(house)] == [number]
    assert waiting(house)[0].question == "房东不退押金"


def test_a_second_message_without_words_brings_people(house: House) -> None:
    house.receive(PICTURE)
    reply = house.receive(PICTURE)
    assert reply.decision is DecisionName.ESCALATE
    assert str(reply.consultation) in reply.text
    assert {one.consultation for one in kept(house)} == {reply.consultation}
    house.hear("工头打的欠条，不给钱")
    [case] = waiting(house)
    assert case.question == "工头打的欠条，不给钱"


def test_many_pictures_in_a_row_are_one_case_and_one_question(house: House) -> None:
    replies = [house.receive(PICTURE) for _ in range(6)]
    assert sum(WHAT_ABOUT in reply.text for reply in replies) == 1
    assert len(waiting(house)) == 1
    assert len(kept(house)) == 6
    assert all(reply.text for reply in replies)


def test_asking_for_a_person_about_a_picture_hands_it_over(house: House) -> None:
    house.receive(PICTURE)
    number = house.hear("人工").consultation
    assert [one.consultation for one in kept(house)] == [number]


def test_words_that_only_make_sense_with_the_picture_go_to_people(house: House) -> None:
    house.receive(PICTURE)
    house.finder.finds, house.finder.about_law = {}, False
    reply = house.hear("帮我瞅瞅这个中不")
    assert reply.decision is DecisionName.ESCALATE
    assert waiting(house)[0].question == "帮我瞅瞅这个中不"


def test_in_an_open_case_a_picture_is_added_and_asked_about(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    reply = house.receive(PICTURE)
    assert f"{number}号咨询" in reply.text
    assert WHAT_ABOUT in reply.text
    assert [one.consultation for one in kept(house)] == [number]


def test_a_picture_after_the_answer_puts_the_case_back_in_the_queue(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    house.desk.claim(number, house.lawyer)
    house.desk.answer(number, house.lawyer, "请把承包证拍照发来。")
    house.receive(PICTURE)
    assert house.desk.case(number).consultation.state is State.WAITING


def test_a_picture_from_days_ago_belongs_to_another_matter(house: House) -> None:
    house.receive(PICTURE)
    house.clock.pass_by(days=2)
    house.unanswerable()
    house.hear("地里的界石被人挪了")
    assert [one.consultation for one in kept(house)] == [None]


def test_a_picture_leaves_the_choices_open(house: House) -> None:
    house.finder.finds = {DEPOSIT: 0.5, LATE_HOUSE: 0.45}
    house.hear("房子的事")
    house.receive(PICTURE)
    picked = house.hear("第二个")
    assert picked.basis is not None
    assert picked.basis.entry == LATE_HOUSE


def test_a_voice_leaves_the_unread_parts_of_an_answer_open(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    house.desk.claim(number, house.lawyer)
    long = "先找村委会调解。" * 120
    house.courier.deliver_one(house.desk.answer(number, house.lawyer, long).id)
    house.receive(VOICE)
    assert "先找村委会调解。" in house.hear("更多").text


def test_the_same_picture_again_gets_the_same_reply_and_is_kept_once(house: House) -> None:
    first = house.receive(PICTURE, key="m:7")
    assert house.receive(PICTURE, key="m:7") == first
    assert len(kept(house)) == 1


def test_a_waiting_answer_comes_with_the_reply_to_a_voice(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    house.clock.pass_by(hours=49)
    house.desk.claim(number, house.lawyer)
    house.courier.deliver_one(house.desk.answer(number, house.lawyer, "先找村委会。").id)
    assert "先找村委会。" in house.receive(VOICE).text


def test_who_is_in_danger_and_sends_a_place_is_asked_nothing(house: House) -> None:
    number = house.hear("救命，他现在拿刀砍我").consultation
    reply = house.receive(AttachmentKind.PLACE)
    assert WHAT_ABOUT not in reply.text
    assert "不要等回复，先按上面说的做" in reply.text
    assert [one.consultation for one in kept(house)] == [number]


def test_a_picture_is_kept_although_its_sender_is_asked_to_rest(house: House) -> None:
    replies = [house.receive(AttachmentKind.PICTURE) for _ in range(PER_MINUTE + 2)]
    assert replies[-1].text == ""
    with house.store.read() as records:
        last = records.attachments.get(AttachmentId(len(replies)))
    assert last is not None
