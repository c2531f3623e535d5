"""Calibrate an exported classifier, and tell what that mends: before and after on the same lesions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lesionlab.core.progress import Progress, silent
from lesionlab.data.calibration_half import calibration_half
from lesionlab.data.prepared import Part
from lesionlab.evaluation.trust import trust_metrics, trusted
from lesionlab.inference.calibrating import calibrate_card, lesions_to_calibrate_on
from lesionlab.inference.part_logits import part_logits
from lesionlab.inference.predictor import Predictor
from lesionlab.records.calibration import Calibration
from lesionlab.records.card import Metric, ModelCard, figure


@dataclass(frozen=True)
class Calibrated:
    """A calibrated card, and its figures on the lesions that calibrated: as it was, and cross-fitted afterwards."""

    card: ModelCard
    before: tuple[Metric, ...]
    after: tuple[Metric, ...]

    def to_text(self) -> str:
        """Return what was fitted and what it mends as tables for people."""
        found = self.card.calibration
        assert found is not None
        lesions = sum(found.lesions_per_class.values())
        return "\n".join(
            [
                f"Calibrated on {lesions:,} validation lesions ({found.images:,} images) of {found.data}",
                f"  temperature {self.card.temperature:.3f}",
                f"  biases      {_named(found.biases, '{:+.2f}')}",
                f"  prior       {_named(self.card.prior, '{:.3f}')}",
                *_sets(found),
                "",
                *self._gains(),
                *(["", FLATTERED] if found.chose else []),
            ]
        )

    def _gains(self) -> list[str]:
        was = {metric.name: metric.text for metric in self.before}
        width = max(len(metric.name) for metric in self.after)
        lines = [f"  {'':<{width}}  as it was  cross-fitted"]
        for metric in self.after:
            ruler = "".join(f"   {name} {figure(value)}" for name, value in metric.ruler.items())
            name = metric.name.replace("_", " ")
            lines.append(f"  {name:<{width}}  {was.get(metric.name, ''):>9}  {metric.text:>12}{ruler}")
        return lines


FLATTERED = (
    "This model's stopping point was chosen on all validation lesions, these among them: its probabilities flatter it "
    "a little. Models trained from now on choose on the other half."
)


def calibrate_classifier(predictor: Predictor, validation: Part, progress: Progress = silent) -> Calibrated:
    """Fit probabilities and prediction sets on the half of the validation part that chooses nothing.

    Raises:
        DataError: the class lists differ, or the half has too few lesions or none of a class.
        ModelError: the model gives values that are no numbers.
    """
    half = calibration_half(validation)
    lesions_to_calibrate_on(predictor.card, half)  # refused before the images are looked at
    logits = part_logits(predictor, half, progress)
    card = calibrate_card(predictor.card, half, logits)
    template = Metric("", 0.0, 0, "lesions", validation.name)
    before, after = (tuple(trust_metrics(trusted(each, half, logits), template)) for each in (predictor.card, card))
    return Calibrated(card, before, after)


def _named(values: Mapping[str, float], form: str) -> str:
    return ", ".join(f"{code} {form.format(value)}" for code, value in values.items())


def _sets(found: Calibration) -> list[str]:
    own = [code for code in found.sets.limits if code not in found.sets.pooled]
    lines = [f"  sets        hold the diagnosis of {1 - found.sets.alpha:.0%} of new lesions like these, as promised"]
    if own:
        lines.append(f"              a limit of its own: {', '.join(own)}")
    if found.sets.pooled:
        told = ", ".join(f"{code} ({found.lesions_per_class[code]})" for code in found.sets.pooled)
        lines.append(f"              one limit together, as they have few lesions: {told}")
    return lines
