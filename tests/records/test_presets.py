from dataclasses import asdict

import pytest

from lesionlab.core.errors import OptionsError
from lesionlab.records.presets import CLASSIFIER_PRESETS, GAN_PRESETS, find_preset, finetuned


@pytest.mark.parametrize("name", list(GAN_PRESETS))
def test_going_on_with_few_images_is_slower_short_and_closely_watched(name):
    parent = GAN_PRESETS[name].options
    child = finetuned(parent)
    assert child.generator_lr / parent.generator_lr == pytest.approx(0.3)
    assert child.discriminator_lr / parent.discriminator_lr == pytest.approx(0.3)
    assert child.total_kimg == min(20, parent.total_kimg)
    assert child.tick_kimg <= 1
    assert child.kid_kimg == min(2, parent.kid_kimg)  # 0 stays: none
    before, after = asdict(parent), asdict(child)
    changed = {key for key in before if before[key] != after[key]}
    assert changed <= {"generator_lr", "discriminator_lr", "total_kimg", "sheet_kimg", "kid_kimg", "tick_kimg"}


def test_the_small_cnn_has_the_budget_and_the_augmentation_of_the_released_classifier():
    one, other = (asdict(CLASSIFIER_PRESETS[name].options) for name in ("released", "small-cnn"))
    assert {key for key in one if one[key] != other[key]} == {"architecture"}


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(OptionsError, match="Did you mean 'quick'"):
        find_preset(GAN_PRESETS, "quik")
