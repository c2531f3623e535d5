from __future__ import annotations

import pytest

from lesionlab.core.errors import DataError
from lesionlab.data.problems import gather, refuse


def test_only_defects_that_occur_are_gathered() -> None:
    problems = gather({"missing": ["b", "a"], "odd": []})
    assert set(problems) == {"missing"}
    assert (problems["missing"].count, problems["missing"].ids) == (2, ("a", "b"))


def test_one_error_lists_every_defect_with_counts_and_first_ids() -> None:
    problems = gather({"missing images": [f"I{n}" for n in range(1234)], "odd images": ["X"]})
    with pytest.raises(DataError) as caught:
        refuse(problems, "the folder")
    assert "the folder has 1,235 problems" in caught.value.cause
    assert "1,234 missing images: I0, I1, I10, I100, I1000 and 1,229 more" in caught.value.cause
    assert "1 odd images: X" in caught.value.cause
    assert "--skip-bad" in caught.value.cure


def test_no_problem_is_no_error() -> None:
    refuse({}, "the folder")
