import pytest

from lesionlab.models.architectures import description, new_classifier, short_name
from lesionlab.models.classic_head import ClassicVgg19
from lesionlab.models.small_cnn import SmallCnn
from lesionlab.models.vgg19 import Vgg19
from lesionlab.records.options import ClassifierOptions


@pytest.mark.parametrize(
    ("changes", "kind", "name"),
    [
        ({}, Vgg19, "VGG-19"),
        ({"head": "classic"}, ClassicVgg19, "VGG-19"),
        ({"architecture": "small-cnn"}, SmallCnn, "Small CNN"),
    ],
)
def test_the_network_is_the_one_that_the_options_ask_for(changes, kind, name):
    options = ClassifierOptions(image_size_px=32, width=0.125, dropout=0.2, **changes)
    network = new_classifier(options, 3)
    assert type(network) is kind
    assert short_name(options) == name
    assert "width 0.125" in description(options)
