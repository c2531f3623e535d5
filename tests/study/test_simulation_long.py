"""How often a study of HAM10000's size calls a truth by its name: the figures behind the verdict's promise."""

import sys
from dataclasses import replace

import pytest

from lesionlab.study.simulation import World, upper_bound, verdicts
from lesionlab.study.verdict import Rule

pytestmark = pytest.mark.long

HAM10000 = World(lesions=(228, 327, 727, 73, 614, 5403, 98))
STUDIES = 1000
FALSE_ALARMS = 0.065  # the upper 95% bound may not lie higher


@pytest.fixture
def told(capsys):
    def tell(world: World, found: dict[str, int]) -> None:
        with capsys.disabled():
            gaps = f"over real {-100 * world.real:+.0f}, over replay {-100 * world.replay:+.0f} points"
            said = ", ".join(f"{word} {count}" for word, count in sorted(found.items(), key=lambda item: -item[1]))
            sys.stdout.write(f"\n{gaps}; training {world.training:g}, generator {world.generator:g}: {said}\n")

    return tell


@pytest.mark.parametrize(("training", "generator"), [(0, 0), (0.1, 0.1), (0.2, 0.2), (0, 0.3), (0.3, 0)])
def test_null_studies_raise_few_false_alarms(told, training, generator):
    world = replace(HAM10000, training=training, generator=generator)
    found = verdicts(world, Rule(), STUDIES)
    told(world, found)
    assert upper_bound(found.get("helps", 0) + found.get("hurts", 0), STUDIES) <= FALSE_ALARMS


@pytest.mark.parametrize("generator", [0.1, 0.2])
def test_a_gain_that_replay_has_as_well_raises_few_false_alarms(told, generator):
    world = replace(HAM10000, real=-0.06, generator=generator)
    found = verdicts(world, Rule(), STUDIES)
    told(world, found)
    assert upper_bound(found.get("helps", 0), STUDIES) <= FALSE_ALARMS


@pytest.mark.parametrize(("gain", "at_least"), [(0.03, 0.2), (0.05, 0.75), (0.07, 0.95), (-0.05, 0.75)])
def test_planted_effects_are_called_by_their_name(told, gain, at_least):
    world = replace(HAM10000, real=-gain, replay=-gain)
    found = verdicts(world, Rule(), STUDIES)
    told(world, found)
    assert found.get("helps" if gain > 0 else "hurts", 0) >= at_least * STUDIES
    assert found.get("hurts" if gain > 0 else "helps", 0) <= 0.005 * STUDIES
