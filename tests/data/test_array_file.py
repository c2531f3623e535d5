from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lesionlab.data.array_file import ArrayWriter


def test_what_is_appended_is_read_back(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (10, 4, 4, 3), dtype=np.uint8)
    path = tmp_path / "rows.npy"
    with ArrayWriter(path, (4, 4, 3)) as writer:
        writer.append(rows[:3])
        writer.append(rows[3:3])
        writer.append(rows[3:])
        assert not path.exists()
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    assert mapped.dtype == np.uint8
    np.testing.assert_array_equal(mapped, rows)


def test_views_in_another_memory_order_are_written_right(tmp_path: Path) -> None:
    rows = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)[:, :, ::-1]
    with ArrayWriter(tmp_path / "rows.npy", (3, 3)) as writer:
        writer.append(rows)
    np.testing.assert_array_equal(np.load(tmp_path / "rows.npy"), rows)


def test_a_failure_leaves_the_old_file_and_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "rows.npy"
    path.write_bytes(b"old")

    def write_and_fail() -> None:
        with ArrayWriter(path, (2,)) as writer:
            writer.append(np.zeros((5, 2), np.uint8))
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("rows", [np.zeros((1, 3), np.uint8), np.zeros((1, 2), np.float32)])
def test_rows_of_another_shape_or_type_are_refused(tmp_path: Path, rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="do not fit"), ArrayWriter(tmp_path / "rows.npy", (2,)) as writer:
        writer.append(rows)
