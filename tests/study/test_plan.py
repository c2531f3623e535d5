from dataclasses import replace

import pytest

from lesionlab.core.errors import DataError, InputError
from lesionlab.study.plan import choose_runs, identity, plan_ladder, plan_sizes
from lesionlab.study.subsets import groups_sha256


def test_the_ladder_runs_every_arm_with_every_seed_on_all_training_images_stairs_first(ladder, tiny_data):
    assert len(ladder.runs) == 2 * len(ladder.arms) == len({(run.arm, run.seed) for run in ladder.runs})
    roles = [ladder.arm(run.arm).role for run in ladder.runs]
    assert roles == sorted(roles)
    digest = groups_sha256(tiny_data.part("train"))
    assert {(run.groups_sha256, run.images) for run in ladder.runs} == {(digest, 77)}


def test_the_sizes_are_one_recipe_on_lists_of_their_own(sizes):
    options = [arm.options for arm in sizes.arms]
    assert all(each == options[0] for each in options)
    assert [arm.images for arm in sizes.arms] == [20, 40, 60]
    assert len({run.groups_sha256 for run in sizes.runs}) == len(sizes.runs) == 6
    for run in sizes.runs:
        assert abs(run.images - sizes.arm(run.arm).images) <= 7


def test_sizes_are_sorted_and_named_once(tiny_data, recipe, judge):
    plan = plan_sizes(tiny_data, recipe, (0,), judge, (40, 20, 40))
    assert [run.arm for run in plan.runs] == ["images-00020", "images-00040"]


def test_one_plan_comes_out_whatever_the_machine(tiny_data, recipe, judge, ladder):
    assert identity({"loss": "bce", "threads": 2, "seed": 3, "tensorboard": True}) == {"loss": "bce"}
    again = plan_ladder(tiny_data, recipe, (0, 1), replace(judge, threads=2, seed=5))
    assert again == ladder


@pytest.mark.parametrize("seeds", [(), (0, 0), (-1,)])
def test_seeds_must_be_there_once_and_in_range(tiny_data, recipe, judge, seeds):
    with pytest.raises(InputError):
        plan_ladder(tiny_data, recipe, seeds, judge)


def test_a_size_that_is_not_prepared_is_refused_before_anything_is_written(tiny_data, recipe, judge):
    with pytest.raises(DataError, match="not at 64 px"):
        plan_ladder(tiny_data, replace(recipe, image_size_px=64), (0,), judge)


def test_runs_are_chosen_by_arm_and_seed(ladder):
    assert choose_runs(ladder, [], []) == ladder.runs
    assert [(run.arm, run.seed) for run in choose_runs(ladder, ["resize", "faithful"], [1])] == [
        ("faithful", 1),
        ("resize", 1),
    ]


def test_an_arm_or_seed_that_is_not_planned_is_refused_and_the_nearest_named(ladder):
    with pytest.raises(InputError, match="no 'diffaugmen'") as refusal:
        choose_runs(ladder, ["diffaugmen"], [])
    assert "diffaugment" in refusal.value.cure
    with pytest.raises(InputError, match="Seed 2 is not planned; seeds are 0, 1"):
        choose_runs(ladder, [], [2])


def test_batches_are_no_larger_than_the_training_part(ladder, tiny_data, recipe, judge):
    assert ladder.arm("faithful").options["batch_size"] == 77
    assert ladder.arm("without-spectral-norm").changes["batch_size"] == 77
    assert ladder.arm("spectral-norm").options["batch_size"] == recipe.batch_size
    halved = plan_ladder(tiny_data, replace(recipe, accumulate=2), (0,), judge)
    assert halved.arm("faithful").options["batch_size"] == 76
