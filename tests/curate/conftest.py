"""The real HAM10000, prepared once for all tests that look at its pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.prepared import PreparedData


@pytest.fixture(scope="session")
def real_ham10000(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedData:
    """All 10,015 images at 64 px; shared, so do not write into its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESIONLAB_HOME", str(tmp_path_factory.mktemp("real-home")))
        return prepare_ham10000(test_data / "ham10000", sizes_px=(64,))
