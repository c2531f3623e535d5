import pytest
import torch
from torchvision.models import vgg19_bn

from lesionlab.models.vgg19 import Vgg19


def test_at_width_one_the_trunk_has_torchvisions_names_and_shapes():
    with torch.device("meta"):
        ours, theirs = Vgg19(7).features.state_dict(), vgg19_bn().features.state_dict()
    assert {name: w.shape for name, w in ours.items()} == {name: w.shape for name, w in theirs.items()}


def test_logits_are_the_mean_of_the_class_activation_maps():
    torch.manual_seed(0)
    network = Vgg19(7, width=0.125).eval()
    torch.nn.init.normal_(network.head.weight)
    torch.nn.init.normal_(network.head.bias)
    image = torch.randn(2, 3, 64, 64)
    logits, features, maps = network.explain(image)
    assert maps.shape == (2, 7, 4, 4)
    assert features.shape == (2, 64)
    assert torch.allclose(logits, network(image), atol=1e-5)
    assert torch.allclose(maps.mean(dim=(2, 3)), logits, atol=1e-6)


@pytest.mark.parametrize(("width", "last"), [(1.0, 512), (0.5, 256), (0.125, 64), (0.001, 8)])
def test_width_scales_the_channels(width, last):
    with torch.device("meta"):
        assert Vgg19(7, width).head.in_channels == last


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    network = Vgg19(7, width=0.125, dropout=0.9)
    torch.nn.init.normal_(network.head.weight)
    network.eval()
    image = torch.randn(2, 3, 32, 32)
    assert torch.equal(network(image), network(image))
    network.dropout.train()
    assert not torch.equal(network(image), network(image))
