"""The ladder: from the faithful DCGAN to the full recipe, one step after the other, and the recipe without each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from lesionlab.records.codec import to_plain
from lesionlab.records.options import GanOptions
from lesionlab.records.presets import GAN_PRESETS
from lesionlab.records.study import Arm

FAITHFUL = "faithful"
PENALTY: Literal["r1"] = "r1"  # where the recipe itself has none
CONSISTENCY_WEIGHT = 10.0  # likewise, as Zhao et al. 2021 have it


@dataclass(frozen=True)
class Step:
    """One step: the options that it takes over from the full recipe, and the paper that it comes from."""

    name: str
    title: str
    source: str
    keys: tuple[str, ...]
    needs: str = ""  # a step that it cannot stand without


STEPS = (
    Step(
        "spectral-norm",
        "Spectral norm, hinge loss",
        "Miyato et al. 2018; with two time scales, Heusel et al. 2017",
        ("spectral_norm", "loss", "generator_lr", "discriminator_lr", "beta1", "beta2", "batch_size"),
    ),
    Step(
        "projection",
        "Conditional batch norm, projection",
        "Dumoulin et al. 2017; Miyato & Koyama 2018",
        ("conditioning", "class_rate"),
        needs="spectral-norm",
    ),
    Step("balance", "Rare classes drawn more often", "Mahajan et al. 2018", ("class_temperature",)),
    Step("diffaugment", "DiffAugment", "Zhao et al. 2020", ("diffaugment",)),
    Step("symmetries", "Flips and quarter turns", "dermoscopy has no up", ("symmetries",)),
    Step("average", "Averaged weights, own batch-norm statistics", "Yazici et al. 2019", ("ema_halflife_kimg",)),
    Step("resize", "Resize-convolution", "Odena et al. 2016", ("upsampling",)),
    Step(
        "penalty",
        "Lazy gradient penalty",
        "Mescheder et al. 2018; Karras et al. 2020",
        ("penalty", "penalty_weight", "penalty_every"),
    ),
    Step("consistency", "Balanced consistency", "Zhao et al. 2021", ("consistency_weight",)),
)
FULL = STEPS[-1].name


def full_recipe(recipe: GanOptions) -> GanOptions:
    """Return a recipe with every step in it: penalty and consistency too, where it has none of its own."""
    return replace(
        recipe,
        penalty=PENALTY if recipe.penalty == "none" else recipe.penalty,
        consistency_weight=recipe.consistency_weight or CONSISTENCY_WEIGHT,
    )


def ladder_arms(recipe: GanOptions) -> tuple[Arm, ...]:
    """Return the arms: the faithful DCGAN, each step on those before it, then the full recipe without each step.

    What no step changes, such as size, length and channels, is the recipe's in all of them. The recipe without its
    last step is the step before it, and is not there twice.
    """
    full = full_recipe(recipe)
    options = _with(full, STEPS, GAN_PRESETS["faithful"].options)
    arms = [_arm(FAITHFUL, "Faithful DCGAN", options, source="Radford et al. 2015; class as Mirza & Osindero 2014")]
    for step in STEPS:
        before, options = options, _with(options, (step,), full)
        arms.append(_arm(step.name, step.title, options, changed_from=before, source=step.source))
    for step in STEPS[:-1]:
        left_out = (step, *(other for other in STEPS if other.needs == step.name))
        title = f"Without: {'; '.join(each.title for each in left_out)}"
        without = _with(full, left_out, GAN_PRESETS["faithful"].options)
        arm = _arm(f"without-{step.name}", title, without, changed_from=full)
        arms.append(replace(arm, role="without", of=step.name))
    return tuple(arms)


def without_of(step: str) -> str:
    """Return the name of the arm that is the full recipe without this step; blank where nothing can be left out."""
    if step not in [each.name for each in STEPS]:
        return ""
    return STEPS[-2].name if step == FULL else f"without-{step}"


def _with(options: GanOptions, steps: Sequence[Step], other: GanOptions) -> GanOptions:
    """Return options with what these steps are about taken from another recipe."""
    return replace(options, **{key: getattr(other, key) for step in steps for key in step.keys})


def _arm(name: str, title: str, options: GanOptions, changed_from: GanOptions | None = None, source: str = "") -> Arm:
    plain = to_plain(options)
    before: dict[str, Any] = plain if changed_from is None else to_plain(changed_from)
    changes = {key: value for key, value in plain.items() if value != before[key]}
    del plain["seed"]
    return Arm(name, title, "step", plain, changes, source)
