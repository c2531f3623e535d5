import pytest

from lesionlab.core.errors import OptionsError
from lesionlab.records.options import ClassifierOptions, GanOptions


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (GanOptions, {"image_size_px": 100}, "Choose one of 16, 32, 64, 128, 256"),
        (GanOptions, {"total_kimg": 0}, "above 0"),
        (GanOptions, {"batch_size": 1}, "at least 2"),
        (GanOptions, {"class_temperature": 2.0}, "between 0"),
        (GanOptions, {"threads": -1}, "threads is -1"),
        (GanOptions, {"spectral_norm": False}, "no batch norm"),
        (GanOptions, {"batch_size": 30, "accumulate": 4}, "cannot be worked through in 4 parts"),
        (GanOptions, {"batch_size": 8, "accumulate": 8}, "parts of at least 2"),
        (GanOptions, {"beta1": 1.0}, "beta1 is 1.0"),
        (GanOptions, {"beta2": -0.1}, "beta2 is -0.1"),
        (GanOptions, {"generator_channels": 512}, "generator_channels is 512, and max_channels 256"),
        (GanOptions, {"max_channels": 32}, "discriminator_channels is 48, and max_channels 32"),
        (GanOptions, {"discriminator_channels": 7}, "even number"),
        (GanOptions, {"kid_images": 1}, "kid_images is 1"),
        (GanOptions, {"kid_kimg": -1.0}, "0 for none"),
        (ClassifierOptions, {"image_size_px": 256}, "Choose one of 16, 32, 64, 128, 224"),
        (ClassifierOptions, {"dropout": 1.5}, "between 0 and 1"),
        (ClassifierOptions, {"warmup_kimg": -1.0}, "0 for none"),
        (ClassifierOptions, {"pretrained": "x.pth", "width": 0.5}, "this is vgg19 of width 0.5"),
        (ClassifierOptions, {"pretrained": "x.pth", "width": 1.0, "architecture": "small-cnn"}, "this is small-cnn"),
        (ClassifierOptions, {"balance": "weighted"}, "class_temperature is 0.25.*class_temperature=1"),
        (ClassifierOptions, {"balance": "logit-adjustment"}, "balance=logit-adjustment draws classes as often"),
        (ClassifierOptions, {"architecture": "small-cnn", "head": "classic"}, "belongs to VGG-19"),
        (ClassifierOptions, {"head": "classic", "image_size_px": 16}, "at least 32"),
        (ClassifierOptions, {"frozen_blocks": 2}, "nothing is pretrained"),
        (ClassifierOptions, {"frozen_blocks": 6, "pretrained": "x.pth", "width": 1.0}, "at most 5"),
        (ClassifierOptions, {"frozen_kimg": 3.0}, "no block is frozen"),
    ],
)
def test_values_that_cannot_train_are_refused(kind, values, words):
    with pytest.raises(OptionsError, match=words):
        kind(**values)


def test_a_run_with_the_classic_head_is_not_releasable():
    assert ClassifierOptions().releasable
    assert not ClassifierOptions(head="classic").releasable
