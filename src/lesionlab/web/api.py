"""The API: generate, classify and list the models, all under /api/v1."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from apiflask import APIBlueprint
from flask import request

from lesionlab.core.errors import InputError
from lesionlab.inference.nearest_cases import Case
from lesionlab.inference.provenance import synthetic_png
from lesionlab.inference.scope import Judgement
from lesionlab.records.card import ModelCard
from lesionlab.records.codec import to_plain
from lesionlab.web.classification import about_scores
from lesionlab.web.config import ROLES
from lesionlab.web.images import synthetic_address
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.order import Order, check_order
from lesionlab.web.schemas import (
    ClassifyAnswer,
    ErrorDetail,
    GenerateAnswer,
    GenerateRequest,
    ModelListed,
    ModelNamed,
    ModelsAnswer,
    NearCase,
    RemarkMade,
    ScopeAnswer,
    SyntheticImage,
)
from lesionlab.web.synthetic_images import synthetic_images
from lesionlab.web.uploads import read_upload

api = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="API")


@api.post("/generate")
@api.input(GenerateRequest, arg_name="asked")
@api.output(GenerateAnswer)
@api.doc(responses=[400, 403, 413, 415, 503])
def generate(asked: GenerateRequest) -> GenerateAnswer:
    """Make synthetic images; the same order gives the same images again."""
    card = models_in_use().card("generator")
    order = check_order(Order(asked.diagnosis, asked.count, asked.seed, asked.truncation), card.classes)
    recipes = order.recipes(card.classes)
    made = [
        SyntheticImage(
            diagnosis=recipe.diagnosis,
            seed=recipe.seed,
            truncation=recipe.truncation,
            size_px=card.image.size_px,
            png_base64=b64encode(synthetic_png(pixels, card, recipe)).decode(),
            address=synthetic_address(card, recipe),
        )
        for recipe, pixels in zip(recipes, synthetic_images(recipes), strict=True)
    ]
    return GenerateAnswer(model=_named(card), images=made, licence=card.licence, attribution=card.attribution)


@api.post("/classify")
@api.output(ClassifyAnswer)
@api.doc(responses=[400, 403, 413, 415, 503])
def classify() -> ClassifyAnswer:
    """Classify one image, sent as the file `image` of a form; nothing of it is kept."""
    with_maps = _wants_maps()
    pixels = read_upload()
    models = models_in_use()
    card = models.card("classifier")
    prediction, scope, cases = models.predict(pixels), models.scope(), models.cases()
    maps = {code: prediction.maps[i].tolist() for i, code in enumerate(card.classes)} if with_maps else None
    return ClassifyAnswer(
        model=_named(card),
        decision=prediction.decision,
        probabilities={code: float(p) for code, p in zip(card.classes, prediction.probabilities, strict=True)},
        prior=card.prior,
        calibrated=card.calibration is not None,
        prediction_set=None if card.calibration is None else list(prediction.prediction_set),
        scope=None if scope is None else _scope(scope.judge(pixels)),
        nearest=[] if cases is None else [_near(case) for case in cases.nearest(prediction.features)],
        about=about_scores(card),
        maps=maps,
    )


@api.get("/models")
@api.output(ModelsAnswer)
def models() -> ModelsAnswer:
    """List the models in use with their cards, or what is wrong with them."""
    return ModelsAnswer(models=[_listed(role) for role in ROLES])


def _listed(role: Any) -> ModelListed:
    problem = models_in_use().problem(role)
    if problem is not None:
        error = ErrorDetail(code=problem.code, cause=problem.cause, cure=problem.cure)
        return ModelListed(role=role, error=error)
    return ModelListed(role=role, card=to_plain(models_in_use().card(role)))


def _scope(judgement: Judgement) -> ScopeAnswer:
    return ScopeAnswer(
        in_scope=judgement.in_scope,
        oddness=judgement.oddness,
        limit=judgement.limit,
        remarks=[RemarkMade(code=remark.code, words=remark.words) for remark in judgement.remarks],
        words=judgement.words,
    )


def _near(case: Case) -> NearCase:
    return NearCase(
        image_id=case.image_id, diagnosis=case.diagnosis, source=case.source, distance=round(case.distance, 4)
    )


def _named(card: ModelCard) -> ModelNamed:
    return ModelNamed(name=card.name, weights_sha256=card.weights_sha256)


def _wants_maps() -> bool:
    value = request.args.get("maps", "0")
    if value not in ("0", "1"):
        raise InputError(f"maps is '{value[:40]}'.", "Send maps=1 for the class maps, or leave it out.")
    return value == "1"
