"""A class-conditional DCGAN (Radford et al. 2015): Generator and Discriminator, mirror images of each other."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn

from lesionlab.models.batch_norm import BatchNorm2d
from lesionlab.models.conditional_norm import ConditionalBatchNorm
from lesionlab.models.product_conv import ProductConv
from lesionlab.models.resize_conv import ResizeConv
from lesionlab.models.spectral_norm import spectral_norm
from lesionlab.records.options import GanOptions

FIRST_PX = 4  # the generator starts, and the discriminator ends, at 4x4


def channel_plan(image_size_px: int, finest: int, most: int) -> list[int]:
    """Return channels from 4x4 up to `image_size_px`: `finest` there, doubled with each halving, at most `most`."""
    halvings = int(math.log2(image_size_px // FIRST_PX))
    return [min(most, finest * 2**level) for level in range(halvings, -1, -1)]


class PlainBatchNorm(BatchNorm2d):
    """Batch norm that leaves the class to the first layer (Radford et al. 2015), then ReLU."""

    def forward(self, x: Tensor, mix: Tensor) -> Tensor:  # type: ignore[override]
        """Normalise [N, C, H, W] and cut at zero."""
        return torch.relu(super().forward(x))


def _upsampling(kind: str, in_channels: int, out_channels: int) -> nn.Module:
    if kind == "resize":
        return ResizeConv(in_channels, out_channels)
    return nn.ConvTranspose2d(in_channels, out_channels, 4, stride=2, padding=1, bias=False)


class Generator(nn.Module):
    """Turn latents and class weights into images: float [N, 3, S, S] in -1..1.

    With resize-convolutions a last 3x3 convolution makes the colours; with transposed ones the last of them does, as
    Radford et al. 2015, figure 1.
    """

    def __init__(self, options: GanOptions, classes: int) -> None:
        super().__init__()
        plan = channel_plan(options.image_size_px, options.generator_channels, options.max_channels)
        self.latent_dim, self.classes = options.latent_dim, classes
        self.concat = options.conditioning == "concat"
        inputs = options.latent_dim + classes * self.concat
        self.first = nn.Linear(inputs, plan[0] * FIRST_PX**2, bias=False)
        self.to_rgb: nn.Module = nn.Conv2d(plan[-1], 3, 3, padding=1)
        if options.upsampling == "transposed":
            self.to_rgb = nn.ConvTranspose2d(plan[-2], 3, 4, stride=2, padding=1)
            plan = plan[:-1]
        self.first_norm = self._norm(plan[0])
        pairs = list(itertools.pairwise(plan))
        self.ups = nn.ModuleList([_upsampling(options.upsampling, a, b) for a, b in pairs])
        self.norms = nn.ModuleList([self._norm(b) for _, b in pairs])
        _initialise(self)

    def _norm(self, channels: int) -> nn.Module:
        return PlainBatchNorm(channels) if self.concat else ConditionalBatchNorm(channels, self.classes)

    def forward(self, latent: Tensor, mix: Tensor) -> Tensor:
        """Map latents [N, latent_dim] and class weights [N, classes], one-hot for one class, to images [N, 3, S, S]."""
        x = self.first(torch.cat((latent, mix), 1) if self.concat else latent).unflatten(1, (-1, FIRST_PX, FIRST_PX))
        x = x.contiguous(memory_format=torch.channels_last)
        x = self.first_norm(x, mix)
        for up, norm in zip(self.ups, self.norms, strict=True):
            x = norm(up(x), mix)
        return torch.tanh(self.to_rgb(x))

    def for_export(self) -> Generator:
        """Replace each resize-convolution by its composed transposed one, in place; the map stays the same."""
        for index, up in enumerate(self.ups):
            if isinstance(up, ResizeConv):
                self.ups[index] = up.as_transposed()
        return self


class Discriminator(nn.Module):
    """Judge images for their class, one logit an image, under spectral norm, or batch norm without it.

    The class comes in by projection (Miyato & Koyama 2018), or as further planes beside the colours (Mirza & Osindero
    2014).
    """

    def __init__(self, options: GanOptions, classes: int) -> None:
        super().__init__()
        plan = channel_plan(options.image_size_px, options.discriminator_channels // 2, options.max_channels)[::-1]
        self.concat = options.conditioning == "concat"
        pairs = list(zip([3 + classes * self.concat, *plan[1:-1]], plan[1:], strict=True))
        self.downs = nn.ModuleList([ProductConv(a, b, kernel_px=4, stride=2) for a, b in pairs])
        # Radford et al. 2015, section 3: none on the first layer, nor on the last one.
        normed = [not options.spectral_norm and number > 0 for number in range(len(pairs))]
        self.norms = nn.ModuleList(
            [BatchNorm2d(b) if wanted else nn.Identity() for (_, b), wanted in zip(pairs, normed, strict=True)]
        )
        self.linear = nn.Linear(plan[-1] * (FIRST_PX**2 if self.concat else 1), 1)
        self.embedding = None if self.concat else nn.Embedding(classes, plan[-1])
        _initialise(self)
        if options.spectral_norm:
            for module in (*self.downs, self.linear, *([self.embedding] if self.embedding is not None else [])):
                spectral_norm(module)
        self.classes = classes

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        """Map images [N, 3, S, S] in -1..1 and labels int [N] to logits float32 [N]."""
        x = image
        if self.concat:
            planes = nn.functional.one_hot(label, self.classes).to(image.dtype)[:, :, None, None]
            x = torch.cat((image, planes.expand(-1, -1, *image.shape[2:])), 1)
            x = x.contiguous(memory_format=torch.channels_last)
        for down, norm in zip(self.downs, self.norms, strict=True):
            x = nn.functional.leaky_relu(norm(down(x)), 0.2, inplace=True)
        with torch.autocast(x.device.type, enabled=False):
            if self.embedding is None:
                judged: Tensor = self.linear(x.float().flatten(1)).squeeze(1)
                return judged
            features = x.float().sum(dim=(2, 3))
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
