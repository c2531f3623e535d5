import pytest
import torch

from lesionlab.models.small_cnn import SmallCnn
from lesionlab.records.options import ClassifierOptions


def test_at_the_width_of_a_run_it_has_a_third_of_a_million_parameters():
    with torch.device("meta"):
        network = SmallCnn(7, ClassifierOptions().width)
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(0.3e6, rel=0.1)


def test_it_explains_its_logits_as_vgg_19_does():
    torch.manual_seed(0)
    network = SmallCnn(7, width=0.125).eval()
    torch.nn.init.normal_(network.head.weight)
    image = torch.randn(2, 3, 64, 64)
    logits, features, maps = network.explain(image)
    assert (maps.shape, features.shape) == ((2, 7, 8, 8), (2, 48))
    assert torch.allclose(logits, network(image), atol=1e-5)
    assert torch.allclose(maps.mean(dim=(2, 3)), logits, atol=1e-6)
