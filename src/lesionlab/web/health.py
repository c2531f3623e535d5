"""Whether the app can do its work, for programs that watch it."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from lesionlab import __version__
from lesionlab.web.config import ROLES
from lesionlab.web.metering import metrics_text
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.schemas import ErrorDetail, HealthAnswer, ModelHealth

health = APIBlueprint("health", __name__, tag="Health")


@health.get("/healthz")
@health.output(HealthAnswer)
def healthz() -> HealthAnswer:
    """Tell whether both models load; the app itself answers either way."""
    return _health()


@health.get("/readyz")
@health.output(HealthAnswer)
@health.doc(responses=[503])
def readyz() -> HealthAnswer:
    """Tell whether both models are loaded and can answer; refuse where one cannot."""
    for role in ROLES:
        problem = models_in_use().problem(role)
        if problem is not None:
            raise problem
    return _health()


@health.get("/metrics")
@health.doc(hide=True)
def metrics() -> Response:
    """Send what was answered and what waits, in the text format of Prometheus."""
    return Response(metrics_text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _health() -> HealthAnswer:
    models = {role: _model_health(role) for role in ROLES}
    status: Any = "ok" if all(model.ok for model in models.values()) else "degraded"
    return HealthAnswer(status=status, version=__version__, models=models)


def _model_health(role: str) -> ModelHealth:
    problem = models_in_use().problem(role)
    if problem is not None:
        return ModelHealth(ok=False, error=ErrorDetail(code=problem.code, cause=problem.cause, cure=problem.cure))
    card = models_in_use().card(role)
    return ModelHealth(ok=True, name=card.name, weights_sha256=card.weights_sha256)
