"""`make bench`: requests a second and latencies of the webhook by stages, as ratios in one run.

Every stage runs on the same server with the same workers, threads, load and response bytes;
what is kept is kept with the durability of the service itself.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from bench.load import Measured, fire, prepared
from tests.fake_wechat import Account, Mode, Webhook, random_aes_key
from tests.running import ROOT, free_port

FULL = os.environ.get("FULL") == "1"
REQUESTS = 6_000 if FULL else 1_500
ROUNDS = 5 if FULL else 1
"""All stages one after the other, so often: a machine that others share is now quick, now slow."""
WORKERS, THREADS = 2, 16
"""As the service's own (docs/settings.md)."""
CLIENTS = WORKERS * THREADS
RESIDENTS = 300
TEXT = "房东不退押金怎么办，退租{number}天了"
"""Each message differs in the number, so that nothing can be remembered from the one before."""
TOKEN = "token4bench"

STAGES = {
    "bare route": ("bench.apps:bare()", Mode.PLAIN),
    "parse, plain": ("bench.apps:parse()", Mode.PLAIN),
    "match, plain": ("bench.apps:match()", Mode.PLAIN),
    "full, plain": ("wsgi:serving()", Mode.PLAIN),
    "full, AES": ("wsgi:serving()", Mode.SAFE),
}


def main() -> None:
    """Prints the table: every run, then of each stage the one with the middle rate."""
    print(f"{'stage':14} {'req/s':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'failed':>7}")
    runs: dict[str, list[Measured]] = {name: [] for name in STAGES}
    for _ in range(ROUNDS):
        for name, (application, mode) in STAGES.items():
            with TemporaryDirectory() as folder:
                runs[name].append(_stage(Path(folder), application, mode, name))
            print(f"{name:14} {runs[name][-1].line()}", flush=True)
    middle = {name: sorted(of, key=lambda run: run.rate)[len(of) // 2] for name, of in runs.items()}
    bare, plain = middle["bare route"].rate, middle["full, plain"].rate
    print(f"in the middle of {ROUNDS}, and its rate by that of the bare route")
    for name, run in middle.items():
        print(f"{name:14} {run.line()}  {run.rate / bare:5.2f}")
    print(f"full / bare {plain / bare:.2f}")
    print(f"AES / plain {middle['full, AES'].rate / plain:.2f}")


def _stage(folder: Path, application: str, mode: Mode, name: str) -> Measured:
    account = Account()
    key = random_aes_key()
    with _served(folder, application, account, key) as (port, server):
        url = f"http://127.0.0.1:{port}/wechat"
        webhook = Webhook(url, TOKEN, account.app_id, account.original_id, mode, key)
        fire(port, prepared(webhook, 200, 50, TEXT), CLIENTS)
        result = fire(port, prepared(webhook, REQUESTS, RESIDENTS, TEXT), CLIENTS)
        if name == "full, plain":
            half = fire(
                port, prepared(webhook, REQUESTS // 2, RESIDENTS, TEXT), CLIENTS, result.rate / 2
            )
            print(f"{'  at half load':14} {half.line()}", flush=True)
            print(f"  memory a worker (PSS): {_memory(server):.0f} MB", flush=True)
    return result


@contextmanager
def _served(
    folder: Path, application: str, account: Account, key: str
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(folder / "var"),
        "SECRET_KEY": "0" * 32,
        "PERSONAL_DATA_KEY": "0" * 32,
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_APP_ID": account.app_id,
        "WECHAT_ENCODING_AES_KEY": key,
        "LOG_LEVEL": "WARNING",
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(flask, cwd=folder, env=environment, check=True)
    line = [
        *(sys.executable, "-m", "gunicorn", application, "--preload", "--no-control-socket"),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "bot.web.serving.PunctualWorker"),
        *("--workers", str(WORKERS), "--threads", str(THREADS), "--log-level", "error"),
    ]
    server = subprocess.Popen(line, cwd=folder, env=environment, start_new_session=True)
    try:
        _wait(port)
        yield port, server
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=1)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


def _memory(server: subprocess.Popen[bytes]) -> float:
    """Proportional set size of one web worker in MB, from the kernel's own account."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    rollups = (Path(f"/proc/{child}/smaps_rollup").read_text() for child in children)
    lines = (line for rollup in rollups for line in rollup.splitlines())
    return max(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
