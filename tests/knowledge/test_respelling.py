"""Slips of the keyboard and pinyin are read as what was meant."""

import time

import pytest

from knowledge.respelling import Respelling


@pytest.fixture(scope="module")
def respelling() -> Respelling:
    pinyin = {
        "jiu-ming": "救命", "jiu": "就", "ta": "他", "da": "打", "wo": "我",
        "bu-xiang-huo-le": "不想活了", "bu": "不", "xiang": "想", "xian": "先",
    }  # fmt: skip
    return Respelling({"就命": "救命", "那刀": "拿刀"}, pinyin)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("就命啊", "救命啊"),
        ("他那刀来了", "他拿刀来了"),
        ("救 命", "救命"),
        ("不*想-活", "不想活"),
        ("ta da wo", "他打我"),
        ("tadawo", "他打我"),
        ("jiu ming", "救命"),
        ("jiùmìng", "救命"),
        ("bu xianghuo le", "不想活了"),
        ("他说 bu xiang huo le", "他说不想活了"),
        ("ta zou wo", "他□我"),
        ("ta da wo plz", "他打我plz"),
        ("wo 5 ge", "wo5ge"),
        ("app", "app"),
        ("ktv sos", "ktvsos"),
        ("", ""),
    ],
)
def test_what_was_meant(respelling: Respelling, written: str, meant: str) -> None:
    assert respelling.read(written) == meant


@pytest.mark.parametrize("text", ["xian" * 500, "xian " * 400, "a" * 2000, "zh" * 1000, "q" * 2000])
def test_a_hostile_text_costs_little(respelling: Respelling, text: str) -> None:
    started = time.thread_time()
    respelling.read(text)
    assert time.thread_time() - started < 0.5
