"""The heavy proofs use the same databases as the tests; the fault table is printed at the end."""

import pytest

from tests import fault_table
from tests.conftest import *  # noqa: F403  fixtures come by name


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """All rows in one piece, wherever they were found."""
    if fault_table.TABLE:
        terminalreporter.section("fault table")
        for line in fault_table.lines():
            terminalreporter.write_line(line)
