import json
from dataclasses import dataclass
from typing import Literal

import pytest

from lesionlab.core.errors import ModelError, OptionsError
from lesionlab.records.codec import from_plain, to_plain


@dataclass(frozen=True)
class Inner:
    size_px: int
    mean: float = 0.5


@dataclass(frozen=True)
class Outer:
    kind: Literal["a", "b"]
    inner: Inner
    names: tuple[str, ...] = ()
    counts: dict[str, int] | None = None
    flag: bool = False


def test_records_come_back_equal_through_json():
    record = Outer("b", Inner(64), ("x", "y"), {"n": 2}, True)
    assert from_plain(Outer, json.loads(json.dumps(to_plain(record))), "test") == record


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(OptionsError, match=r"Unknown key 'sise_px'.*Did you mean 'size_px'"):
        from_plain(Outer, {"kind": "a", "inner": {"sise_px": 3}}, "test")


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ({"inner": {"size_px": 1}}, "lacks 'kind'"),
        ({"kind": "c", "inner": {"size_px": 1}}, "'c'"),
        ({"kind": "a", "inner": {"size_px": "64"}}, "no int"),
        ({"kind": "a", "inner": {"size_px": True}}, "no int"),
        ({"kind": "a", "inner": {"size_px": 1.5}}, "no int"),
        ({"kind": "a", "inner": 3}, "named values"),
        ({"kind": "a", "inner": {"size_px": 1}, "flag": 1}, "no bool"),
        ([1, 2], "named values"),
    ],
)
def test_what_does_not_fit_is_refused_in_the_callers_family(plain, words):
    with pytest.raises(ModelError, match=words):
        from_plain(Outer, plain, "card.json", ModelError)


def test_a_whole_number_serves_as_a_float():
    assert from_plain(Inner, {"size_px": 1, "mean": 1}, "test").mean == 1.0


@pytest.mark.parametrize("value", ["text", 7, None])
def test_a_tuple_or_mapping_of_the_wrong_shape_is_refused(value):
    with pytest.raises(OptionsError):
        from_plain(Outer, {"kind": "a", "inner": {"size_px": 1}, "names": value}, "test")
    if value is not None:
        with pytest.raises(OptionsError):
            from_plain(Outer, {"kind": "a", "inner": {"size_px": 1}, "counts": value}, "test")
