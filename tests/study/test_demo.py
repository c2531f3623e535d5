import pytest

from lesionlab.records.options import ClassifierOptions
from lesionlab.study.demo import ARMS, demo_data, demo_protocol, truth_told
from lesionlab.study.trial_runner import options_of
from lesionlab.study.verdict import Rule
from lesionlab.study.worlds import WORLD


def test_a_demo_is_no_pilot_and_every_arm_turns_its_images():
    """Turning in every arm is what makes the truth of `null` certain."""
    protocol = demo_protocol("null", "world-null-0")
    assert protocol.generator == {WORLD: "null"}
    assert protocol.folds >= Rule().folds
    assert len(protocol.classifier_seeds) >= Rule().seeds
    for arm in ARMS:
        found = options_of(protocol, arm, "augmented", 0, 1)
        assert isinstance(found, ClassifierOptions)
        assert (found.augmentation, found.class_temperature) == ("strong", 1.0)


def test_the_two_worlds_are_two_protocols_on_the_same_lesions(home):
    one, other = (demo_protocol(world, "w") for world in ("helps", "null"))
    assert one.sha256 != other.sha256
    first, second = (demo_data(world, 3, 28) for world in ("helps", "null"))
    assert (first.name, second.name) == ("world-helps-3", "world-null-3")
    assert (first.pixels(16) == second.pixels(16)).all()


@pytest.mark.parametrize(
    ("world", "word", "said"),
    [
        ("helps", "helps", "The study found it."),
        ("null", "no relevant effect", "The study found it."),
        ("null", "inconclusive", "claimed nothing false: 'inconclusive'"),
        ("helps", "no verdict", "claimed nothing false: 'no verdict'"),
        ("null", "helps", "a false claim"),
        ("helps", "no relevant effect", "a false claim"),
    ],
)
def test_it_says_whether_the_truth_was_found(world, word, said):
    told = truth_told(world, word)
    assert told.startswith("The truth: ")
    assert said in told
