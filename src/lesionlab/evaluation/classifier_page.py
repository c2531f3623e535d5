"""A classifier's report as one page, whole in one file."""

from __future__ import annotations

from pathlib import Path

from lesionlab.evaluation.classifier import ClassifierReport
from lesionlab.evaluation.classifier_pictures import recall_forest, reliability_picture
from lesionlab.evaluation.classifier_text import FOR_CHOOSING, PLAIN, between, decided, trusted
from lesionlab.evaluation.strata import MIN_LESIONS, TITLES
from lesionlab.metrics.conformal import CLAIM_FROM
from lesionlab.records.card import ModelCard, figure, read_card
from lesionlab.records.confusion import confusion_rows
from lesionlab.records.report_page import render_report


def classifier_page(report: ClassifierReport, folder: Path) -> str:
    """Return a report as HTML, with what the card in the model's export tells; the same gives the same bytes.

    Raises:
        ModelError: the export has no card that can be read.
    """
    card = read_card(folder)
    of_class = {code: {m.name: m for m in report.metrics if m.of == code} for code in report.classes}
    columns = dict.fromkeys(stratum.column for stratum in report.strata)
    return render_report(
        "classifier.html",
        {"figure": figure, "between": between, "plain": _plain},
        report=report,
        card=card,
        for_choosing=FOR_CHOOSING if report.part == "validation" else "",
        decided=decided(report),
        trust=trusted(report),
        of_class=of_class,
        forest=recall_forest([found["recall"] for found in of_class.values() if "recall" in found]),
        confusion=confusion_rows(report.classes, report.confusion),
        reliability=reliability_picture(report.reliability),
        strata={TITLES.get(c, c): [s for s in report.strata if s.column == c] for c in columns},
        least=MIN_LESIONS,
        claim_from=CLAIM_FROM,
        facts=_facts(report, card),
    )


def _plain(name: str) -> tuple[str, str]:
    """Return the title of a figure and what it says, a sentence without its full stop."""
    title, _, said = PLAIN.get(name, name.replace("_", " ").capitalize()).partition(": ")
    return title, said[:1].upper() + said[1:]


def _facts(report: ClassifierReport, card: ModelCard) -> dict[str, str]:
    facts = {
        "Weights": report.model_sha256,
        "Split": report.split_sha256,
        "Trained by": card.training.command,
        "Licence": f"{card.licence}. {card.attribution}",
    }
    if (found := card.calibration) is None:
        return facts
    lesions = sum(found.lesions_per_class.values())
    prior = ", ".join(f"{code} {share:.1%}" for code, share in card.prior.items())
    return facts | {
        "Calibrated on": f"{lesions:,} validation lesions of {found.data}, half of them, which "
        + ("chose the stopping point as well: that flatters the model a little" if found.chose else "chose nothing"),
        "Prior of its probabilities": prior,
        "Temperature": f"{card.temperature:.3f}",
    }
