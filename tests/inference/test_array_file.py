from dataclasses import dataclass

import numpy as np
import pytest

from lesionlab.core.errors import ModelError
from lesionlab.inference.array_file import ArrayFile, Arrays

FILE = ArrayFile("things.npz", "the things are unknown", "Make it again.")


@dataclass(frozen=True)
class Facts:
    of: str
    count: int


def content(facts: Facts, arrays: Arrays) -> tuple[Facts, list[int]]:
    return facts, arrays["numbers"].tolist()


def test_facts_and_arrays_come_back(tmp_path):
    path = FILE.write(tmp_path, Facts("a thing", 3), {"numbers": np.arange(3)})
    assert path == tmp_path / "things.npz"
    assert FILE.read(tmp_path, Facts, content) == (Facts("a thing", 3), [0, 1, 2])


def test_nothing_is_left_beside_the_file(tmp_path):
    FILE.write(tmp_path, Facts("a thing", 3), {"numbers": np.arange(3)})
    assert [path.name for path in tmp_path.iterdir()] == ["things.npz"]


def test_a_missing_file_says_what_is_unknown(tmp_path):
    with pytest.raises(ModelError, match=r"holds no things\.npz: the things are unknown") as caught:
        FILE.read(tmp_path, Facts, content)
    assert caught.value.cure == "Make it again."


@pytest.mark.parametrize("keep", [0, 10, -20])
def test_a_file_cut_short_is_damaged(tmp_path, keep):
    path = FILE.write(tmp_path, Facts("a thing", 3), {"numbers": np.arange(3)})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelError, match=r"things\.npz is damaged"):
        FILE.read(tmp_path, Facts, content)


def test_a_file_without_an_array_or_with_objects_is_damaged(tmp_path):
    FILE.write(tmp_path, Facts("a thing", 3), {"others": np.arange(3)})
    with pytest.raises(ModelError, match="damaged"):
        FILE.read(tmp_path, Facts, content)
    with pytest.raises(ValueError, match="Object arrays"):
        FILE.write(tmp_path, Facts("a thing", 3), {"numbers": np.array([object()])})
