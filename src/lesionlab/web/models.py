"""The pages of the model cards, in plain words."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, send_file

from lesionlab.core.errors import LesionLabError
from lesionlab.records.card import SAMPLES_NAME
from lesionlab.records.confusion import confusion_rows
from lesionlab.web.classification import about_scores
from lesionlab.web.config import ROLES
from lesionlab.web.models_in_use import models_in_use

models = Blueprint("models", __name__)


class NoSamplesError(LesionLabError):
    """A sheet of samples that the export does not hold."""

    http_status = 404
    code = "no_samples"


@models.get("/models")
def index() -> str:
    """Show both models in use, or what is wrong with them."""
    in_use = models_in_use()
    problems = {role: in_use.problem(role) for role in ROLES}
    cards = {role: None if problems[role] else in_use.card(role) for role in ROLES}
    return render_template("models/index.html", cards=cards, problems=problems)


@models.get("/models/<role>")
def card(role: str) -> str:
    """Show one card."""
    model_card = models_in_use().card(role)
    return render_template(
        f"models/{model_card.kind}.html",
        role=role,
        card=model_card,
        confusion=confusion_rows(model_card.classes, model_card.confusion),
        about_scores=about_scores(model_card),
        has_samples=(models_in_use().config.folder(role) / SAMPLES_NAME).is_file(),
    )


@models.get("/models/<role>/samples.webp")
def samples(role: str) -> Response:
    """Send the sheet of samples of a role's export."""
    models_in_use().card(role)
    path = models_in_use().config.folder(role) / SAMPLES_NAME
    if not path.is_file():
        raise NoSamplesError(f"The {role}'s export holds no {SAMPLES_NAME}.", "Export the model again.")
    return send_file(path, mimetype="image/webp")
