"""The heavy proofs use the same databases as the tests."""

from tests.conftest import *  # noqa: F403  fixtures come by name
