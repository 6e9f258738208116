"""First words, leaving and writing too fast through /wechat, over both databases."""

import json

import pytest

from handlers.pace import PER_MINUTE
from tests.bot.account import AES_KEY, TOKEN, UNANSWERABLE, case_number
from tests.fake_wechat import FakePlatform, Mode, Resident
from tests.running import Running
from tests.waiting import until

DANGER = "救命，他现在拿刀砍我"
TOLD = ("机器", "存", "人工", "110")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, service: Running) -> Running:
    """Web and courier over both databases, one after the other."""
    if request.param == "sqlite":
        return service
    other = request.getfixturevalue("service_on_postgres")
    assert isinstance(other, Running)
    return other


@pytest.fixture
def resident(platform: FakePlatform, service: Running) -> Resident:
    """Somebody new. What each of the modes says is the matter of the conformance table."""
    postgres = service.environment.get("DATABASE_URL", "").startswith("postgresql")
    mode = Mode.SAFE if postgres else Mode.PLAIN
    webhook = platform.webhook(f"{service.url}/wechat", TOKEN, mode, AES_KEY)
    return Resident(webhook, platform)


def rows(service: Running, what: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in service.flask_here("export", what).splitlines()]


def said(resident: Resident, text: str) -> str:
    reply = resident.send_text(text).text
    assert reply is not None
    return reply


def test_a_follower_is_told_everything_and_not_again(resident: Resident) -> None:
    welcome = resident.follow().text
    assert welcome is not None
    assert all(word in welcome for word in (*TOLD, "取消关注", "案卷"))
    assert "【说明】" not in said(resident, "你好")


def test_a_first_message_is_answered_and_then_told_and_its_repeat_gets_the_same(
    resident: Resident,
) -> None:
    push = resident.compose("text", {"Content": UNANSWERABLE})
    first, second, third = (resident.read(answer) for answer in resident.fire(push, 3))
    assert first == second == third
    assert first is not None
    assert first.index("编号") < first.index("【说明】")
    assert all(word in first for word in TOLD)


def test_a_first_answer_is_whole_and_the_notice_follows_where_there_is_room(
    resident: Resident,
) -> None:
    text = said(resident, "包工头跑了，工资找谁要")
    assert len(text.encode()) <= 1_800
    for word in ("期限：", "下一步：", "《保障农民工工资支付条例》", "不代替法院和机关认定"):
        assert word in text
    # Never by cutting the answer short, and never twice.
    assert ("我是机器" in text) != ("我是机器" in said(resident, "你好"))


def test_danger_comes_alone_and_the_notice_with_the_next_reply(resident: Resident) -> None:
    assert "机器" not in said(resident, DANGER)
    assert "【说明】" in said(resident, "你好")


def test_whoever_unfollows_is_erased_and_follows_again_as_somebody_new(
    resident: Resident, service: Running
) -> None:
    said(resident, "房东不退押金怎么办，这是私房话")
    number = case_number(said(resident, UNANSWERABLE))
    assert resident.unfollow().text is None
    everything = "".join(
        service.flask_here("export", what, *more)
        for what, more in (
            ("messages", ("--direction", "all")),
            ("consultations", ()),
            ("deliveries", ()),
        )
    )
    assert resident.openid not in everything
    assert "私房话" not in everything
    [case] = [row for row in rows(service, "consultations") if str(row["number"]) == number]
    assert case["question"] == UNANSWERABLE
    welcome = resident.follow().text
    assert welcome is not None
    assert "【说明】" in welcome
    assert "没有查到" in said(resident, number)


def test_unfollowing_again_late_or_unknown_is_harmless(
    resident: Resident, service: Running
) -> None:
    before = json.loads(service.flask_here("count", "--json"))
    assert resident.unfollow().text is None
    assert json.loads(service.flask_here("count", "--json")) == before
    push = resident.compose("text", {"Content": UNANSWERABLE})
    resident.deliver(push)
    goodbye = resident.compose_event("unsubscribe", {"EventKey": ""})
    for answer in resident.fire(goodbye, 3):
        assert resident.read(answer) is None
    kept = json.loads(service.flask_here("count", "--json"))
    assert kept["messages"] == before["messages"] + 2
    resident.deliver(push)
    assert json.loads(service.flask_here("count", "--json")) == kept
    assert resident.openid not in service.flask_here("export", "messages")


def test_an_answer_to_whoever_left_fails_in_the_open(resident: Resident, service: Running) -> None:
    number = case_number(said(resident, UNANSWERABLE))
    resident.unfollow()
    service.flask_here("consultation", "answer", "--id", number, "--text", "先找村委会调解。")
    [delivery] = _settled(service, number)
    assert (delivery["state"], delivery["held_reason"]) == ("failed", "unfollowed")
    assert not any("村委会调解" in text for text in resident.seen)


def test_a_burst_is_kept_whole_told_once_and_danger_is_answered(
    resident: Resident, service: Running
) -> None:
    texts = [resident.send_text("你好").text for _ in range(PER_MINUTE + 5)]
    assert all(texts[:PER_MINUTE])
    limited = [text for text in texts[PER_MINUTE:] if text]
    assert len(limited) == 1
    assert "一分钟" in limited[0]
    assert "12348" in limited[0]
    assert "110" in said(resident, DANGER).splitlines()[0]
    ours = [row for row in rows(service, "messages") if row["resident"] == resident.openid]
    assert len(ours) == PER_MINUTE + 6


def _settled(service: Running, number: str) -> list[dict[str, object]]:
    """The deliveries of a case, once none of them is under way."""

    def found() -> list[dict[str, object]]:
        return [row for row in rows(service, "deliveries") if str(row["consultation"]) == number]

    until(lambda: all(row["settled_at"] for row in found()), "still under way")
    return found()
