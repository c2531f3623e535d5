import pytest
import torch
import torch.nn.functional as F

from lesionlab.models.resize_conv import ResizeConv, compose_kernel


@pytest.mark.parametrize("size", [4, 5, 8, 16])
def test_the_composed_kernel_equals_upsampling_then_convolving(size):
    torch.manual_seed(0)
    weight, x = torch.randn(6, 5, 3, 3, dtype=torch.float64), torch.randn(2, 5, size, size, dtype=torch.float64)
    plain = F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), weight, padding=1)
    composed = F.conv_transpose2d(x, compose_kernel(weight), stride=2, padding=1)
    assert torch.allclose(plain, composed, atol=1e-12)


@pytest.mark.parametrize("size", [4, 8])
def test_both_ways_through_the_module_and_its_plain_twin_agree(size):
    torch.manual_seed(0)
    module = ResizeConv(5, 6)
    torch.nn.init.normal_(module.weight)
    x = torch.randn(2, 5, size, size)
    plain = F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), module.weight, padding=1)
    assert torch.allclose(module(x), plain, atol=1e-5)
    assert torch.allclose(module.as_transposed()(x), plain, atol=1e-5)


def test_gradients_of_the_composed_way_are_those_of_the_plain_one():
    torch.manual_seed(0)
    module = ResizeConv(3, 4).double()
    torch.nn.init.normal_(module.weight)
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    (mine,) = torch.autograd.grad(module(x).square().sum(), module.weight)
    plain = F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), module.weight, padding=1)
    (theirs,) = torch.autograd.grad(plain.square().sum(), module.weight)
    assert torch.allclose(mine, theirs)


def test_a_constant_image_has_no_grid_in_its_middle():
    torch.manual_seed(0)
    module = ResizeConv(3, 1)
    torch.nn.init.normal_(module.weight)
    middle = module(torch.ones(1, 3, 16, 16))[0, 0, 2:-2, 2:-2]
    assert middle.std() < 1e-5
