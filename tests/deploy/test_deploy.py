"""What is deployed: files that their own tools accept, holding everything the service needs."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.running import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SITE = {"SITE": "fa.example.gov.cn", "POSTGRES_PASSWORD": "a-password"}


def tool(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def run(*line: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        line,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def compose(tmp_path: Path) -> Path:
    """The file as on a server: with an .env above it."""
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    (tmp_path / ".env").write_text("SECRET_KEY=x\n", "utf-8")
    return tmp_path / "deploy" / "compose.yaml"


def resolved(compose: Path) -> dict[str, Any]:
    done = run(tool("docker-compose"), "-f", compose, "config", "--format", "json", **SITE)
    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout)["services"]
    assert isinstance(services, dict)
    return services


def test_hadolint_finds_nothing() -> None:
    done = run(tool("hadolint"), DEPLOY / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_is_valid_and_no_part_runs_with_more_rights_than_it_needs(compose: Path) -> None:
    services = resolved(compose)
    assert set(services) == {"web", "worker", "database", "proxy"}
    for name in ("web", "worker"):
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]
        assert "ports" not in services[name]
        # Longer than gunicorn's 15 and the supervisor's 20 seconds.
        assert services[name]["stop_grace_period"] == "30s"
    assert "ports" not in services["database"]


@pytest.mark.parametrize("missing", sorted(SITE))
def test_compose_does_not_start_without_what_must_be_chosen(compose: Path, missing: str) -> None:
    given = {name: value for name, value in SITE.items() if name != missing}
    done = run(tool("docker-compose"), "-f", compose, "config", "-q", **given)
    assert done.returncode != 0
    assert missing in done.stderr


def test_the_image_holds_all_that_the_service_needs(tmp_path: Path) -> None:
    """Only what the Dockerfile copies, in an empty place."""
    copies = re.findall(
        r"^COPY (?!--from)(.+) (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE
    )
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for sources, target in copies:
        for source in sources.split():
            assert f"!{source}" in ignored
            place = tmp_path / (source if target in (".", "./") else target)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place)
            else:
                shutil.copy(ROOT / source, place)
    line = [sys.executable, "-m", "flask", "--app", "wsgi", "backup", "a.backup"]
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "var")}
    for command in (["db", "upgrade"], ["backup", "a.backup"], ["ask", "房东不退押金"]):
        done = subprocess.run(
            [*line[:5], *command], cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing: apt install systemd")
    for unit in UNITS:
        # The project is not installed where the units expect it.
        text = re.sub(r"/opt/faxiaomei/\.venv/bin/\w+", "/bin/true", unit.read_text("utf-8"))
        (tmp_path / unit.name).write_text(text, "utf-8")
    units = sorted(tmp_path.iterdir())
    done = run("systemd-analyze", "verify", "--man=no", *units)
    ours = [line for line in done.stderr.splitlines() if "faxiaomei" in line]
    assert ours == []


@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".service"], ids=lambda u: u.stem)
def test_every_service_runs_without_rights(unit: Path) -> None:
    lines = unit.read_text("utf-8").splitlines()
    for needed in ("User=faxiaomei", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "UMask=0077"):
        assert needed in lines
    assert "ProtectSystem=strict" in lines


def test_no_secret_lies_in_what_is_deployed() -> None:
    for file in DEPLOY.iterdir():
        assert not re.search(r"(PASSWORD|SECRET|KEY)\s*[=:]\s*[A-Za-z0-9]{8,}", file.read_text())


def test_old_backups_go_and_so_does_what_a_broken_one_left(tmp_path: Path) -> None:
    """The unit's own command, but for its folder."""
    line = (DEPLOY / "faxiaomei-backup.service").read_text("utf-8")
    found = re.search(r"&& (find .* -delete)", line)
    assert found is not None
    days = {"old.backup": 32, "new.backup": 29, "cut.backup.part": 3, "now.backup.part": 0}
    days |= {".backup-x1/copy.sqlite3": 3, ".backup-x2/copy.sqlite3": 0}
    for name, age in days.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"")
        then = time.time() - age * 86_400 - 60
        os.utime(file, (then, then))
    command = found[1].replace("/var/backups/faxiaomei", str(tmp_path))
    subprocess.run(["/bin/sh", "-c", command], check=True)
    left = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert left == {"new.backup", "now.backup.part", ".backup-x2/copy.sqlite3"}
