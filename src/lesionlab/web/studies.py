"""The page that says how one could know whether synthetic images help."""

from __future__ import annotations

from flask import Blueprint, render_template

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
    """Show what a study asks, what it may answer, and what would make it wrong."""
    return render_template("studies/index.html", verdicts=VERDICTS, leaks=LEAKS)
