"""Deadlines worked by hand from the articles; the reason stands beside each."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.deadlines.counting import Period, Unit, counted, months_after
from knowledge.deadlines.table import DeadlineTable
from knowledge.library import CONTENT

TABLE = DeadlineTable.read(CONTENT)
CALENDAR = TABLE.calendar
DAYS = st.dates(date(2019, 1, 1), date(2027, 12, 31))
HOLIDAYS_A_YEAR = {2019: 11, 2021: 11, 2022: 11, 2023: 11, 2024: 11, 2025: 13, 2026: 13}

CASES = [
    # Days; a last day of rest gives way (民事诉讼法 85, 民法典 203).
    ("shangsu-minshi-panjue", "2026-11-02", "2026-11-17"),  # 2 + 15, a Tuesday
    ("shangsu-minshi-panjue", "2026-11-13", "2026-11-30"),  # 28 is a Saturday
    ("shangsu-minshi-panjue", "2026-09-18", "2026-10-08"),  # 10-03 in the National Day week
    ("shangsu-minshi-panjue", "2026-02-04", "2026-02-24"),  # 02-19 in the Spring Festival
    ("shangsu-minshi-panjue", "2026-01-30", "2026-02-14"),  # a Saturday that is worked
    ("shangsu-minshi-caiding", "2026-09-10", "2026-09-20"),  # a Sunday that is worked
    ("shangsu-minshi-caiding", "2026-09-30", "2026-10-10"),  # a Saturday that is worked
    ("dabian", "2025-12-18", "2026-01-04"),  # 01-02 is New Year's; Sunday the 4th is worked
    ("zhifuling-yiyi", "2024-02-14", "2024-02-29"),  # a leap year has the 29th
    ("zhifuling-yiyi", "2025-02-14", "2025-03-03"),  # none in 2025: 03-01 is a Saturday
    ("shangsu-xingshi-panjue", "2026-11-09", "2026-11-19"),
    ("shangsu-xingshi-caiding", "2026-04-29", "2026-05-06"),  # 05-04 in the May holidays
    ("laodong-qisu", "2026-12-08", "2026-12-23"),
    ("fuyi", "2026-08-05", "2026-10-08"),  # 26 + 30 + 4: 10-04
    ("fuyi", "2024-12-31", "2025-03-03"),  # 31 + 28 + 1: 03-01, a Saturday
    ("fuyi", "2023-12-31", "2024-02-29"),  # 31 + 29
    ("shouyizeng", "2026-03-10", "2026-05-09"),  # 21 + 30 + 9: a Saturday that is worked
    ("chexiao-wujie", "2025-11-05", "2026-02-03"),  # 25 + 31 + 31 + 3
    ("wangou-tuihuo", "2026-06-12", "2026-06-22"),  # 06-19 to 21 is the Dragon Boat Festival
    # One after the other (民法典 1077).
    ("lihun-lengjing", "2026-09-01", "2026-10-08"),  # 10-01
    ("lihun-lingzheng", "2026-09-01", "2026-11-09"),  # 10-08 and 30: 11-07, a Saturday
    ("lihun-lingzheng", "2026-03-02", "2026-05-06"),  # 04-01 and 30: 05-01
    # Months: the same day, else the last of the month (民法典 202).
    ("zaishen", "2025-08-31", "2026-02-28"),  # no 31st; that Saturday is worked
    ("xingzheng-qisu", "2023-08-31", "2024-02-29"),
    ("xingzheng-qisu", "2026-03-25", "2026-09-28"),  # 09-25 to 27 is the Mid-Autumn Festival
    ("baozheng", "2025-12-31", "2026-06-30"),
    ("shangpinfang-bei-cuigao", "2025-11-30", "2026-02-28"),
    ("zhongcai-chexiao", "2026-07-03", "2026-10-08"),  # 10-03
    ("guopei-qisu", "2026-01-15", "2026-04-15"),
    ("hukou-chusheng", "2024-01-31", "2024-02-29"),
    ("hukou-chusheng", "2026-01-31", "2026-02-28"),
    ("qubao", "2025-02-28", "2026-02-28"),
    # Years.
    ("shixiao", "2023-02-28", "2026-02-28"),
    ("shixiao", "2023-05-02", "2026-05-06"),  # in the May holidays
    ("laodong-zhongcai", "2024-02-29", "2025-02-28"),  # the year after has no 29th
    ("laodong-zhongcai", "2025-02-17", "2026-02-24"),  # New Year's Day by the moon
    ("shenqing-zhixing", "2024-11-01", "2026-11-02"),  # a Sunday
    ("chengbao-zhongcai", "2024-10-03", "2026-10-08"),
    # Working days (程序规定 112, 行政处罚法 85, 行政复议法 88, 公证法 30, 信息公开条例 33).
    ("jiaotong-fuhe", "2026-11-20", "2026-11-25"),  # Friday; 23, 24, 25
    ("jiaotong-fuhe", "2026-02-12", "2026-02-24"),  # 13, Saturday 14 is worked, 24
    ("jiaotong-fuhe", "2026-09-30", "2026-10-10"),  # 8, 9, Saturday 10 is worked
    ("jiaotong-tiaojie", "2026-04-30", "2026-05-18"),  # 6 7 8 9, 11-15, 18; the 9th is worked
    ("chufa-tingzheng", "2025-12-31", "2026-01-08"),  # Sunday 4 is worked, 5 6 7 8
    ("xinxi-gongkai", "2026-09-21", "2026-10-26"),  # 3 + 3 before, 3 + 5 + 5 + 1 after the holidays
    ("gongzheng", "2025-01-20", "2025-02-14"),  # 21-24, Sunday 26, 27; 5-8, 10-14
    ("fuyi-shencha", "2026-11-20", "2026-11-27"),
    # No article lets these give way, or it forbids it (刑事诉讼法 105: custody).
    ("zhian-fakuan", "2026-09-20", "2026-10-05"),
    ("xingshi-tibu", "2026-10-01", "2026-10-04"),
    ("gongshang-zaijian", "2026-02-05", "2026-02-20"),
    ("gongshang-geren", "2025-10-05", "2026-10-05"),
    ("xinfang-fucha", "2026-09-05", "2026-10-05"),
]


@pytest.mark.parametrize(("name", "start", "last"), CASES)
def test_a_deadline_worked_by_hand(name: str, start: str, last: str) -> None:
    assert TABLE.ends(name, date.fromisoformat(start)).last == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("name", "start", "safe"),
    [
        ("shixiao", "2026-03-03", "2029-03-03"),  # nobody knows the holidays of 2029
        ("laodong-zhongcai", "2026-11-23", "2027-11-23"),
        ("shangsu-minshi-panjue", "2026-12-14", "2026-12-29"),  # the notice for 2027 may reach back
        ("jiaotong-fuhe", "2026-12-30", "2027-01-02"),  # every unknown day counts as worked
        ("fuyi", "2018-10-01", "2018-11-30"),  # before our calendar begins
        ("lihun-lingzheng", "2026-12-01", "2027-01-30"),
    ],
)
def test_what_is_not_announced_is_not_guessed(name: str, start: str, safe: str) -> None:
    end = TABLE.ends(name, date.fromisoformat(start))
    assert end.last is None
    assert end.safe == date.fromisoformat(safe)


def test_a_rolled_day_tells_the_day_before_rolling_too() -> None:
    end = TABLE.ends("shangsu-minshi-panjue", date(2026, 9, 18))
    assert (end.safe, end.last) == (date(2026, 10, 3), date(2026, 10, 8))


def test_hours_run_from_the_moment() -> None:
    start = datetime(2026, 9, 30, 22, 15)  # noqa: DTZ001  wall clock
    assert TABLE.ends_at("baohuling", start) == datetime(2026, 10, 3, 22, 15)  # noqa: DTZ001
    with pytest.raises(ValueError, match="hour"):
        TABLE.ends("baohuling", start.date())
    with pytest.raises(ValueError, match="day"):
        TABLE.ends_at("fuyi", start)


@given(DAYS, st.integers(1, 120), st.sampled_from([Unit.DAY, Unit.WORKDAY, Unit.MONTH]))
def test_a_last_day_is_worked_and_never_before_the_safe_one(
    start: date, count: int, unit: Unit
) -> None:
    end = counted(start, Period(count, unit, rolls=True), CALENDAR)
    assert end.safe > start
    if end.last is not None:
        assert end.last >= end.safe
        assert not CALENDAR.is_rest(end.last)


@given(DAYS, st.integers(1, 120))
def test_a_later_beginning_never_ends_earlier(start: date, count: int) -> None:
    period = Period(count, Unit.MONTH, rolls=False)
    today, tomorrow = (
        counted(day, period, CALENDAR).safe for day in (start, start + timedelta(days=1))
    )
    assert today <= tomorrow


def test_months_end_on_the_same_day_or_the_last() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_after(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert months_after(date(2024, 2, 29), 48) == date(2028, 2, 29)


@pytest.mark.parametrize(("year", "holidays"), HOLIDAYS_A_YEAR.items())
def test_a_year_gives_as_many_days_off_as_the_law_says(year: int, holidays: int) -> None:
    """A festival on a weekend is made up for (放假办法 6): weekdays off less weekends worked."""
    off = [day for day in CALENDAR.rest if day.year == year and day.weekday() < 5]
    worked = [day for day in CALENDAR.work if day.year == year]
    assert all(day.weekday() >= 5 for day in worked)
    assert len(off) - len(worked) == holidays


def test_every_deadline_that_rolls_cites_the_article_that_lets_it() -> None:
    lets = {
        ("中华人民共和国民法典", "第二百零三条"),
        ("中华人民共和国民事诉讼法", "第八十五条"),
        ("中华人民共和国刑事诉讼法", "第一百零五条"),
    }
    for row in TABLE.by_id.values():
        cited = {(one.law, one.article) for one in row.citations}
        assert not row.period.rolls or cited & lets, row.id
