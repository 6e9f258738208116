"""Staff log in: who gets in, who is locked out, and how long a session lasts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import pytest

from bot.passwords import hashed
from bot.storage.store import SqlStore
from bot.web.auth import FAILURES, LOCK, Doorkeeper, Refused, SignedIn, local_path
from handlers.cases import Role
from tests.bot.site import PASSWORD, Clock, Member, Site, open_site, token_in

WRONG = "not the password"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def keeper_of(store: SqlStore, clock: Clock) -> Doorkeeper:
    with store.write() as records:
        records.personnel.add("李律师", Role.LAWYER, hashed(PASSWORD))
    return Doorkeeper(store, clock)


def test_the_right_password_lets_in(sqlite_store: SqlStore) -> None:
    assert isinstance(keeper_of(sqlite_store, Clock()).admit("李律师", PASSWORD), SignedIn)


def test_a_wrong_password_and_an_unknown_name_are_refused_alike(sqlite_store: SqlStore) -> None:
    keeper = keeper_of(sqlite_store, Clock())
    assert keeper.admit("李律师", WRONG) == keeper.admit("无此人", WRONG) == Refused()


def test_the_fifth_failure_locks_even_against_the_right_password(store: SqlStore) -> None:
    keeper = keeper_of(store, Clock())
    for _ in range(FAILURES - 1):
        assert keeper.admit("李律师", WRONG) == Refused()
    assert keeper.admit("李律师", WRONG) == Refused()
    assert keeper.admit("李律师", PASSWORD) == Refused()


def test_the_lock_ends_by_itself_and_leaves_five_more_tries(sqlite_store: SqlStore) -> None:
    clock = Clock()
    keeper = keeper_of(sqlite_store, clock)
    for _ in range(FAILURES):
        keeper.admit("李律师", WRONG)
    clock.turn(minutes=LOCK.total_seconds() / 60)
    assert keeper.admit("李律师", WRONG) == Refused()
    assert isinstance(keeper.admit("李律师", PASSWORD), SignedIn)


def test_a_success_forgets_earlier_failures(sqlite_store: SqlStore) -> None:
    keeper = keeper_of(sqlite_store, Clock())
    for _ in range(3):
        for _ in range(FAILURES - 1):
            keeper.admit("李律师", WRONG)
        assert isinstance(keeper.admit("李律师", PASSWORD), SignedIn)


def test_guessing_in_parallel_gets_no_further(sqlite_store: SqlStore) -> None:
    keeper = keeper_of(sqlite_store, Clock())
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: keeper.admit("李律师", WRONG), range(8)))
    with sqlite_store.read() as records:
        known = records.personnel.credentials("李律师")
    assert known is not None
    assert known.failed_logins == FAILURES
    assert keeper.admit("李律师", PASSWORD) == Refused()


def test_somebody_who_left_is_refused(sqlite_store: SqlStore) -> None:
    keeper = keeper_of(sqlite_store, Clock())
    with sqlite_store.write() as records:
        staff = records.personnel.named("李律师")
        assert staff is not None
        records.personnel.set_active(staff.id, active=False)
    assert keeper.admit("李律师", PASSWORD) == Refused()


def test_a_session_holds_until_its_person_gets_a_new_password(sqlite_store: SqlStore) -> None:
    keeper = keeper_of(sqlite_store, Clock())
    user = keeper.admit("李律师", PASSWORD)
    assert isinstance(user, SignedIn)
    assert keeper.recognise(user.get_id()) == user
    with sqlite_store.write() as records:
        records.personnel.set_password(user.staff.id, hashed(WRONG))
    assert keeper.recognise(user.get_id()) is None


@pytest.mark.parametrize("session", ["", "1", "1.", "x.0", "1.x", "-1.0", "999.0", "1.0.0"])
def test_a_strange_session_is_nobody(sqlite_store: SqlStore, session: str) -> None:
    assert keeper_of(sqlite_store, Clock()).recognise(session) is None


@pytest.mark.parametrize(
    "there",
    [
        "",
        "/chat",
        "//elsewhere.example/console/",
        "https://elsewhere.example/console/",
        "/console//elsewhere.example",
        "/\\elsewhere.example/console/",
        "/console/\\elsewhere.example",
        "javascript:alert(1)",
        "http://[/console/",
        "/console/\nSet-Cookie: a=b",
    ],
)
def test_after_log_in_nobody_is_led_away(there: str) -> None:
    assert local_path(there) == "/console/"


def test_after_log_in_one_is_where_one_wanted_to_be(site: Site) -> None:
    member = site.member(logged_in=False)
    sent = member.get("/console/?view=mine")
    assert sent.url == f"{site.url}/console/login?next=/console/?view%3Dmine"
    assert member.log_in(there="/console/?view=mine").url == f"{site.url}/console/?view=mine"


def test_the_page_says_the_same_for_unknown_names_and_wrong_passwords(site: Site) -> None:
    known, unknown = site.member(logged_in=False), Member(site.url, "无此人")
    answers = [member.log_in(WRONG) for member in (known, unknown)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert "名字或密码不对" in answers[0].text
    assert said(answers[0].text) == said(answers[1].text)


def said(page: str) -> list[str]:
    return [line for line in page.splitlines() if "alert" in line]


def test_a_locked_name_reads_the_same_as_an_unknown_one_and_what_to_do(site: Site) -> None:
    member, unknown = site.member(logged_in=False), Member(site.url, "无此人")
    answers = [member.log_in(WRONG) for _ in range(FAILURES + 1)]
    answers += [member.log_in(), unknown.log_in(WRONG)]
    assert {answer.status_code for answer in answers} == {401}
    [words] = {line for answer in answers for line in said(answer.text)}
    assert "请10分钟后再试" in words
    assert "管理员" in words


def test_a_session_ends_after_its_hours_even_if_used(site: Site) -> None:
    member = site.member()
    began = site.clock.at
    hours = site.services.settings.staff_session_hours
    site.clock.turn(hours=hours - 0.1)
    assert "/login" not in member.get("/console/").url
    site.clock.turn(hours=0.2)
    assert "/login" in member.get("/console/").url
    site.clock.at = began


def test_log_out_ends_the_session_and_every_copy_of_its_cookie(site: Site) -> None:
    member, other = site.member(), site.member()
    thief = Member(site.url, member.name)
    thief.session.cookies.update(member.session.cookies)
    assert "/login" not in thief.get("/console/").url
    member.send("/console/", "/console/logout", {})
    assert "/login" in member.get("/console/").url
    assert "/login" in thief.get("/console/").url
    assert "/login" not in other.get("/console/").url
    member.log_in()
    assert "/login" not in member.get("/console/").url


def test_the_session_is_another_one_after_log_in(site: Site) -> None:
    member = site.member(logged_in=False)
    before = token_in(member.get("/console/login").text)
    member.log_in()
    form = {"csrf_token": before}
    assert member.session.post(f"{site.url}/console/logout", data=form).status_code == 400
    assert all(cookie.has_nonstandard_attr("HttpOnly") for cookie in member.session.cookies)


def test_a_session_that_was_ended_in_the_database_ends_at_once(site: Site) -> None:
    member = site.member()
    with site.services.store.write() as records:
        staff = records.personnel.named(member.name)
        assert staff is not None
        records.personnel.set_password(staff.id, hashed(PASSWORD))
    assert "/login" in member.get("/console/").url


def test_a_page_that_refreshes_itself_is_sent_to_log_in(site: Site) -> None:
    stranger = Member(site.url, "无此人")
    answer = stranger.refresh("/console/cases/10001?seen=1")
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/console/login?next=/console/cases/10001")


def test_an_action_without_session_leads_back_to_its_case(site: Site) -> None:
    answer = site.ask("POST", "/console/cases/10001/answer", data={"text": "好"})
    assert answer.url == f"{site.url}/console/login?next=/console/cases/10001"


def test_a_log_in_without_the_forms_token_is_refused(site: Site) -> None:
    member = site.member(logged_in=False)
    form = {"name": member.name, "password": PASSWORD}
    answer = site.ask("POST", "/console/login", data=form)
    assert answer.status_code == 400


def test_unknown_and_locked_names_take_as_long_as_known_ones(sqlite_store: SqlStore) -> None:
    """The hash is by far the longest part; a third allows for a busy machine."""
    keeper = keeper_of(sqlite_store, Clock())

    def seconds(name: str) -> float:
        began = perf_counter()
        keeper.admit(name, WRONG)
        return perf_counter() - began

    known = min(seconds("李律师") for _ in range(3))
    for _ in range(FAILURES - 3):
        keeper.admit("李律师", WRONG)
    for name in ("无此人", "李律师"):
        assert min(seconds(name) for _ in range(3)) > known / 3
