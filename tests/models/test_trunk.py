import pytest
import torch
from torch import nn

from lesionlab.models import trunk
from lesionlab.models.trunk import Trunk, TrunkConv
from lesionlab.models.vgg19 import vgg19_trunk


def gradients(network, image):
    image = image.clone().requires_grad_()
    features = network(image)
    torch.autograd.backward(features, torch.linspace(-1, 1, features.numel(), dtype=features.dtype).view_as(features))
    return features.detach(), [image.grad, *(p.grad for p in network.parameters())]


def test_training_gives_the_values_gradients_and_statistics_of_the_layers_in_their_order():
    torch.manual_seed(0)
    ours = vgg19_trunk(0.0625).train()
    plain = nn.Sequential(
        *(nn.ReLU() if isinstance(layer, nn.ReLU) else layer for layer in vgg19_trunk(0.0625))
    ).train()
    plain.load_state_dict(ours.state_dict())
    image = torch.randn(4, 3, 32, 32)
    (one, found), (other, expected) = gradients(ours, image), gradients(plain, image)
    assert torch.equal(one, other)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(found, expected, strict=True))
    assert torch.equal(ours[1].running_mean, plain[1].running_mean)


def test_a_relu_waits_for_the_pooling_after_it_in_training_alone():
    order = []
    layers = [nn.ReLU(), nn.MaxPool2d(2, 2), nn.ReLU(), nn.Identity()]
    for layer in layers:
        layer.register_forward_hook(lambda layer, given, found: order.append(type(layer).__name__))
    network = Trunk(*layers).eval()
    image = torch.randn(1, 1, 4, 4)
    evaluated = network(image)
    assert order == ["ReLU", "MaxPool2d", "ReLU", "Identity"]
    order.clear()
    assert torch.equal(network.train()(image), evaluated)
    assert order == ["MaxPool2d", "Identity"]  # the ReLUs between them are functions


@pytest.mark.parametrize("size", [4, 8])
def test_the_kernel_s_gradient_by_a_product_is_that_of_the_convolution(size):
    torch.manual_seed(0)
    convolution = TrunkConv(5, 6)
    exact = nn.Conv2d(5, 6, 3, padding=1)
    exact.load_state_dict(convolution.state_dict())
    image = torch.randn(3, 5, size, size).to(memory_format=torch.channels_last)
    one, found = gradients(convolution, image.bfloat16())
    other, expected = gradients(exact, image)
    assert torch.allclose(one.float(), other, atol=0.05)
    for a, b in zip(found, expected, strict=True):
        assert (a.float() - b).norm() < 0.02 * b.norm()


@pytest.mark.parametrize(
    ("size", "format_of", "by_product"), [(8, torch.bfloat16, 1), (16, torch.bfloat16, 0), (8, torch.float32, 0)]
)
def test_only_coarse_images_in_bfloat16_go_that_way(size, format_of, by_product, monkeypatch):
    calls = []
    multiply = trunk._kernel_gradient
    monkeypatch.setattr(trunk, "_kernel_gradient", lambda *given: calls.append(1) or multiply(*given))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=format_of == torch.bfloat16):
        found = TrunkConv(2, 3)(torch.randn(1, 2, size, size).to(format_of))
    torch.autograd.backward(found.sum())
    assert len(calls) == by_product


def test_a_kernel_that_is_held_gets_no_gradient():
    convolution = TrunkConv(2, 3).requires_grad_(False)
    image = torch.randn(1, 2, 8, 8).bfloat16().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.autograd.backward(convolution(image).sum())
    assert convolution.weight.grad is None
    assert image.grad is not None
