"""A class-conditional DCGAN (Radford et al. 2015): Generator and Discriminator, mirror images of each other."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn

from lesionlab.models.resize_conv import ResizeConv
from lesionlab.models.spectral_norm import spectral_norm
from lesionlab.records.options import GanOptions

FIRST_PX = 4  # the generator starts, and the discriminator ends, at 4x4


def channel_plan(image_size_px: int, finest: int, most: int) -> list[int]:
    """Return channels from 4x4 up to `image_size_px`: `finest` there, doubled with each halving, at most `most`."""
    halvings = int(math.log2(image_size_px // FIRST_PX))
    return [min(most, finest * 2**level) for level in range(halvings, -1, -1)]


class ConditionalBatchNorm(nn.Module):
    """Batch norm whose gain and bias belong to the class (Dumoulin et al. 2017; Miyato & Koyama 2018)."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain = nn.Embedding(classes, channels)
        self.bias = nn.Embedding(classes, channels)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.bias.weight)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        """Normalise [N, C, H, W] and scale by the gains of `label` [N]."""
        gain, bias = self.gain(label)[:, :, None, None], self.bias(label)[:, :, None, None]
        normalised: Tensor = self.norm(x)
        return torch.addcmul(bias.to(x.dtype), normalised, gain.to(x.dtype))


def _upsampling(kind: str, in_channels: int, out_channels: int) -> nn.Module:
    if kind == "resize":
        return ResizeConv(in_channels, out_channels)
    return nn.ConvTranspose2d(in_channels, out_channels, 4, stride=2, padding=1, bias=False)


class Generator(nn.Module):
    """Turn latents and labels into images: float [N, 3, S, S] in -1..1."""

    def __init__(self, options: GanOptions, classes: int) -> None:
        super().__init__()
        plan = channel_plan(options.image_size_px, options.generator_channels, options.max_channels)
        self.latent_dim = options.latent_dim
        self.first = nn.Linear(options.latent_dim, plan[0] * FIRST_PX**2, bias=False)
        self.first_norm = ConditionalBatchNorm(plan[0], classes)
        pairs = list(itertools.pairwise(plan))
        self.ups = nn.ModuleList([_upsampling(options.upsampling, a, b) for a, b in pairs])
        self.norms = nn.ModuleList([ConditionalBatchNorm(b, classes) for _, b in pairs])
        self.to_rgb = nn.Conv2d(plan[-1], 3, 3, padding=1)
        _initialise(self)

    def forward(self, latent: Tensor, label: Tensor) -> Tensor:
        """Map latents [N, latent_dim] and labels int [N] to images [N, 3, S, S] in -1..1."""
        x = self.first(latent).unflatten(1, (-1, FIRST_PX, FIRST_PX))
        x = x.contiguous(memory_format=torch.channels_last)
        x = torch.relu(self.first_norm(x, label))
        for up, norm in zip(self.ups, self.norms, strict=True):
            x = torch.relu(norm(up(x), label))
        return torch.tanh(self.to_rgb(x))

    def for_export(self) -> Generator:
        """Replace each resize-convolution by its composed transposed one, in place; the map stays the same."""
        for index, up in enumerate(self.ups):
            if isinstance(up, ResizeConv):
                self.ups[index] = up.as_transposed()
        return self


class Discriminator(nn.Module):
    """Judge images for their class: spectral norm, projection (Miyato & Koyama 2018), one logit an image."""

    def __init__(self, options: GanOptions, classes: int) -> None:
        super().__init__()
        plan = channel_plan(options.image_size_px, options.discriminator_channels // 2, options.max_channels)[::-1]
        pairs = zip([3, *plan[1:-1]], plan[1:], strict=True)
        downs = [nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in pairs]
        self.linear = nn.Linear(plan[-1], 1)
        self.embedding = nn.Embedding(classes, plan[-1])
        self.downs = nn.ModuleList(downs)
        _initialise(self)
        for module in (*downs, self.linear, self.embedding):
            spectral_norm(module)

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        """Map images [N, 3, S, S] in -1..1 and labels int [N] to logits float32 [N]."""
        x = image
        for down in self.downs:
            x = nn.functional.leaky_relu(down(x), 0.2)
        features = x.float().sum(dim=(2, 3))
        with torch.autocast(features.device.type, enabled=False):
            unconditional: Tensor = self.linear(features).squeeze(1)
            projection: Tensor = (self.embedding(label) * features).sum(dim=1)
        return unconditional + projection


def _initialise(network: nn.Module) -> None:
    """Draw every convolution and linear weight from N(0, 0.02) (Radford et al. 2015, section 4)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear | ResizeConv):
            nn.init.normal_(module.weight, 0.0, 0.02)
            if getattr(module, "bias", None) is not None:
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]
