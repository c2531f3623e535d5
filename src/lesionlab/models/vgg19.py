"""VGG-19 with batch norm (Simonyan & Zisserman 2014), pooled globally so that class activation maps are exact."""

from __future__ import annotations

from torch import nn
from torchvision.models.vgg import make_layers

from lesionlab.models.pooled_classifier import PooledClassifier

# Configuration E of the paper: channels of the 16 convolutions, M a 2x2 max-pooling.
_LAYERS: list[int | str] = [
    *(64, 64, "M"),
    *(128, 128, "M"),
    *(256, 256, 256, 256, "M"),
    *(512, 512, 512, 512, "M"),
    *(512, 512, 512, 512),  # the last pooling is left out: conv5_4 is pooled globally instead
]
_LAST = 512


class Vgg19(PooledClassifier):
    """Classify images, with torchvision's names and shapes in `features`, so that its weights load at width 1."""

    def __init__(self, classes: int, width: float = 1.0, dropout: float = 0.0) -> None:
        super().__init__(vgg19_trunk(width), scaled(_LAST, width), classes, dropout)


def scaled(channels: int, width: float) -> int:
    """Return the channels of a layer at this width: at least 8."""
    return max(8, round(channels * width))


def vgg19_trunk(width: float) -> nn.Sequential:
    """Return the 16 convolutions with batch norm and ReLU, and the four poolings between their blocks."""
    layers = [layer if isinstance(layer, str) else scaled(layer, width) for layer in _LAYERS]
    trunk: nn.Sequential = make_layers(layers, batch_norm=True)
    return trunk
