import json
import math

import pytest

from lesionlab.records.monitor import Alarm
from lesionlab.training.gan_monitor_alarms import CHANCE, CollapseAlarm

HEALTHY = {"loss_d": 1.6, "loss_g": 0.4, "d_real": 0.3, "d_fake": -0.3}


def hear_losses(alarm: CollapseAlarm, ticks: list[dict[str, float]]) -> list[Alarm]:
    """Hear a tick every 100 steps and 6.4 kimg, the first at step 100."""
    return [told for n, tick in enumerate(ticks, 1) for told in alarm.hear_losses(100 * n, 6.4 * n, HEALTHY | tick)]


def hear_images(alarm: CollapseAlarm, looks: list[tuple[float, dict[str, float]]]) -> list[Alarm]:
    """Hear KID and diversity of a look every 1,000 steps; real images blurred have a KID of 0.05."""
    told, best = [], math.inf
    for n, (kid, diversity) in enumerate(looks, 1):
        told += alarm.hear_images(1000 * n, 64.0 * n, kid, min(best, kid), 0.05, diversity)
        best = min(best, kid)
    return told


def test_a_healthy_training_rings_nothing():
    alarm = CollapseAlarm("hinge")
    assert hear_losses(alarm, [{}] * 10) == []
    assert hear_images(alarm, [(0.2 / n, {"nv": 0.9, "mel": 0.7}) for n in range(1, 10)]) == []


@pytest.mark.parametrize("loss", ["hinge", "bce"])
def test_a_discriminator_that_wins_for_three_ticks_rings_once_and_names_the_step(loss):
    won = {"loss_d": 0.04 * CHANCE[loss]}
    (told,) = hear_losses(CollapseAlarm(loss), [{}, won, won, won, won, won])
    assert told.kind == "discriminator wins"
    assert (told.since_step, told.since_kimg) == (200, 12.8)
    assert (told.step, told.kimg) == (400, pytest.approx(25.6))
    assert "the generator learns nothing" in told.text


def test_two_bad_ticks_are_no_collapse_and_one_good_tick_begins_the_count_anew():
    won = {"loss_d": 0.01}
    assert hear_losses(CollapseAlarm("hinge"), [won, won, {}, won, won, {}]) == []


def test_a_sign_that_went_and_came_again_rings_again():
    won = {"loss_d": 0.01}
    assert [told.since_step for told in hear_losses(CollapseAlarm("hinge"), [won] * 3 + [{}] + [won] * 3)] == [100, 500]


@pytest.mark.parametrize(("name", "value"), [("d_real", 120.0), ("d_fake", -120.0), ("loss_g", 1e6)])
def test_outputs_that_run_away_ring_and_are_named(name, value):
    (told,) = hear_losses(CollapseAlarm("hinge"), [{name: value}] * 3)
    assert told.kind == "losses run away"
    assert f"{name} is {value:.3g}" in told.text


def test_a_class_whose_images_grow_alike_rings_with_its_name_after_two_looks():
    looks = [(0.1, {"nv": 0.9, "df": 0.8}), (0.1, {"nv": 0.9, "df": 0.3}), (0.1, {"nv": 0.9, "df": 0.3})]
    (told,) = hear_images(CollapseAlarm("hinge"), looks)
    assert told.kind == "diversity of df"
    assert (told.since_step, told.step) == (2000, 3000)
    assert "0.30 of the real ones', after 0.80" in told.text


def test_a_class_that_shows_one_image_from_the_start_rings_though_it_fell_from_nowhere():
    (told,) = hear_images(CollapseAlarm("hinge"), [(0.1, {"nv": 0.9, "df": 0.05})] * 2)
    assert told.kind == "diversity of df"


def test_a_fall_to_more_than_half_of_the_real_images_diversity_is_none():
    assert hear_images(CollapseAlarm("hinge"), [(0.1, {"nv": 1.2}), *[(0.1, {"nv": 0.55})] * 5]) == []


def test_kid_far_above_its_best_rings_after_three_looks():
    (told,) = hear_images(CollapseAlarm("hinge"), [(0.02, {}), *[(0.09, {})] * 3])
    assert told.kind == "KID"
    assert (told.since_step, told.step) == (2000, 4000)
    assert "KID is 0.0900, more than 4 times its best (0.0200)" in told.text


def test_kid_below_that_of_blurred_images_is_no_collapse_whatever_its_best_was():
    """Best KIDs lie about zero, some below: many times such a best says nothing."""
    assert hear_images(CollapseAlarm("hinge"), [(-0.001, {}), *[(0.04, {})] * 5]) == []


def test_kid_about_zero_is_no_collapse_where_that_of_blurred_images_lies_below_zero_too():
    """So it was for 17 images of df: of few images KID says little, and nothing by its sign."""
    alarm, best, blurred = CollapseAlarm("hinge"), -0.0011, -0.0012
    looks = [alarm.hear_images(1000 * n, 64.0 * n, kid, best, blurred, {}) for n, kid in enumerate([0.0003] * 5)]
    assert looks == [[]] * 5
    assert any(alarm.hear_images(9000, 576.0, 0.05, best, blurred, {}) for _ in range(3))


def test_a_resumed_alarm_rings_at_the_same_step():
    won = {"loss_d": 0.01}
    first = CollapseAlarm("hinge")
    assert hear_losses(first, [won, won]) == []
    assert hear_images(first, [(0.1, {"nv": 0.9}), (0.1, {"nv": 0.2})]) == []
    resumed = CollapseAlarm("hinge")
    resumed.restore(json.loads(json.dumps(first.state())))
    (losses,) = resumed.hear_losses(300, 19.2, HEALTHY | won)
    (narrow,) = resumed.hear_images(3000, 192.0, 0.1, 0.1, 0.05, {"nv": 0.2})
    assert (losses.since_step, losses.step) == (100, 300)
    assert (narrow.since_step, narrow.step) == (2000, 3000)
