"""VGG-19 with batch norm (Simonyan & Zisserman 2014), pooled globally so that class activation maps are exact."""

from __future__ import annotations

from torch import nn

from lesionlab.models.pooled_classifier import PooledClassifier
from lesionlab.models.product_conv import ProductConv
from lesionlab.models.trunk import Trunk

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


def vgg19_trunk(width: float) -> Trunk:
    """Return the 16 convolutions with batch norm and ReLU, and the four poolings between their blocks."""
    layers: list[nn.Module] = []
    before = 3
    for layer in _LAYERS:
        if isinstance(layer, str):
            layers.append(nn.MaxPool2d(2, 2))
            continue
        after = scaled(layer, width)
        layers += [ProductConv(before, after, kernel_px=3), nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
        before = after
    return Trunk(*layers)
