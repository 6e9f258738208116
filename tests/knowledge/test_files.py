"""An entry's file is read whole, or every fault is told with its line."""

import shutil
from pathlib import Path

import pytest

from knowledge.entry import Facet, NumberException, Risk, Status
from knowledge.files import examine, read_entries
from knowledge.library import CONTENT, Library

TEMPLATE = Path(__file__).parents[2] / "docs" / "entry-template.md"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The template as a file of the content folder."""
    file = tmp_path / "entries" / "laodong" / "laodong-taoxin-99.md"
    file.parent.mkdir(parents=True)
    shutil.copy(TEMPLATE, file)
    return file


def spoilt(file: Path, before: str, after: str) -> tuple[int, str, str]:
    """The only fault after a change: line, field, complaint."""
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")
    entry, faults = examine(file)
    assert entry is None
    (fault,) = faults
    return fault.line, fault.field, fault.message


def line_of(words: str) -> int:
    lines = TEMPLATE.read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_the_template_is_an_entry(file: Path) -> None:
    entry, faults = examine(file)
    assert not faults
    assert entry is not None
    assert entry.status is Status.DRAFT
    assert entry.risks == (Risk.DEADLINE,)
    assert set(entry.facets) == set(Facet)
    assert entry.related == ("laodong-taoxin-01",)
    assert entry.plan == ()
    assert entry.exceptions == (NumberException("三十年", "举例用的年头，不是法律规定的数"),)
    assert entry.places == ("office:人力资源和社会保障局", "phone:12348")


@pytest.mark.parametrize(
    ("before", "after", "field", "told"),
    [
        ("risk: [deadline]", "risk: [danger]", "risk", "ordinary、money"),
        ("risk: [deadline]", "rsik: [deadline]", "rsik", "多半是名字写错了"),
        ("status: draft ", "status: ready ", "status", "review_due"),
        ("  拒绝: ", "  拒付: ", "facets", "拒付"),
        ("review_by: 2027-05-23", "review_by: 明年", "review_by", "2026-11-23"),
        ("  - 民工讨薪找哪个公司", "  - 12", "wordings", "12"),
        ("    reason: 举例", "    why: 举例", "exceptions", "number 和 reason"),
        ("    article: 第三十条", "    page: 3", "citations", "law 和 article"),
        ("## 期限\n", "## 时间\n", "headings", "简答、期限"),
        ("id: laodong-taoxin-99", "id: laodong-taoxin-98", "id", "laodong-taoxin-99"),
    ],
)
def test_a_fault_is_told_with_its_field_and_what_to_write(
    file: Path, before: str, after: str, field: str, told: str
) -> None:
    faults = spoilt_all(file, before, after)
    assert any(fault[1] == field and told in fault[2] for fault in faults), faults


def spoilt_all(file: Path, before: str, after: str) -> list[tuple[int, str, str]]:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")
    return [(fault.line, fault.field, fault.message) for fault in examine(file)[1]]


def test_a_fault_names_the_line_of_the_item(file: Path) -> None:
    where = spoilt(file, "  - 民工讨薪找哪个公司", "  - 12")
    assert where[0] == line_of("民工讨薪找哪个公司")


def test_broken_yaml_names_its_line(file: Path) -> None:
    line, field, _ = spoilt(file, "plan: []", "plan: [")
    assert field == ""
    assert abs(line - line_of("plan: []")) <= 2


def test_every_fault_of_a_file_is_told_at_once(file: Path) -> None:
    file.write_text("---\ntitle: 问\n---\n## 简答\n答\n", "utf-8")
    entry, faults = examine(file)
    assert entry is None
    assert {"id", "topic", "status", "risk", "wordings", "headings"} <= {
        fault.field for fault in faults
    }


def test_a_broken_file_silences_its_own_answer_only(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    whole = len(Library.read(content).entries)
    broken = content / "entries" / "laodong" / "laodong-taoxin-01.md"
    broken.write_text("nothing", "utf-8")
    library = Library.read(content)
    assert len(library.entries) == whole - 1
    assert [fault.file for fault in library.faults] == [str(broken)]


def test_all_our_entries_are_read() -> None:
    entries, faults = read_entries(CONTENT / "entries")
    assert not faults
    assert len(entries) >= 12
