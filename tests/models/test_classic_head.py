import pytest
import torch
from torch import nn
from torchvision.models import vgg19_bn

from lesionlab.models.classic_head import ClassicVgg19


def test_at_224_px_it_is_the_network_that_torchvision_publishes():
    with torch.device("meta"):
        ours, theirs = ClassicVgg19(1000, 224), vgg19_bn()
    assert {n: p.shape for n, p in ours.state_dict().items()} == {n: p.shape for n, p in theirs.state_dict().items()}


def test_at_128_px_it_is_far_too_large_to_be_released():
    with torch.device("meta"):
        network = ClassicVgg19(7, 128)
    assert sum(p.numel() for p in network.parameters()) * 4 == pytest.approx(282e6, rel=0.01)


@pytest.mark.parametrize("size", [32, 64])
def test_it_takes_images_of_its_size_and_gives_float32_logits(size):
    network = ClassicVgg19(3, size, width=0.0625).eval()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(torch.zeros(2, 3, size, size))
    assert logits.shape == (2, 3)
    assert logits.dtype == torch.float32


def test_dropout_lies_between_its_layers():
    dropouts = [
        layer.p for layer in ClassicVgg19(3, 32, 0.0625, dropout=0.4).classifier if isinstance(layer, nn.Dropout)
    ]
    assert dropouts == [0.4, 0.4]
