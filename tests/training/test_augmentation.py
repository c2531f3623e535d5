from types import SimpleNamespace

import torch

from lesionlab.training import augmentation
from lesionlab.training.augmentation import ERASED, augment
from lesionlab.training.draws import Draws

CPU = torch.device("cpu")


def test_shape_range_and_layout_stay():
    images = torch.rand(32, 3, 16, 16) * 2 - 1
    augmented = augment(images, Draws(0, "a", 0, CPU, len(images)))
    assert augmented.shape == images.shape
    assert augmented.abs().max() <= 1
    assert augmented.is_contiguous(memory_format=torch.channels_last)


def test_each_image_gets_its_own_draw_and_a_step_repeats():
    images = torch.rand(1, 3, 16, 16).repeat(8, 1, 1, 1)
    augmented = augment(images, Draws(0, "a", 0, CPU, len(images)))
    assert not torch.allclose(augmented[0], augmented[1])
    assert torch.equal(augmented, augment(images, Draws(0, "a", 0, CPU, len(images))))


def test_about_the_stated_share_of_images_loses_a_square():
    augmented = augment(torch.full((800, 3, 16, 16), 0.9), Draws(0, "a", 0, CPU, 800))
    lost = ((augmented == 0).all(dim=1).sum(dim=(1, 2)) >= 4).float().mean()
    assert abs(lost.item() - ERASED) < 0.05


def test_a_lesion_in_the_middle_stays_in_sight():
    images = torch.ones(64, 3, 32, 32)
    images[:, :, 12:20, 12:20] = -1
    augmented = augment(images, Draws(0, "a", 0, CPU, len(images)))
    dark = (augmented.mean(dim=1) < 0).flatten(1).sum(dim=1)
    assert (dark > 16).float().mean() > 0.95


def test_without_turn_and_colour_what_is_left_is_one_of_the_eight_symmetries(monkeypatch):
    for name in ("ZOOM", "SHIFT", "BRIGHTNESS", "CONTRAST", "SATURATION", "TINT", "ERASED"):
        monkeypatch.setattr(augmentation, name, 0.0)
    monkeypatch.setattr(augmentation, "math", SimpleNamespace(pi=0.0))
    images = torch.rand(64, 3, 8, 8) * 2 - 1
    found = augment(images, Draws(0, "a", 0, CPU, len(images)))
    seen = set()
    for image, one in zip(images, found, strict=True):
        eight = [torch.rot90(each, turns, (1, 2)) for each in (image, image.flip(2)) for turns in range(4)]
        (which,) = [index for index, each in enumerate(eight) if torch.allclose(each, one, atol=1e-5)]
        seen.add(which)
    assert seen == set(range(8))


def test_colours_change_by_the_textbook_s_formulas():
    images, draws = torch.rand(16, 3, 8, 8) * 2 - 1, Draws(0, "a", 0, CPU, 16)
    again = Draws(0, "a", 0, CPU, 16)
    light, contrast, saturation = ((again.uniform(1, 1, 1) * 2 - 1) * reach for reach in (0.2, 0.25, 0.3))
    tint = (again.uniform(3, 1, 1) * 2 - 1) * 0.06
    grey = images.mean(dim=1, keepdim=True)
    expected = grey + (images - grey) * (1 + saturation)
    mean = expected.mean(dim=(2, 3), keepdim=True)
    expected = mean + (expected - mean) * (1 + contrast) + light
    expected = ((expected + 1) * (1 + tint) - 1).clamp(-1, 1)
    assert torch.allclose(augmentation._coloured(images, draws), expected, atol=1e-5)


def test_what_was_given_is_left_as_it_was():
    images = torch.rand(8, 3, 16, 16) * 2 - 1
    before = images.clone()
    augment(images, Draws(0, "a", 0, CPU, len(images)))
    assert torch.equal(images, before)
