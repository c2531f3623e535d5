"""A plain small CNN, to know what VGG-19's depth is worth at equal budget."""

from __future__ import annotations

import itertools

from torch import nn

from lesionlab.models.pooled_classifier import PooledClassifier
from lesionlab.models.product_conv import ProductConv
from lesionlab.models.trunk import Trunk
from lesionlab.models.vgg19 import scaled

CHANNELS = (64, 128, 256, 384)  # at width 1; at a half, the default of a run, 0.3 million parameters


class SmallCnn(PooledClassifier):
    """Four 3x3 convolutions with batch norm and ReLU, three poolings between them; pooled and explained as VGG-19."""

    def __init__(self, classes: int, width: float = 1.0, dropout: float = 0.0) -> None:
        plan = [scaled(channels, width) for channels in CHANNELS]
        super().__init__(_trunk(plan), plan[-1], classes, dropout)


def _trunk(plan: list[int]) -> Trunk:
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise([3, *plan]):
        layers += [ProductConv(before, after, kernel_px=3), nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
        layers += [nn.MaxPool2d(2, 2)]
    return Trunk(*layers[:-1])
