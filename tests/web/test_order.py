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


def test_a_mix_shows_each_seed_with_each_of_its_diagnoses_in_the_model_s_order() -> None:
    order = read_order({"diagnosis": "nv,mel", "count": "3", "seed": "7"}, HAM10000_CODES)
    assert order.diagnosis == "mel,nv"
    assert [(r.seed, r.diagnosis) for r in order.recipes(HAM10000_CODES)] == [(7, "mel"), (7, "nv"), (8, "mel")]
    assert order.counts(HAM10000_CODES) == {"mel": 2, "nv": 1}
    assert read_order({"diagnosis": ",".join(HAM10000_CODES)}, HAM10000_CODES).diagnosis == ALL


def test_truncation_goes_into_every_recipe_and_the_next_address() -> None:
    order = read_order({"truncation": "1.5", "novel": "1", "diagnosis": "nv"}, HAM10000_CODES)
    assert {recipe.truncation for recipe in order.recipes(HAM10000_CODES)} == {1.5}
    assert order.values() == {"diagnosis": "nv", "count": "21", "seed": "1", "truncation": "1.5", "novel": "1"}
    following = order.next(HAM10000_CODES, 40)
    assert following is not None
    assert (following.seed, following.truncation, following.novel) == (41, 1.5, True)


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
        ({"diagnosis": "nv,melx"}, "Did you mean 'mel'"),
        ({"diagnosis": "nv,all"}, "Unknown diagnosis 'all'"),
        ({"truncation": "0.01"}, "Truncation 0.01"),
        ({"truncation": "nan"}, "no number"),
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
