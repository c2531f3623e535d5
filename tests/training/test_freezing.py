import pytest
import torch
from torch import nn

from lesionlab.models.vgg19 import Vgg19
from lesionlab.records.options import ClassifierOptions
from lesionlab.training.freezing import hold, is_held


def held_layers(blocks: int) -> list[str]:
    trunk = Vgg19(2, 0.0625).features.train()
    hold(trunk, blocks, True)
    return [
        name
        for name, layer in trunk.named_children()
        if isinstance(layer, nn.Conv2d) and not layer.weight.requires_grad
    ]


@pytest.mark.parametrize(("blocks", "convolutions"), [(0, 0), (1, 2), (2, 4), (3, 8), (4, 12), (5, 16)])
def test_blocks_end_with_their_pooling(blocks, convolutions):
    assert len(held_layers(blocks)) == convolutions


def test_what_is_let_go_learns_again():
    trunk = Vgg19(2, 0.0625).features.train()
    hold(trunk, 2, True)
    assert not trunk[1].training
    assert trunk[15].training
    hold(trunk, 2, False)
    assert all(layer.training for layer in trunk)
    assert all(parameter.requires_grad for parameter in trunk.parameters())


@pytest.mark.parametrize(
    ("blocks", "until", "kimg", "held"),
    [(0, 0.0, 0.0, False), (2, 0.0, 99.0, True), (2, 5.0, 4.9, True), (2, 5.0, 5.0, False)],
)
def test_blocks_are_held_for_so_long_or_to_the_end(blocks, until, kimg, held):
    named = {"pretrained": "x.pth", "width": 1.0} if blocks else {}
    options = ClassifierOptions(frozen_blocks=blocks, frozen_kimg=until, **named)
    assert is_held(options, kimg) is held


def test_held_layers_leave_no_gradient_and_no_graph():
    network = Vgg19(2, 0.0625).train()
    hold(network.features, 5, True)
    torch.autograd.backward(network(torch.randn(2, 3, 32, 32)).sum())
    assert all(parameter.grad is None for parameter in network.features.parameters())
    assert network.head.weight.grad is not None
