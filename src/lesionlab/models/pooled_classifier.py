"""A trunk of convolutions, its features pooled globally and a linear head: class activation maps are exact."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class PooledClassifier(nn.Module):
    """Classify images by the mean of the trunk's last features; `features` is the trunk, of `channels` at its end."""

    def __init__(self, features: nn.Sequential, channels: int, classes: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = features
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Conv2d(channels, classes, 1)
        initialise_trunk(self.features)
        nn.init.normal_(self.head.weight, 0.0, 0.01)
        assert self.head.bias is not None
        nn.init.zeros_(self.head.bias)

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


def initialise_trunk(features: nn.Sequential) -> None:
    """Draw the kernels of convolutions that a ReLU follows (He et al. 2015); biases are zero."""
    for module in features.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            assert module.bias is not None
            nn.init.zeros_(module.bias)
