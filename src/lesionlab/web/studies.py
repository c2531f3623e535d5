"""The pages of the studies: what one asks, those that are here with their verdicts, and each without its safeguards."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, send_file

from lesionlab.records import effect_words as words
from lesionlab.records.effect import EFFECT_NAME
from lesionlab.records.effect_pictures import class_forest, share_forest
from lesionlab.records.effect_table import EFFECT_TABLE_NAME, effect_table
from lesionlab.web.debunk import debunk, judged
from lesionlab.web.studies_here import REPORT_NAME, NoSuchStudyError, outcome_here, studies_here, study_here
from lesionlab.web.study_sweeps import sweeps

studies = Blueprint("studies", __name__)

VERDICTS = (
    ("Helps", "Two points better or more than without them, and than with replays; both 95% intervals lie above zero."),
    ("Hurts", "The same, the other way round."),
    ("No relevant effect", "The 90% interval lies within two points of zero: an answer, too."),
    ("Inconclusive", "The study was sound, and its data cannot tell."),
    ("No verdict", "A pilot of too few generators, or a study in which even more real images would not show."),
)

LEAKS = (
    "The generator saw images that the classifier is tested on.",
    "Synthetic images were mixed in before the split, so that some are tested on.",
    "A filter, a threshold or the recipe was chosen by the test score.",
    "A synthetic image derives from a lesion whose other photograph is tested on.",
    "The generator saw real images that the classifier beside it was denied: it had more data, not better.",
    "Images collected to help were those of the test set, under another name.",
)


@studies.get("/studies")
def index() -> str:
    """Show the studies that are here, what a study asks, what it may answer, and what would make it wrong."""
    here = studies_here().values()
    return render_template(
        "studies/index.html",
        outcomes=sorted((study for study in here if study.kind == "effect"), key=lambda study: study.outcome is None),
        others=[study for study in here if study.kind != "effect"],
        verdicts=VERDICTS,
        leaks=LEAKS,
        words=words,
    )


@studies.get("/studies/<name>")
def one(name: str) -> str:
    """Show the outcome of a study, its verdict first."""
    study, record = outcome_here(name)
    return render_template(
        "studies/one.html",
        study=study,
        record=record,
        words=words,
        forests={share.share: share_forest(record, share) for share in record.shares if share.arms},
        class_forests={share.share: class_forest(record, share) for share in record.shares if share.classes},
        sweeps=sweeps(record),
    )


@studies.get("/studies/<name>/debunk")
def without(name: str) -> str:
    """Show the verdict of a study beside what its records would say without the safeguards that were switched off."""
    study, record = outcome_here(name)
    found = debunk(record, request.args.get("share"), request.args.getlist("without"))
    return render_template(
        "studies/debunk.html", study=study, record=record, words=words, found=found, shares=judged(record)
    )


@studies.get(f"/studies/<name>/{REPORT_NAME}")
def report(name: str) -> Response:
    """Send the report of a study as a file: it holds a style of its own, which no page of this app may."""
    study = study_here(name)
    if not study.has_report:
        raise NoSuchStudyError(f"{study.name} has no report.", f"`{study.command}` writes it.")
    return send_file(study.path / REPORT_NAME, as_attachment=True, download_name=f"{study.name}.html")


@studies.get(f"/studies/<name>/{EFFECT_NAME}")
def outcome(name: str) -> Response:
    """Send the outcome of a study as JSON."""
    study, _ = outcome_here(name)
    return send_file(study.path / EFFECT_NAME, as_attachment=True, download_name=f"{study.name}.json")


@studies.get(f"/studies/<name>/{EFFECT_TABLE_NAME}")
def table(name: str) -> Response:
    """Send every figure of a study as CSV."""
    study, record = outcome_here(name)
    response = Response(effect_table(record), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{study.name}.csv")
    return response
