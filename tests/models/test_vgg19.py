import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import vgg19_bn

from lesionlab.core.errors import ModelError
from lesionlab.models.vgg19 import Vgg19
from lesionlab.models.weights import load_pretrained


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


def test_published_weights_load_from_a_safetensors_file(tmp_path):
    narrow = Vgg19(7, width=0.125)  # stands for the published file: same names, narrow to be quick
    weights = {f"features.{name}": w for name, w in narrow.features.state_dict().items()}
    save_file({**weights, "classifier.0.weight": torch.zeros(2, 2)}, tmp_path / "vgg19_bn.safetensors")
    torch.save(weights, tmp_path / "vgg19_bn.pth")
    for name in ("vgg19_bn.safetensors", "vgg19_bn.pth"):
        fresh = Vgg19(7, width=0.125)
        load_pretrained(fresh, tmp_path / name)
        assert all(
            torch.equal(a, b) for a, b in zip(fresh.features.parameters(), narrow.features.parameters(), strict=True)
        )


def test_weights_that_do_not_fit_are_refused_in_one_sentence(tmp_path):
    with pytest.raises(ModelError, match="There is no file"):
        load_pretrained(Vgg19(7, width=0.125), tmp_path / "absent.pth")
    save_file({"features.0.weight": torch.zeros(2, 2)}, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match="does not fit"):
        load_pretrained(Vgg19(7, width=0.125), tmp_path / "other.safetensors")
    (tmp_path / "cut.safetensors").write_bytes(b"\x10\x00")
    with pytest.raises(ModelError, match="damaged"):
        load_pretrained(Vgg19(7, width=0.125), tmp_path / "cut.safetensors")
