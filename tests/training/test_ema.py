import pytest
import torch
from torch import nn

from lesionlab.training.ema import averaged_copy, recompute_batch_norm, update_average


def test_half_the_way_after_one_half_life():
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    average = averaged_copy(network)
    nn.init.ones_(network.weight)
    for _ in range(10):  # 10 steps of 100 images: one half-life of 1 kimg, long after the ramp
        update_average(average, network, kimg=1000, batch_size=100, halflife_kimg=1.0)
    assert average.weight.item() == pytest.approx(0.5, abs=1e-4)


def test_the_first_weights_are_soon_forgotten():
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    average = averaged_copy(network)
    nn.init.ones_(network.weight)
    update_average(average, network, kimg=0.032, batch_size=32, halflife_kimg=1000.0)
    assert average.weight.item() > 0.99


def test_batch_norm_statistics_become_those_of_the_data():
    torch.manual_seed(0)
    network = nn.Sequential(nn.BatchNorm2d(2)).eval()
    batches = [(torch.randn(50, 2, 4, 4) * 3 + 5,) for _ in range(20)]
    recompute_batch_norm(network, batches)
    norm = network[0]
    assert torch.allclose(norm.running_mean, torch.full((2,), 5.0), atol=0.1)
    assert torch.allclose(norm.running_var, torch.full((2,), 9.0), atol=0.3)
    assert not norm.training
    assert norm.momentum == 0.1
