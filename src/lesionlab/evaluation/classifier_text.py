"""A classifier's report as text, and what each figure says in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lesionlab.core.diagnoses import describe
from lesionlab.evaluation.confusion_table import confusion_table
from lesionlab.evaluation.strata import learned_from, strata_lines
from lesionlab.records.card import Metric, figure

if TYPE_CHECKING:
    from lesionlab.evaluation.classifier import ClassifierReport

PLAIN = {
    "balanced_accuracy": "Balanced accuracy: the mean of the recalls, so that every diagnosis counts alike",
    "accuracy": "Accuracy: the share of right decisions, two thirds of them about nevi; never to be read alone",
    "macro_auc": "AUC: how often a case of a diagnosis gets more of its probability than another lesion; mean",
    "macro_average_precision": "Average precision: how purely the cases of a diagnosis lead its ranking; mean",
    "balanced_accuracy_among_classes_there": "Balanced accuracy when only the diagnoses that occur may be chosen",
    "probability_of_classes_not_there": "Probability given to diagnoses that do not occur here",
    "melanoma_sensitivity_at_80": "Melanomas found while 80% of the other lesions are not taken for one",
    "melanoma_sensitivity_at_90": "Melanomas found while 90% of the other lesions are not taken for one",
    "melanoma_sensitivity_at_95": "Melanomas found while 95% of the other lesions are not taken for one",
    "specificity_on_biopsied_nevi": "Nevi that looked bad enough to be cut out, and are not taken for malignant",
    "worst_subgroup": "Worst subgroup: the lowest balanced accuracy among ages, sexes and sites",
    "brier": "Brier score: the squared distance of probabilities to the truth; 0 is best, 2 worst",
    "log_loss": "Log loss: minus the logarithm of the probability given to the truth; 0 is best",
    "debiased_calibration_error": "Error of calibration, debiased: how far confidence and accuracy lie apart",
    "calibration_error": "Error of calibration, plain: above 0 for a perfect model too",
    "coverage": "Coverage: how often the prediction set of one image holds the diagnosis",
    "set_size": "Size of the prediction sets: how many diagnoses they hold on average",
    "recall": "Recall: the share of a diagnosis's lesions that is found",
    "specificity": "Specificity: the share of other lesions that is not taken for the diagnosis",
}
TRUST = ("brier", "log_loss", "debiased_calibration_error", "calibration_error", "coverage", "set_size")
OF_EACH = ("recall", "specificity")  # of each diagnosis
AVERAGED = "Each image was seen in its eight views, turned and mirrored, and their scores averaged."
FOR_CHOOSING = "This part chose the stopping point or calibrated; what is reported comes from the test part."


def report_text(report: ClassifierReport) -> str:
    """Return the report as tables: decisions, probabilities, diagnoses, strata and confusion."""
    learned = [f"Learned from: {learned_from(report.trained_on)}", ""] if report.trained_on else []
    return "\n".join(
        [
            f"{report.data}, {report.part}: {report.lesions:,} lesions, {report.images:,} images; 95% intervals",
            *([AVERAGED] if report.averaged else []),
            *([FOR_CHOOSING] if report.part == "validation" else []),
            "",
            "Decisions",
            *_lines(decided(report)),
            "",
            f"Probabilities, {report.trust}",
            *_lines(trusted(report)),
            "",
            "By diagnosis",
            *_by_diagnosis(report),
            *strata_lines(report.strata),
            "",
            "Confusion by lesion (rows: truth, columns: decision)",
            *confusion_table(report.classes, report.confusion),
            "",
            *learned,
            report.notice,
        ]
    )


def decided(report: ClassifierReport) -> list[Metric]:
    """Return the figures of decisions and rankings that are not of each diagnosis."""
    return [metric for metric in report.metrics if metric.name not in (*TRUST, *OF_EACH)]


def trusted(report: ClassifierReport) -> list[Metric]:
    """Return the figures of probabilities and sets over all diagnoses."""
    return [metric for metric in report.metrics if metric.name in TRUST and metric.of not in report.classes]


def _lines(metrics: Sequence[Metric]) -> list[str]:
    names = [metric.name.replace("_", " ") for metric in metrics]
    width = max(map(len, names), default=0)
    return [f"  {name:<{width}}  {_told(metric)}" for name, metric in zip(names, metrics, strict=True)]


def _told(metric: Metric) -> str:
    ruler = "".join(f"; {name} {figure(value)}" for name, value in metric.ruler.items())
    of = f"; {metric.of}: {metric.caveat}" if metric.name == "worst_subgroup" else ""
    return f"{metric.text:>6}  {between(metric):<16}  n = {metric.n:,} {metric.unit}{ruler}{of}"


def between(metric: Metric) -> str:
    """Return the interval of a metric in words; blank where it has none."""
    return "" if metric.low is None or metric.high is None else f"{figure(metric.low)} to {figure(metric.high)}"


def _by_diagnosis(report: ClassifierReport) -> list[str]:
    lines = []
    for code in report.classes:
        found = {metric.name: metric for metric in report.metrics if metric.of == code}
        if "recall" not in found:
            lines.append(f"  {code:<6} no lesion here")
            continue
        told = [
            f"{name} {found[name].text} ({between(found[name])})"
            for name in ("recall", "specificity", "coverage")
            if name in found
        ]
        lines.append(f"  {code:<6} {', '.join(told)}  n = {found['recall'].n:<4} {describe(code).name}")
    return lines
