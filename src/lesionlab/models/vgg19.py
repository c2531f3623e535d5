"""VGG-19 with batch norm (Simonyan & Zisserman 2014), pooled globally so that class activation maps are exact."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torchvision.models.vgg import make_layers

# Configuration E of the paper: channels of the 16 convolutions, M a 2x2 max-pooling.
_LAYERS: list[int | str] = [
    *(64, 64, "M"),
    *(128, 128, "M"),
    *(256, 256, 256, 256, "M"),
    *(512, 512, 512, 512, "M"),
    *(512, 512, 512, 512),  # the last pooling is left out: conv5_4 is pooled globally instead
]


class Vgg19(nn.Module):
    """Classify images, with torchvision's names and shapes in `features`, so that its weights load at width 1."""

    def __init__(self, classes: int, width: float = 1.0, dropout: float = 0.0) -> None:
        super().__init__()
        layers = [layer if isinstance(layer, str) else max(8, round(layer * width)) for layer in _LAYERS]
        last = layers[-1]
        assert isinstance(last, int)
        self.features = make_layers(layers, batch_norm=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Conv2d(last, classes, 1)
        _initialise(self)

    def forward(self, image: Tensor) -> Tensor:
        """Map normalised images [N, 3, S, S] to logits float32 [N, C]."""
        pooled = self.features(image).float().mean(dim=(2, 3))
        return self._logits(self.dropout(pooled))

    def _logits(self, pooled: Tensor) -> Tensor:
        with torch.autocast(pooled.device.type, enabled=False):
            return nn.functional.linear(pooled, self.head.weight[:, :, 0, 0], self.head.bias)

    def explain(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits [N, C], features [N, F] and maps [N, C, h, w] with logits = mean of the maps.

        Pooling and the head are both linear, so the class activation map (Zhou et al. 2016) is no approximation.
        """
        trunk = self.features(image)
        maps = self.head(trunk)
        return maps.mean(dim=(2, 3)), trunk.mean(dim=(2, 3)), maps


def _initialise(network: Vgg19) -> None:
    for module in network.features.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            assert module.bias is not None
            nn.init.zeros_(module.bias)
    nn.init.normal_(network.head.weight, 0.0, 0.01)
    assert network.head.bias is not None
    nn.init.zeros_(network.head.bias)
