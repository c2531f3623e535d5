from __future__ import annotations

import zipfile

import pytest

from lesionlab.collect.zip_members import grows_too_much, leads_out


@pytest.mark.parametrize("name", ["../a", "x/../../a", "/etc/a", "..\\a", "\\\\host\\a", "C:/a", "c:a", "C:\\a"])
def test_names_that_lead_out_on_some_system_are_known(name: str) -> None:
    assert leads_out(zipfile.ZipInfo(name))


@pytest.mark.parametrize("name", ["a", "x/a..jpg", "x/...", "x\\a", "Fig. 1: a/b.jpg", "x/C:/a"])
def test_others_are_left_alone(name: str) -> None:
    assert not leads_out(zipfile.ZipInfo(name))


def test_small_members_may_be_packed_well_and_large_ones_may_not() -> None:
    assert not grows_too_much(100_000, 10)
    assert not grows_too_much(10_000_000, 100_000)
    assert grows_too_much(10_000_000, 10_000)
    assert grows_too_much(10_000_000, 100_000, ratio=50)
