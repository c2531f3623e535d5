"""The page that classifies an image: uploaded, synthetic or drawn."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from lesionlab.core.imaging import MAX_BYTES, Pixels
from lesionlab.web.classification import about_decision, about_scores, about_set, classification
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.sources import Source, examples, read_source
from lesionlab.web.training_cases import training_cases
from lesionlab.web.uploads import read_upload

classify = Blueprint("classify", __name__)


@classify.get("/classify")
def index() -> str:
    """Show the form, or the result for an image that this app makes itself."""
    source = read_source(request.args)
    if source is not None:
        return _result(source.pixels(), source)
    card = models_in_use().card("classifier")
    return render_template(
        "classify/index.html",
        card=card,
        about_scores=about_scores(card),
        knows_scope=models_in_use().scope() is not None,
        examples=examples(),
        max_bytes=MAX_BYTES,
    )


@classify.post("/classify")
def upload() -> str:
    """Show the result for an uploaded image; it is gone once the page is sent."""
    return _result(read_upload(), None)


def _result(pixels: Pixels, source: Source | None) -> str:
    models = models_in_use()
    card = models.card("classifier")
    prediction, scope, cases = models.predict(pixels), models.scope(), models.cases()
    result = classification(
        pixels,
        prediction,
        card,
        None if scope is None else scope.judge(pixels),
        () if cases is None else training_cases(cases.nearest(prediction.features), card),
    )
    # What this app makes itself is answered in any case: it says what it is.
    refused = result.refused and source is None
    return render_template(
        "classify/refused.html" if refused else "classify/result.html",
        card=card,
        about_scores=about_scores(card),
        about_decision=about_decision(result),
        about_set=about_set(result, card),
        result=result,
        source=source,
        max_bytes=MAX_BYTES,
    )
