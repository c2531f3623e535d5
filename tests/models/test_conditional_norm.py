from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lesionlab.models.conditional_norm import ConditionalBatchNorm

CLASSES = 3


def plain(module: ConditionalBatchNorm, x: Tensor, mix: Tensor) -> Tensor:
    """The same in torch's own operations."""
    normalised = torch.nn.functional.batch_norm(x, None, None, training=True, eps=module.norm.eps)
    gain, bias = (mix @ each for each in (module.gain, module.bias))
    return torch.relu(normalised * gain[:, :, None, None] + bias[:, :, None, None])


def made(channels: int) -> tuple[ConditionalBatchNorm, Tensor]:
    torch.manual_seed(0)
    module = ConditionalBatchNorm(channels, CLASSES).train()
    torch.nn.init.normal_(module.gain, 1.0, 0.3)
    torch.nn.init.normal_(module.bias, 0.0, 0.3)
    return module, torch.eye(CLASSES)[[0, 2, 1, 1, 0]]


@pytest.mark.parametrize(("channels", "side"), [(24, 16), (5, 4), (192, 8), (600, 2)])
@pytest.mark.parametrize("channels_last", [True, False])
def test_values_and_gradients_are_those_of_separate_operations(channels, side, channels_last):
    module, mix = made(channels)
    x = torch.randn(5, channels, side, side) * 2 + 0.7
    form = torch.channels_last if channels_last else torch.contiguous_format
    x = x.contiguous(memory_format=form).requires_grad_()
    slope = torch.randn_like(x)
    found, wanted = module(x, mix), plain(module, x, mix)
    assert torch.allclose(found, wanted, atol=2e-5)
    inputs = (x, module.gain, module.bias)
    for mine, theirs in zip(
        torch.autograd.grad(found, inputs, slope), torch.autograd.grad(wanted, inputs, slope), strict=True
    ):
        assert torch.allclose(mine, theirs, rtol=1e-3, atol=2e-4)


def test_in_bfloat16_it_is_as_near_to_float32_as_separate_operations():
    module, mix = made(24)
    x = torch.randn(5, 24, 16, 16).contiguous(memory_format=torch.channels_last)
    slope = torch.randn_like(x)

    def answers(way, values: Tensor) -> list[Tensor]:
        values = values.clone().requires_grad_()
        out = way(values)
        return [out.float(), *(g.float() for g in torch.autograd.grad(out, (values, module.gain), slope.to(out.dtype)))]

    exact = answers(lambda v: plain(module, v, mix), x)
    ours = answers(lambda v: module(v, mix), x.bfloat16())
    theirs = answers(lambda v: plain(module, v, mix).bfloat16(), x.bfloat16())
    for wanted, mine, other in zip(exact, ours, theirs, strict=True):
        assert (mine - wanted).norm() < 2 * (other - wanted).norm()


def test_running_statistics_are_those_of_torch():
    module, mix = made(6)
    twin = torch.nn.BatchNorm2d(6, affine=False).train()
    for step in range(4):
        x = torch.randn(5, 6, 4, 4) * (step + 1) + step
        module(x, mix)
        twin(x)
    assert torch.allclose(module.norm.running_mean, twin.running_mean, atol=1e-5)
    assert torch.allclose(module.norm.running_var, twin.running_var, rtol=1e-4)
    assert module.norm.num_batches_tracked == 4


def test_evaluation_uses_the_running_statistics():
    module, mix = made(6)
    module.norm.running_mean.fill_(2.0)
    module.norm.running_var.fill_(4.0)
    x = torch.randn(5, 6, 4, 4)
    gain, bias = ((mix @ each)[:, :, None, None] for each in (module.gain, module.bias))
    wanted = torch.relu((x - 2) / 2 * gain + bias)
    assert torch.allclose(module.eval()(x, mix), wanted, atol=1e-4)
