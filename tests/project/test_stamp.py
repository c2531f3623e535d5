from __future__ import annotations

from pathlib import Path

import pytest
from launch import stamp
from launch.stamp import Stamp, State, stamp_now, state_of, write_mark

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
[project]
name = "x"
dependencies = ["numpy"]
[tool.ruff]
line-length = 120
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "a.lock").write_text("numpy==2.0\n")
    return tmp_path


def now(checkout: Path) -> Stamp:
    return stamp_now(checkout, checkout / "a.lock")


def test_the_same_checkout_has_the_same_stamp(checkout: Path):
    assert now(checkout) == now(checkout)


@pytest.mark.parametrize(
    ("name", "old", "new", "changes"),
    [
        ("a.lock", "2.0", "2.1", True),
        ("pyproject.toml", '["numpy"]', '["numpy", "rich"]', True),
        ("pyproject.toml", "hatchling", "flit", True),
        ("pyproject.toml", "line-length = 120", "line-length = 100", False),
    ],
)
def test_requirements_change_with_what_is_installed_only(checkout: Path, name, old, new, changes):
    before = now(checkout)
    path = checkout / name
    path.write_text(path.read_text().replace(old, new))
    after = now(checkout)
    assert (after.requirements != before.requirements) is changes
    assert after.base == before.base


def test_a_moved_checkout_and_another_python_have_another_base(checkout: Path, tmp_path: Path, monkeypatch):
    before = now(checkout)
    moved = tmp_path / "moved here"
    moved.mkdir()
    (moved / "pyproject.toml").write_text(PYPROJECT)
    assert stamp_now(moved, checkout / "a.lock").base != before.base
    monkeypatch.setattr(stamp.sys, "base_prefix", "/another/python")
    assert now(checkout).base != before.base


def test_each_state_is_told_apart(tmp_path: Path):
    folder, python = tmp_path / "env", tmp_path / "env" / "python"
    wanted = Stamp("base", "requirements")
    assert state_of(folder, python, wanted) is State.ABSENT
    folder.mkdir()
    assert state_of(folder, python, wanted) is State.ABSENT
    python.touch()
    assert state_of(folder, python, wanted) is State.FOREIGN
    write_mark(folder, None)
    assert state_of(folder, python, wanted) is State.UNUSABLE
    write_mark(folder, Stamp("another base", "requirements"))
    assert state_of(folder, python, wanted) is State.UNUSABLE
    write_mark(folder, Stamp("base", "older requirements"))
    assert state_of(folder, python, wanted) is State.OUTDATED
    write_mark(folder, wanted)
    assert state_of(folder, python, wanted) is State.CURRENT


def test_a_vanished_python_or_a_damaged_mark_makes_it_unusable(tmp_path: Path):
    wanted = Stamp("base", "requirements")
    write_mark(tmp_path, wanted)
    assert state_of(tmp_path, tmp_path / "python", wanted) is State.UNUSABLE
    (tmp_path / "python").touch()
    (tmp_path / stamp.STAMP_NAME).write_text('{"base": "ba')
    assert state_of(tmp_path, tmp_path / "python", wanted) is State.UNUSABLE
