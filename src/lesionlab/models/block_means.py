"""What a VGG-19 sees of an image: the mean of the last activations of each block, from texture to shape."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


class BlockMeans(nn.Module):
    """Turn images into features with the trunk of a VGG-19: channel means at the end of each block, side by side.

    The early blocks notice blur, noise and grids, to which the last one alone is nearly blind.
    """

    def __init__(self, trunk: nn.Sequential) -> None:
        super().__init__()
        self.trunk = trunk

    @property
    def dims(self) -> int:
        """How many features an image has."""
        ends, last = 0, 0
        for layer in self.trunk:
            if isinstance(layer, nn.MaxPool2d):
                ends += last
            elif isinstance(layer, nn.Conv2d | LightConv):
                last = layer.out_channels
        return ends + last

    def forward(self, image: Tensor) -> Tensor:
        """Map normalised images [N, 3, S, S] to features float32 [N, dims]."""
        values, pooled = image, []
        for layer in self.trunk:
            if isinstance(layer, nn.MaxPool2d):
                pooled.append(values.mean(dim=(2, 3)))
            values = layer(values)
        return torch.cat([*pooled, values.mean(dim=(2, 3))], dim=1)


class LightConv(nn.Module):
    """A convolution whose kernel is kept in float16 and used in float32: half the file, the same arithmetic."""

    kernel: Tensor
    bias: Tensor

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        assert convolution.bias is not None
        self.out_channels = convolution.out_channels
        self.padding = convolution.padding
        self.register_buffer("kernel", convolution.weight.detach().half())
        self.register_buffer("bias", convolution.bias.detach().clone())

    def forward(self, image: Tensor) -> Tensor:
        """Map [N, C, H, W] to [N, out_channels, H, W]."""
        return F.conv2d(image, self.kernel.float(), self.bias, padding=self.padding)


def lightened(trunk: nn.Sequential) -> nn.Sequential:
    """Return a frozen copy on the CPU with each batch norm worked into its convolution and the kernels in float16."""
    layers: list[nn.Module] = []
    for layer in trunk.cpu().to(memory_format=torch.contiguous_format).eval():
        if isinstance(layer, nn.BatchNorm2d):
            convolution = layers.pop()
            assert isinstance(convolution, nn.Conv2d)
            layers.append(fuse_conv_bn_eval(convolution, layer))
        else:
            layers.append(layer)
    light = [LightConv(layer) if isinstance(layer, nn.Conv2d) else layer for layer in layers]
    return nn.Sequential(*light).eval()
