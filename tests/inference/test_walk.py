from __future__ import annotations

import json

import pytest

from lesionlab.core.errors import InputError
from lesionlab.inference.recipe import Between, KeptLatent, Recipe
from lesionlab.inference.walk import MAX_FRAMES, Walk, walk_from

MEL, NV, DF = Recipe(1, "mel"), Recipe(2, "nv", 1.5), KeptLatent((0.5, -1.0), "df")


def test_a_loop_leads_in_equal_steps_from_stop_to_stop_and_back():
    recipes = Walk((MEL, NV, DF), frames_per_leg=4).recipes()
    assert [recipe.position for recipe in recipes] == [0, 0.25, 0.5, 0.75] * 3
    assert [(recipe.start, recipe.end) for recipe in recipes[::4]] == [(MEL, NV), (NV, DF), (DF, MEL)]


def test_once_ends_at_the_last_stop():
    recipes = Walk((MEL, NV, DF), frames_per_leg=2, loops=False).recipes()
    assert [recipe.position for recipe in recipes] == [0, 0.5, 0, 0.5, 1]
    assert recipes[-1] == Between(NV, DF, 1.0)


@pytest.mark.parametrize("loops", [True, False])
@pytest.mark.parametrize("stops", [(MEL, NV), (MEL, NV, DF), (MEL, NV, MEL, DF)])
def test_the_count_of_frames_is_told_beforehand(stops, loops):
    walk = Walk(stops, 3, loops)
    assert walk.frame_count == len(walk.recipes())


@pytest.mark.parametrize(
    ("stops", "numbers", "told"),
    [
        ((), {}, "two stops"),
        ((MEL,), {}, "two stops"),
        ((MEL, MEL), {"loops": False}, "neighbouring"),
        ((MEL, NV, MEL), {}, "neighbouring"),
        ((MEL, NV), {"frames_per_leg": 0}, "Frames per leg 0 is outside 1..2,000"),
        ((MEL, NV), {"frames_per_leg": -1}, "Frames per leg -1"),
        ((MEL, NV), {"frames_per_leg": 1001}, "Frames in all 2,002 is outside 1..2,000"),
        ((MEL, NV), {"frames_per_leg": MAX_FRAMES, "loops": False}, "Frames in all 2,001"),
        ((MEL, NV), {"frame_ms": 19}, "Milliseconds per frame 19 is outside 20..10,000"),
        ((MEL, NV), {"frame_ms": 10_001}, "Milliseconds per frame"),
        ((MEL, NV), {"zoom": 0}, "Zoom 0 is outside 1..8"),
        ((MEL, NV), {"zoom": 9}, "Zoom 9"),
    ],
)
def test_what_is_no_walk_is_refused(stops, numbers, told):
    with pytest.raises(InputError, match=told):
        Walk(stops, **numbers)


def test_a_walk_back_to_its_first_stop_need_not_loop():
    assert Walk((MEL, NV, MEL), 2, loops=False).frame_count == 5


def test_all_frames_together_must_fit_into_memory():
    walk = Walk((MEL, NV), 100, zoom=4)
    walk.check_extent(125)
    with pytest.raises(InputError, match="50,803,200 pixels in all; 50,000,000 are allowed") as caught:
        walk.check_extent(126)
    assert "--zoom" in caught.value.cure


@pytest.mark.parametrize("stops", [(MEL, NV), (MEL, DF, NV), (Recipe(2**53 - 1, "mel", 0.1), MEL)])
@pytest.mark.parametrize("loops", [True, False])
def test_a_walk_comes_back_through_json_to_the_bit(stops, loops):
    walk = Walk(stops, 5, loops, 40, 3)
    assert walk_from(json.loads(json.dumps(walk.plain()))) == walk


WHOLE = Walk((MEL, NV)).plain()


@pytest.mark.parametrize(
    ("plain", "told"),
    [
        (None, "lacks its stops"),
        ([], "lacks its stops"),
        ({}, "lacks its stops"),
        (WHOLE | {"stops": "mel"}, "lacks its stops"),
        (WHOLE | {"loops": 1}, "lacks its stops"),
        (WHOLE | {"zoom": True}, "not whole"),
        (WHOLE | {"zoom": 1.0}, "not whole"),
        (WHOLE | {"frame_ms": None}, "not whole"),
        (WHOLE | {"frames_per_leg": 10**4000}, "Frames per leg"),
        (WHOLE | {"stops": [{"seed": 1, "diagnosis": "nv"}] * 9}, "neighbouring"),
        (WHOLE | {"stops": [5, 6]}, "no seed"),
        (WHOLE | {"stops": [{"between": [*WHOLE["stops"]], "position": 0.5}, WHOLE["stops"][0]]}, "between two others"),
        (WHOLE | {"stops": [{"seed": n, "diagnosis": "nv"} for n in range(2001)]}, "Frames in all 48,024"),
    ],
)
def test_a_record_that_tells_of_no_walk_is_refused(plain, told):
    with pytest.raises(InputError, match=told):
        walk_from(plain)
