from __future__ import annotations

from collections import Counter
from itertools import islice

from lesionlab.inference.candidates import Tally, candidates
from lesionlab.inference.recipe import Recipe
from lesionlab.records.sampling import SamplingPlan

PLAN = SamplingPlan({}, {"mel": 4, "nv": 8}, 100, 1.5)


def keep(tally: Tally, recipe: Recipe) -> None:
    if not tally.is_filled(recipe.diagnosis):
        tally.add(recipe.diagnosis, "agreement" if recipe.seed % 3 == 0 else "")


def test_without_a_filter_each_recipe_comes_once() -> None:
    drawn = list(candidates(PLAN, Tally(PLAN.counts), 1))
    assert Counter(recipe.diagnosis for recipe in drawn) == PLAN.counts
    assert [recipe.seed for recipe in drawn if recipe.diagnosis == "mel"] == [100, 101, 102, 103]
    assert {recipe.truncation for recipe in drawn} == {1.5}


def test_any_stretch_shows_the_diagnoses_in_proportion() -> None:
    drawn = [recipe.diagnosis for recipe in candidates(PLAN, Tally(PLAN.counts), 1)]
    for start in range(0, 12, 3):
        assert Counter(drawn[start : start + 3]) == {"mel": 1, "nv": 2}


def test_going_on_draws_what_would_have_been_drawn() -> None:
    whole_tally, whole = Tally(PLAN.counts), []
    for recipe in candidates(PLAN, whole_tally, 20):
        whole.append(recipe)
        keep(whole_tally, recipe)
    for stop in range(len(whole)):
        tally, drawn = Tally(PLAN.counts), []
        for _ in range(2):
            for recipe in islice(candidates(PLAN, tally, 20), stop - len(drawn) if len(drawn) < stop else None):
                drawn.append(recipe)
                keep(tally, recipe)
        assert drawn == whole
        assert tally == whole_tally


def test_a_diagnosis_is_given_up_after_so_many_tries() -> None:
    tally = Tally(PLAN.counts)
    for recipe in candidates(PLAN, tally, 3):
        tally.add(recipe.diagnosis, "agreement" if recipe.diagnosis == "mel" else "")
    assert tally.tried == {"mel": 12, "nv": 8}
    assert tally.kept == {"mel": 0, "nv": 8}
    assert tally.withheld == {"agreement": 12}
    assert tally.is_filled("nv")
    assert not tally.is_filled("mel")
