import torch

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
