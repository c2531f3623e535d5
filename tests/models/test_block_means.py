import pytest
import torch
from torch import nn

from lesionlab.models.block_means import BlockMeans, lightened
from lesionlab.models.vgg19 import Vgg19


@pytest.fixture
def trunk() -> nn.Sequential:
    """The trunk of a narrow VGG-19 whose batch norms have statistics, gains and biases of their own."""
    torch.manual_seed(0)
    trunk = Vgg19(3, width=0.125).features.eval()
    for layer in trunk:
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.running_var, 0.5, 2.0)
            for values in (layer.running_mean, layer.weight, layer.bias):
                nn.init.normal_(values, 0.5, 0.3)
    return trunk


def test_features_are_the_channel_means_at_the_end_of_each_block(trunk):
    image = torch.randn(2, 3, 32, 32)
    network = BlockMeans(trunk)
    found = network(image)
    ends = [index for index, layer in enumerate(trunk) if isinstance(layer, nn.MaxPool2d)]
    expected = [trunk[:end](image).mean(dim=(2, 3)) for end in (*ends, len(trunk))]
    assert [block.shape[1] for block in expected] == [8, 16, 32, 64, 64]
    assert torch.allclose(found, torch.cat(expected, dim=1), atol=1e-5)
    assert found.shape[1] == network.dims == 184


def test_lighter_copy_answers_alike_and_holds_half_the_bytes(trunk):
    image = torch.randn(4, 3, 32, 32)
    light = BlockMeans(lightened(trunk))
    assert light.dims == BlockMeans(trunk).dims
    with torch.no_grad():
        found, expected = light(image), BlockMeans(trunk)(image)
    assert (found - expected).abs().max() < 0.02 * expected.abs().max()
    kernels = [values for name, values in light.state_dict().items() if name.endswith("kernel")]
    assert {values.dtype for values in kernels} == {torch.float16}
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in light.trunk)
