from dataclasses import fields, replace

import pytest

from lesionlab.records.codec import to_plain
from lesionlab.records.options import GanOptions
from lesionlab.records.presets import GAN_PRESETS
from lesionlab.study.ladder import FAITHFUL, FULL, STEPS, full_recipe, ladder_arms, without_of

RECIPE = GanOptions()


@pytest.fixture(scope="module")
def arms():
    return {arm.name: arm for arm in ladder_arms(RECIPE)}


def test_the_first_stair_is_the_faithful_preset_but_for_what_all_runs_share(arms):
    faithful = to_plain(GAN_PRESETS["faithful"].options)
    del faithful["seed"]
    assert arms[FAITHFUL].options == faithful


def test_the_last_stair_is_the_full_recipe(arms):
    full = to_plain(full_recipe(RECIPE))
    del full["seed"]
    assert arms[FULL].options == full
    assert full["penalty"] == "r1"
    assert full["consistency_weight"] == 10


def test_a_recipe_s_own_penalty_and_consistency_stay():
    own = replace(RECIPE, penalty="dragan", consistency_weight=3.0)
    assert full_recipe(own) == own


def test_each_stair_changes_what_its_step_names_and_nothing_else(arms):
    before = arms[FAITHFUL]
    for step in STEPS:
        changed = {key for key, value in arms[step.name].options.items() if value != before.options[key]}
        assert changed
        assert changed == set(arms[step.name].changes)
        assert changed <= set(step.keys)
        before = arms[step.name]


def test_without_a_step_the_full_recipe_goes_back_to_the_faithful_in_that_alone(arms):
    for step in STEPS[:-1]:
        arm = arms[f"without-{step.name}"]
        assert (arm.role, arm.of) == ("without", step.name)
        left_out = [step, *(other for other in STEPS if other.needs == step.name)]
        keys = {key for each in left_out for key in each.keys}
        for key, value in arm.options.items():
            assert value == arms[FAITHFUL if key in keys else FULL].options[key]
        assert all(each.title in arm.title for each in left_out)


def test_projection_goes_with_spectral_norm_as_it_cannot_stand_without(arms):
    assert arms["without-spectral-norm"].options["conditioning"] == "concat"
    assert arms["without-projection"].options["spectral_norm"] is True


def test_the_recipe_without_its_last_step_is_the_stair_before(arms):
    assert without_of(FULL) == STEPS[-2].name
    assert f"without-{FULL}" not in arms
    assert without_of("diffaugment") == "without-diffaugment"
    assert without_of(FAITHFUL) == without_of("images-00250") == ""


def test_what_the_user_sets_for_all_stays_the_same_in_all():
    arms = ladder_arms(replace(RECIPE, image_size_px=32, total_kimg=7, latent_dim=16, kid_kimg=1))
    for key, value in (("image_size_px", 32), ("total_kimg", 7), ("latent_dim", 16), ("kid_kimg", 1)):
        assert {arm.options[key] for arm in arms} == {value}


def test_all_arms_can_be_trained_and_no_two_are_the_same(arms):
    names = {field.name for field in fields(GanOptions)}
    built = [GanOptions(**arm.options) for arm in arms.values()]
    assert len(set(built)) == len(built) == 2 * len(STEPS)
    assert all(set(arm.options) == names - {"seed"} for arm in arms.values())


def test_every_option_that_tells_a_recipe_from_the_faithful_one_belongs_to_one_step():
    keys = [key for step in STEPS for key in step.keys]
    assert len(keys) == len(set(keys))
    recipe, faithful = full_recipe(GAN_PRESETS["released"].options), GAN_PRESETS["faithful"].options
    differing = {key for key, value in to_plain(recipe).items() if value != to_plain(faithful)[key]}
    assert differing <= set(keys)
