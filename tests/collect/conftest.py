"""Drawn lesions laid out as a download, and transfers that do not wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from small_ham10000 import write_small_ham10000

from lesionlab.collect.transfer import Transfer


@pytest.fixture(scope="session")
def small_ham10000(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn lesions in the Kaggle layout; shared, so do not write into it."""
    return write_small_ham10000(tmp_path_factory.mktemp("small-ham10000"))


@pytest.fixture
def at_once() -> Callable[[Sequence[str]], Transfer]:
    """Open a transfer to these hosts that neither waits nor pauses."""
    return partial(Transfer, delay_s=0, attempts=3, sleep=lambda seconds: None)
