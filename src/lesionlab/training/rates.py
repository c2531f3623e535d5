"""How fast each part of the generator learns."""

from __future__ import annotations

from typing import Any

from lesionlab.models.conditional_norm import ConditionalBatchNorm
from lesionlab.models.dcgan import Generator
from lesionlab.records.options import GanOptions


def generator_rates(generator: Generator, options: GanOptions) -> list[dict[str, Any]]:
    """Return the generator's parameters with their rates, as an optimiser takes them.

    Class gains and biases have a rate of their own, `class_rate` times the others': each learns from the images of its
    class alone, and Adam moves none by more than its rate a step, however far it has to go.
    """
    norms = [module for module in generator.modules() if isinstance(module, ConditionalBatchNorm)]
    of_class = [parameter for norm in norms for parameter in (norm.gain, norm.bias)]
    apart = {id(parameter) for parameter in of_class}
    others = [parameter for parameter in generator.parameters() if id(parameter) not in apart]
    groups: list[dict[str, Any]] = [{"params": others, "lr": options.generator_lr}]
    if of_class:
        groups.append({"params": of_class, "lr": options.generator_lr * options.class_rate})
    return groups
