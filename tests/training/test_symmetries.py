import torch

from lesionlab.training.draws import Draws
from lesionlab.training.symmetries import random_symmetry


def test_all_eight_symmetries_come_and_nothing_else():
    image = torch.arange(9.0).view(1, 1, 3, 3)
    turned = [image.rot90(k, (2, 3)) for k in range(4)]
    eight = {tuple(view.flatten().tolist()) for t in turned for view in (t, t.flip(3))}
    assert len(eight) == 8
    drawn = random_symmetry(image.repeat(400, 1, 1, 1), Draws(0, "a", 0, torch.device("cpu"), 400))
    assert {tuple(view.flatten().tolist()) for view in drawn} == eight
