from __future__ import annotations

import pytest

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import InputError
from lesionlab.core.seeds import MAX_SEED
from lesionlab.inference.recipe import Recipe
from lesionlab.web.order import ALL, MAX_COUNT, Order, check_order, read_order, whole_number


def test_one_diagnosis_takes_consecutive_seeds() -> None:
    order = read_order({"diagnosis": "nv", "count": "3", "seed": "7"}, HAM10000_CODES)
    assert order.recipes(HAM10000_CODES) == (Recipe(7, "nv"), Recipe(8, "nv"), Recipe(9, "nv"))


def test_all_shows_each_seed_with_every_diagnosis() -> None:
    recipes = Order(ALL, 15, 2).recipes(HAM10000_CODES)
    assert [r.diagnosis for r in recipes[:7]] == list(HAM10000_CODES)
    assert [r.seed for r in recipes] == [2] * 7 + [3] * 7 + [4]


def test_what_is_left_out_takes_its_default() -> None:
    assert read_order({}, HAM10000_CODES) == Order(ALL, 21, 1)
    assert read_order({"count": ""}, HAM10000_CODES).count == 21


def test_the_next_order_begins_where_this_one_ends() -> None:
    following = Order("nv", 12, 7).next(HAM10000_CODES)
    assert following == Order("nv", 12, 19)
    assert Order(ALL, 14, 1).next(HAM10000_CODES) == Order(ALL, 14, 3)


def test_there_is_no_next_order_at_the_end_of_the_seeds() -> None:
    assert Order("nv", 1, MAX_SEED).next(HAM10000_CODES) is None
    assert check_order(Order("nv", 1, MAX_SEED), HAM10000_CODES).seed == MAX_SEED


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"diagnosis": "nvv"}, "Did you mean 'nv'"),
        ({"diagnosis": "melanoma"}, "Unknown diagnosis 'melanoma'"),
        ({"count": "0"}, f"1..{MAX_COUNT}"),
        ({"count": "10000"}, "10,000"),
        ({"count": "-3"}, "-3"),
        ({"count": "twelve"}, "no whole number"),
        ({"seed": "seven"}, "no whole number"),
        ({"seed": "1.5"}, "no whole number"),
        ({"seed": "-1"}, "Seed -1"),
        ({"seed": "1e3"}, "no whole number"),
        ({"seed": "9" * 5000}, "no whole number"),
        ({"seed": "٣"}, "no whole number"),
        ({"seed": str(MAX_SEED), "count": "2", "diagnosis": "nv"}, "smaller whole number"),
    ],
)
def test_bad_fields_are_refused(values: dict[str, str], words: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_order(values, HAM10000_CODES)
    assert words in str(refusal.value)
    assert len(str(refusal.value)) < 250


def test_whole_numbers_may_be_negative_and_padded() -> None:
    assert whole_number("Seed", "-12") == -12
    assert read_order({"seed": " 5 "}, HAM10000_CODES).seed == 5
