from __future__ import annotations

import pytest
import torch
from torch import nn

from lesionlab.models import product_conv
from lesionlab.models.product_conv import PRODUCT_UP_TO_PX, ProductConv
from lesionlab.models.spectral_norm import spectral_norm

KINDS = [(3, 1), (4, 2)]  # the classifier's, the discriminator's


@pytest.mark.parametrize(("kernel_px", "stride"), KINDS)
@pytest.mark.parametrize("side", [2, 4, PRODUCT_UP_TO_PX, 2 * PRODUCT_UP_TO_PX])
@pytest.mark.parametrize("form", [torch.channels_last, torch.contiguous_format])
def test_values_and_gradients_are_those_of_torchs_convolution(kernel_px, stride, side, form):
    torch.manual_seed(0)
    ours = ProductConv(6, 10, kernel_px, stride)
    theirs = nn.Conv2d(6, 10, kernel_px, stride=stride, padding=1)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(5, 6, side, side).bfloat16().contiguous(memory_format=form)
    slope = torch.randn(5, 10, side // stride, side // stride).bfloat16()
    answers = []
    for module in (ours, theirs):
        image = x.clone().requires_grad_()
        with torch.autocast("cpu", torch.bfloat16):
            found = module(image)
        answers.append((found, *torch.autograd.grad(found, (image, module.weight, module.bias), slope)))
    for mine, wanted in zip(*answers, strict=True):
        assert mine.shape == wanted.shape
        assert (mine.float() - wanted.float()).norm() < 0.02 * wanted.float().norm()


@pytest.mark.parametrize(
    ("side", "number", "by_product"), [(8, torch.bfloat16, 1), (16, torch.bfloat16, 0), (8, torch.float32, 0)]
)
def test_only_coarse_images_in_bfloat16_go_that_way(side, number, by_product, monkeypatch):
    calls = []
    multiply = product_conv._kernel_gradient
    monkeypatch.setattr(product_conv, "_kernel_gradient", lambda *given: calls.append(1) or multiply(*given))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=number == torch.bfloat16):
        found = ProductConv(2, 3, 3)(torch.randn(1, 2, side, side).to(number))
    torch.autograd.backward(found.sum())
    assert len(calls) == by_product


@pytest.mark.parametrize(("kernel_px", "stride"), KINDS)
def test_only_what_is_asked_for_gets_a_gradient_under_spectral_norm(kernel_px, stride):
    torch.manual_seed(0)
    module = ProductConv(4, 4, kernel_px, stride)
    spectral_norm(module)
    module.requires_grad_(False)
    x = torch.randn(2, 4, 4, 4).bfloat16().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        module(x).sum().backward()
    assert x.grad is not None
    assert all(parameter.grad is None for parameter in module.parameters())


def test_in_float32_gradients_have_gradients():
    module = ProductConv(4, 4, 4, 2)
    x = torch.randn(2, 4, 4, 4, requires_grad=True)
    (slope,) = torch.autograd.grad(module(x).square().sum(), x, create_graph=True)
    slope.square().sum().backward()
    assert module.weight.grad is not None
