import torch
from torch import nn

from lesionlab.models.trunk import Trunk
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
