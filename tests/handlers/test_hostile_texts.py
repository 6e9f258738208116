"""Texts that nobody would write are judged like any other: in seconds, and without a crash."""

from collections.abc import Iterator
from dataclasses import replace
from time import process_time

import pytest

from bot.web.editing.room import Workroom
from knowledge.entry import EntryId
from knowledge.entryfile import EntryForm, form_of, written
from tests.bot.publicsite import public_site

ENTRY = EntryId("laodong-taoxin-01")
LONG = 20_000


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workroom]:
    services = public_site(tmp_path_factory.mktemp("room")).services
    room = Workroom(services)
    room.bench()
    yield room
    services.store.engine.dispose()


@pytest.fixture(scope="module")
def form(room: Workroom) -> EntryForm:
    return form_of(room.services.file_text(ENTRY))


def judged(room: Workroom, form: EntryForm) -> float:
    """Seconds of work that a text takes."""
    began = process_time()
    assert room.rehearse(written(form), ENTRY).trial.faults
    return process_time() - began


@pytest.mark.parametrize("sign", ["1", "一", "1天", "1.", "百千万", "《", "{office:司法所}"])
def test_no_row_of_signs_holds_the_others_up(room: Workroom, form: EntryForm, sign: str) -> None:
    long = sign * (LONG // len(sign))
    assert judged(room, replace(form, parts={**form.parts, "详细": long})) < 8


@pytest.mark.parametrize("figure", ["9" * 400 + "元", "一" * 400 + "天", "1" * 5_000 + "年"])
def test_a_figure_too_large_to_reckon_with_is_no_crash(
    room: Workroom, form: EntryForm, figure: str
) -> None:
    judged(room, replace(form, title=figure))


def test_a_review_on_the_last_day_of_all_is_no_crash(room: Workroom, form: EntryForm) -> None:
    judged(room, replace(form, review_by="9999-12-31"))


def test_thousands_of_complaints_are_made_at_once(room: Workroom, form: EntryForm) -> None:
    related = tuple(f"nowhere-{number}" for number in range(4_000))
    assert judged(room, replace(form, related=related)) < 8
