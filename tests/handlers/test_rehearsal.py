"""A proposed text is tried: its faults, what residents would get, and which questions."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.bootstrap import build
from bot.services import Services
from config.settings import Settings
from handlers.model import DecisionName
from handlers.rehearsal import Rehearsal, rehearse
from knowledge.checks import Rules
from knowledge.entry import Citation, EntryId, Status
from knowledge.entryfile import EntryForm, written
from knowledge.library import CONTENT
from knowledge.matcher import Matcher
from knowledge.trial import Bench
from tests.dictionary import segmenter

TAOXIN = EntryId("laodong-taoxin-01")
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Workshop:
    """A service without a database, and what texts are held against."""

    services: Services
    bench: Bench

    def form(self, entry: EntryId = TAOXIN) -> EntryForm:
        return EntryForm.of(self.services.library.entries[entry])

    def rehearse(self, form: EntryForm, entry: EntryId = TAOXIN) -> Rehearsal:
        return rehearse(written(form), entry, self.bench, self.services.reception, AT)

    def faults(self, form: EntryForm, entry: EntryId = TAOXIN) -> list[tuple[str, str]]:
        trial = self.rehearse(form, entry).trial
        return [(fault.field, fault.message) for fault in trial.faults]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    folder = tmp_path_factory.mktemp("workshop")
    services = build(Settings(data_dir=folder))
    matcher = Matcher.over(services.library, segmenter())
    texts = services.lookups.texts
    bench = Bench(services.library, Rules.read(CONTENT), matcher, texts, AT.date())
    return Workshop(services, bench)


def in_part(form: EntryForm, part: str, more: str) -> EntryForm:
    return replace(form, parts={**form.parts, part: form.parts[part] + more})


def test_what_is_published_has_no_faults_and_its_own_wordings_find_it(workshop: Workshop) -> None:
    rehearsal = workshop.rehearse(workshop.form())
    assert rehearsal.trial.faults == ()
    test = rehearsal.hit_test()
    assert test.missed == 0
    assert test.disturbed == ()
    assert all(heard.now == heard.then for heard in test.own)


@pytest.mark.parametrize(
    ("part", "more", "told"),
    [
        ("详细", "过了四十五天就不行。", "“四十五天”不在引用的任何一条里"),
        ("详细", "包赢官司。", "是许诺结果"),
        ("详细", "打{phone:司法锁}。", "没法填"),
        ("详细", "长" * 61 + "。", "超过 60 个字"),
        ("期限", "越早去越好，别等。" * 80, "第一条消息有"),
    ],
)
def test_a_fault_stands_at_its_field(workshop: Workshop, part: str, more: str, told: str) -> None:
    faults = workshop.faults(in_part(workshop.form(), part, more))
    shown = "简答" if "第一条" in told else part
    assert any(field == shown and told in message for field, message in faults), faults


def test_a_slip_in_the_form_is_told_and_the_published_entry_stays(workshop: Workshop) -> None:
    rehearsal = workshop.rehearse(replace(workshop.form(), review_by="明年", wordings=()))
    assert [fault.field for fault in rehearsal.trial.faults] == ["wordings", "review_by"]
    assert rehearsal.parts() == ()
    assert rehearsal.ask("包工头跑了").then == rehearsal.ask("包工头跑了").now


def test_an_article_that_nobody_can_open_is_refused(workshop: Workshop) -> None:
    form = workshop.form()
    law = "中华人民共和国劳动争议调解仲裁法"
    cited = (*form.citations[:-1], (law, "第二百条"), form.citations[-1])
    faults = workshop.faults(replace(form, citations=cited))
    assert [field for field, _ in faults] == ["citations"]
    assert "没有第二百条" in faults[0][1]
    faults = workshop.faults(replace(form, citations=(*form.citations, ("没有的法", "第一条"))))
    assert all(field == "citations" for field, _ in faults)


def test_an_article_at_hand_is_opened_and_its_figures_count_as_proven(workshop: Workshop) -> None:
    form = workshop.form()
    law = "中华人民共和国劳动争议调解仲裁法"
    last = form.citations[-1]
    cited = (*form.citations[:-1], (law, "第四十三条"), last)
    rehearsal = workshop.rehearse(
        in_part(replace(form, citations=cited), "详细", "受理后一般四十五日内出裁决。")
    )
    assert rehearsal.trial.faults == ()
    rows = {Citation(row.title, row.article) for row in rehearsal.trial.locks.rows}
    assert Citation(law, "第四十三条") in rows


def test_a_stolen_wording_is_told_at_the_thief(workshop: Workshop) -> None:
    form = workshop.form()
    theirs = workshop.services.library.entries[EntryId("laodong-taoxin-03")].wordings[0]
    faults = workshop.faults(replace(form, wordings=(*form.wordings[:-1], theirs)))
    assert any(field == "wordings" and "laodong-taoxin-03" in told for field, told in faults)


def test_wordings_of_others_that_the_proposal_takes_are_named(workshop: Workshop) -> None:
    other = workshop.services.library.entries[EntryId("laodong-taoxin-03")]
    form = replace(workshop.form(), wordings=other.wordings, title=other.title)
    test = workshop.rehearse(form).hit_test()
    assert {heard.asks_for for heard in test.disturbed} == {other.id}
    heard = test.disturbed[0]
    assert heard.now.answer == other.id
    assert heard.then.answer != other.id


def test_any_question_is_asked_now_and_with_the_proposal(workshop: Workshop) -> None:
    form = workshop.form()
    question = "冰箱门关不严，霜结了一指厚，厂家让我自己拿吹风机化"
    heard = workshop.rehearse(replace(form, wordings=(*form.wordings[:-1], question))).ask(question)
    assert heard.now.answer is None
    assert heard.then.answer == TAOXIN
    assert heard.then.confidence > heard.now.confidence
    assert "霜" in "".join(heard.then.because)


def test_danger_stands_above_a_proposal_too(workshop: Workshop) -> None:
    question = "我老公正在打我，他拿着刀"
    form = workshop.form()
    heard = workshop.rehearse(replace(form, wordings=(*form.wordings[:-1], question))).ask(question)
    assert heard.then.decision is DecisionName.EMERGENCY


def test_what_a_resident_would_read_is_the_proposal(workshop: Workshop) -> None:
    rehearsal = workshop.rehearse(in_part(workshop.form(), "下一步", "\n5. 带上身份证。"))
    assert "5. 带上身份证。" in rehearsal.first_message()
    assert "尚未经律师审核" in rehearsal.first_message()
    assert len(rehearsal.parts()) > 1


def test_a_withdrawn_proposal_answers_nobody(workshop: Workshop) -> None:
    form = replace(workshop.form(), status=str(Status.WITHDRAWN))
    rehearsal = workshop.rehearse(form)
    assert rehearsal.trial.faults == ()
    assert all(heard.then.answer is None for heard in rehearsal.hit_test().own)


def test_a_text_that_residents_would_not_see_is_no_release(workshop: Workshop) -> None:
    faults = workshop.faults(replace(workshop.form(), status=str(Status.DRAFT)))
    assert [field for field, _ in faults] == ["status"]


def test_a_new_entry_is_tried_under_its_own_name(workshop: Workshop) -> None:
    new = EntryId("laodong-taoxin-98")
    form = replace(workshop.form(), id=str(new), wordings=tuple(f"新{n}问" for n in range(8)))
    assert workshop.faults(replace(form, title="天上掉铁饼砸坏了车"), new) == []
