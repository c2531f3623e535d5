"""The network that a classifier run's options ask for, and its name."""

from __future__ import annotations

from lesionlab.models.classic_head import ClassicVgg19
from lesionlab.models.pooled_classifier import PooledClassifier
from lesionlab.models.small_cnn import SmallCnn
from lesionlab.models.vgg19 import Vgg19
from lesionlab.records.options import ClassifierOptions

Classifier = PooledClassifier | ClassicVgg19


def new_classifier(options: ClassifierOptions, classes: int) -> Classifier:
    """Return a network with fresh weights, drawn with torch's own generator."""
    if options.architecture == "small-cnn":
        return SmallCnn(classes, options.width, options.dropout)
    if options.head == "classic":
        return ClassicVgg19(classes, options.image_size_px, options.width, options.dropout)
    return Vgg19(classes, options.width, options.dropout)


def short_name(options: ClassifierOptions) -> str:
    """Name the architecture in two words."""
    return "VGG-19" if options.architecture == "vgg19" else "Small CNN"


def description(options: ClassifierOptions) -> str:
    """Describe the architecture in a line."""
    if options.architecture == "small-cnn":
        return f"Four convolutions with batch norm, width {options.width:g}, global average pooling on the last"
    return f"VGG-19 with batch norm, width {options.width:g}, global average pooling on conv5_4"
