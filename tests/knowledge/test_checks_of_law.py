"""Planted faults of the law beneath: what cites it stops, and is told."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge.library import Library
from knowledge.locking import lock_citations, lock_faults
from knowledge.statutes.lock import LOCK_FILE
from knowledge.statutes.texts import Texts
from tests.knowledge.planting import TODAY, WAGES, HandLock, faults, planted, spoil


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return planted(tmp_path / "content")


def law_faults(content: Path) -> dict[str, str]:
    """What is wrong between the rows of the content and the lock, by what cites."""
    library = Library.read(content)
    found = lock_faults(replace(library, entries={}))
    return {fault.citing.id: str(fault.kind) for fault in found if fault.citing}


def test_a_deadline_that_cites_what_nobody_opened_is_told(content: Path) -> None:
    assert law_faults(content) == {}
    spoil(content, "deadlines.yaml", "article: 第一百七十一条", "article: 第一百七十二条")
    assert law_faults(content) == {"shangsu-minshi-panjue": "not_locked"}


def move(content: Path, title: str, begins: date) -> None:
    """Registers a further version of a law that begins on a day, and locks; nobody has its text."""
    register = content / "statutes" / "register.yaml"
    head, tail = register.read_text("utf-8").split(f"  - title: {title}\n", 1)
    law, *rest = re.split(r"(?=^  - title: )", tail, maxsplit=1, flags=re.MULTILINE)
    law += f"      - {{adopted: {begins - timedelta(9)}, effective_from: {begins}}}\n"
    register.write_text(f"{head}  - title: {title}\n{law}{''.join(rest)}", "utf-8")
    library = Library.read(content)
    outcome = lock_citations(library, Texts(library.register, []), TODAY)
    outcome.lock.write(content / "statutes" / LOCK_FILE)


def test_a_deadline_whose_law_moves_before_it_is_read_again_is_told(content: Path) -> None:
    move(content, "中华人民共和国公证法", date(2027, 1, 1))
    assert law_faults(content) == {"gongzheng": "moves"}
    before, after = (faults(content, day=date(2027, 1, day) - timedelta(1)) for day in (1, 2))
    assert before == []
    assert {fault.field for fault in after} == {"gongzheng", "jl.notary_fee"}
    assert all("停用" in fault.message and fault.line for fault in after)


def test_a_figure_whose_article_has_moved_is_told_and_no_longer_said(content: Path) -> None:
    blank, day = "{figure:cn.paid_days_a_month}", date(2027, 1, 1)
    assert "21.75" in Library.read(content).fill(blank, day)
    move(content, "企业职工带薪年休假实施办法", day)
    assert law_faults(content)["cn.paid_days_a_month"] == "moves"
    assert "cn.paid_days_a_month" in {fault.field for fault in faults(content, day=day)}
    library = Library.read(content)
    assert "21.75" in library.fill(blank, TODAY)
    assert library.fill(blank, day) == "月计薪天数（问人社部门，或打12333）"


def test_a_cited_law_whose_first_day_is_presumed_is_told_once(content: Path) -> None:
    spoil(
        content, "statutes/register.yaml",
        "{adopted: 2018-10-26, effective_from: 2018-10-26, read_in: decision, articles: 308",
        "{adopted: 2018-10-26, effective_from: 2018-10-26, read_in: presumed, articles: 308",
    )  # fmt: skip
    assert law_faults(content) == {"reckoning": "presumed"}


def test_words_that_name_an_article_cite_it_too(content: Path) -> None:
    spoil(
        content,
        "deadlines.yaml",
        "      - {law: 中华人民共和国民法典, article: 第一百九十五条}\n",
        "",
    )
    spoil(content, "wording.yaml", "welcome: ", "# 见民法典第九条、第十条\nwelcome: ")
    spoil(content, WAGES, "## 详细\n", "## 详细\n见工资支付暂行规定第七条。\n")
    found = {(Path(fault.file).name, fault.field, fault.line > 0) for fault in faults(content)}
    assert found == {
        ("deadlines.yaml", "shixiao", True),
        ("wording.yaml", "citations", True),
        (Path(WAGES).name, "详细", True),
    }
    assert sum("没有引用它" in fault.message for fault in faults(content)) == 4


def test_a_deadline_table_that_nobody_read_again_in_time_is_told(content: Path) -> None:
    lock = HandLock({})
    assert not [fault for fault in faults(content, lock) if fault.field == "review_by"]
    late = faults(content, lock, date(2027, 5, 24))
    assert [fault.field for fault in late if Path(fault.file).name == "deadlines.yaml"] == [
        "review_by"
    ]


def test_a_broken_deadline_table_does_not_silence_the_answers(content: Path) -> None:
    spoil(content, "deadlines.yaml", "review_by: ", "review: ")
    library = Library.read(content)
    assert library.deadlines is None
    assert library.entries
    assert any(Path(fault.file).name == "deadlines.yaml" for fault in faults(content))
