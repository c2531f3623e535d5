from __future__ import annotations

import pytest
import torch
from torch import nn

from lesionlab.models.spectral_norm import spectral_norm
from lesionlab.models.strided_conv import PRODUCT_UP_TO_PX, StridedConv


@pytest.mark.parametrize("side", [2, 4, PRODUCT_UP_TO_PX, 2 * PRODUCT_UP_TO_PX])
@pytest.mark.parametrize("form", [torch.channels_last, torch.contiguous_format])
def test_values_and_gradients_are_those_of_torchs_convolution(side, form):
    torch.manual_seed(0)
    ours = StridedConv(6, 10)
    theirs = nn.Conv2d(6, 10, 4, stride=2, padding=1)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(5, 6, side, side).bfloat16().contiguous(memory_format=form)
    slope = torch.randn(5, 10, side // 2, side // 2).bfloat16()
    answers = []
    for module in (ours, theirs):
        image = x.clone().requires_grad_()
        with torch.autocast("cpu", torch.bfloat16):
            found = module(image)
        answers.append((found, *torch.autograd.grad(found, (image, module.weight, module.bias), slope)))
    for mine, wanted in zip(*answers, strict=True):
        assert mine.shape == wanted.shape
        assert (mine.float() - wanted.float()).norm() < 0.02 * wanted.float().norm()


def test_only_what_is_asked_for_gets_a_gradient_under_spectral_norm():
    torch.manual_seed(0)
    module = StridedConv(4, 4)
    spectral_norm(module)
    module.requires_grad_(False)
    x = torch.randn(2, 4, 4, 4).bfloat16().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        module(x).sum().backward()
    assert x.grad is not None
    assert all(parameter.grad is None for parameter in module.parameters())


def test_in_float32_gradients_have_gradients():
    module = StridedConv(4, 4)
    x = torch.randn(2, 4, 4, 4, requires_grad=True)
    (slope,) = torch.autograd.grad(module(x).square().sum(), x, create_graph=True)
    slope.square().sum().backward()
    assert module.weight.grad is not None
