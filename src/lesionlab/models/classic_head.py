"""VGG-19 with the head of the paper: two fully connected layers of 4096, to compare with and never to release."""

from __future__ import annotations

from torch import Tensor, nn

from lesionlab.models.pooled_classifier import initialise_trunk
from lesionlab.models.vgg19 import scaled, vgg19_trunk

HIDDEN = 4096
TRUNK_CHANNELS = 512
SHRINKS = 32  # five poolings


class ClassicVgg19(nn.Module):
    """Classify images of one size by all places of the trunk's last features: no class map is exact.

    At 128 px and width 1 it has 70 million parameters (282 MB), of which VGG-19 pooled globally has 20 million.
    """

    def __init__(self, classes: int, image_size_px: int, width: float = 1.0, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = vgg19_trunk(width).append(nn.MaxPool2d(2, 2))
        initialise_trunk(self.features)
        hidden, places = scaled(HIDDEN, width), (image_size_px // SHRINKS) ** 2
        self.classifier = nn.Sequential(
            nn.Linear(scaled(TRUNK_CHANNELS, width) * places, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, classes),
        )
        for layer in self.classifier:
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, 0.0, 0.01)
                nn.init.zeros_(layer.bias)

    def forward(self, image: Tensor) -> Tensor:
        """Map normalised images [N, 3, S, S] to logits float32 [N, C]."""
        logits: Tensor = self.classifier(self.features(image).flatten(1))
        return logits.float()
