"""A resident asks for an article by its number."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from handlers.articles import Articles
from handlers.model import DecisionName
from handlers.parts import MESSAGE_BYTES, size
from knowledge.library import CONTENT
from knowledge.statutes.lookup import LookUps, Phrasing
from knowledge.statutes.naming import Names
from knowledge.wording import Phrase
from tests.handlers.conftest import House
from tests.knowledge.lawbooks import NEW, OLD, OLD_TEXT, Lawbook

LONG = "狗主人应当记下遛狗的时间和地点。" * 120


@pytest.fixture
def reading_house(house: House, tmp_path: Path) -> House:
    """A house with one old law at hand, whose new version is registered but not at hand."""
    book = Lawbook.at(tmp_path / "law", OLD, NEW)
    book.bring(OLD, {**OLD_TEXT, 1: LONG})
    texts = book.texts()
    phrasing = Phrasing.read(CONTENT / "lexicon" / "lookup.yaml")
    lookups = LookUps(texts.register, Names.of(texts.register), texts, phrasing)
    house.reception = replace(house.reception, articles=Articles(lookups))
    return house


def disclaimer(house: House) -> str:
    return house.reception.composer.wording.say(Phrase.DISCLAIMER)


def test_the_article_comes_with_its_version_and_the_disclaimer(reading_house: House) -> None:
    reply = reading_house.hear("狗法第2条怎么规定的")
    assert reply.decision is DecisionName.STATUTE
    assert reply.text.startswith("《养狗法》第二条（2009年5月1日的文本，2010年1月1日起施行）")
    assert OLD_TEXT[2] in reply.text
    assert disclaimer(reading_house) in reply.text
    assert reply.consultation is None


def test_a_long_article_goes_on_after_more_and_loses_nothing(reading_house: House) -> None:
    reading_house.hear("你好")
    first = reading_house.hear("狗法1条")
    assert disclaimer(reading_house) in first.text, "the disclaimer is never put off"
    said = [first.text]
    while len(said) < 9 and (part := reading_house.hear("更多").text).count("狗主人"):
        said.append(part)
    assert all(size(text) <= MESSAGE_BYTES for text in said)
    assert sum(text.count("狗主人应当记下遛狗的时间和地点。") for text in said) == 120


def test_what_is_not_at_hand_says_where_to_read_it(reading_house: House) -> None:
    reading_house.clock.pass_by(days=365)
    reply = reading_house.hear("养狗法第二条")
    assert reply.decision is DecisionName.STATUTE
    assert "flk.npc.gov.cn" in reply.text
    assert "人工" in reply.text


def test_who_then_asks_for_a_person_hands_the_look_up_over(reading_house: House) -> None:
    reading_house.hear("养猫法第二条")
    reply = reading_house.hear("人工")
    assert reply.consultation is not None
    case = reading_house.desk.case(reply.consultation)
    assert "养猫法第二条" in str(case)


def test_an_unknown_law_is_named_back_with_the_nearest(reading_house: House) -> None:
    text = reading_house.hear("养大狗法第二条").text
    assert "养大狗法" in text
    assert "《养狗法》" in text


def test_a_question_that_names_an_article_is_answered_as_a_question(
    reading_house: House,
) -> None:
    reply = reading_house.hear("狗法第二条说赔药费，可房东不退押金咋办")
    assert reply.decision is DecisionName.ANSWER


def test_danger_stands_above_a_look_up(reading_house: House) -> None:
    reply = reading_house.hear("救命，他现在拿刀砍我，狗法第二条")
    assert reply.decision is DecisionName.EMERGENCY


def test_texts_that_cannot_be_read_send_the_question_to_people(
    reading_house: House, tmp_path: Path
) -> None:
    for file in (tmp_path / "law" / "texts").iterdir():
        file.write_bytes(b"\xff\xfe broken")
    assert reading_house.hear("狗法第2条").decision is DecisionName.ESCALATE


def test_the_day_of_the_message_decides_the_version(reading_house: House) -> None:
    articles = reading_house.reception.articles
    assert articles is not None
    old, new = (articles.asked("狗法2条", day) for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert old is not None
    assert new is not None
    assert (old.looked.article is not None, new.looked.article is not None) == (True, False)
