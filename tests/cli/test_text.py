from __future__ import annotations

import io
import sys

import pytest

from lesionlab.cli.text import bar, table


def test_table_aligns_its_columns():
    assert table(("NAME", "N"), [("a", "10"), ("longer", "2")]) == "NAME    N\na       10\nlonger  2"


def test_table_without_rows_is_its_head():
    assert table(("NAME", "N"), []) == "NAME  N"


@pytest.mark.parametrize(("share", "filled"), [(0.0, 0), (0.5, 10), (1.0, 20), (1.7, 20), (-1.0, 0)])
def test_bar_fills_by_share(monkeypatch, share, filled):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert bar(share) == "#" * filled + "." * (20 - filled)


def test_bar_uses_blocks_where_the_terminal_has_them(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert bar(0.5, 4) == "██··"
