"""The fake platform as a process: `python -m tests.fake_wechat --port 9000 --control 9001`."""

import argparse
import json
import signal
import sys
import threading

from tests.fake_wechat.account import Account, AccountKind
from tests.fake_wechat.platform import FakePlatform


def main() -> None:
    """Print one JSON line with both addresses once ready; end cleanly on SIGTERM or Ctrl-C."""
    asked = _arguments()
    account = Account(asked.app_id, asked.app_secret, asked.original_id, AccountKind(asked.kind))
    platform = FakePlatform(account, host=asked.host, port=asked.port, control_port=asked.control)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with platform:
        addresses = {"url": platform.url, "control_url": platform.control_url}
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        ended.wait()


def _arguments() -> argparse.Namespace:
    account = Account()
    parser = argparse.ArgumentParser(prog="python -m tests.fake_wechat", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="of the API; 0 takes a free one")
    parser.add_argument("--control", type=int, default=0, help="port of the switches")
    parser.add_argument("--app-id", default=account.app_id)
    parser.add_argument("--app-secret", default=account.app_secret)
    parser.add_argument("--original-id", default=account.original_id)
    parser.add_argument("--kind", choices=[*AccountKind], default=account.kind)
    return parser.parse_args()


if __name__ == "__main__":
    main()
