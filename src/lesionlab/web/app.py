"""The app factory: one place that names every part of the web app."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask

from lesionlab import __version__
from lesionlab.core.notice import NOTICE
from lesionlab.core.resources import frontend_folder
from lesionlab.web.api import api
from lesionlab.web.callers import register_callers
from lesionlab.web.classify import classify
from lesionlab.web.config import WebConfig
from lesionlab.web.data import data
from lesionlab.web.data_audits import use_audits
from lesionlab.web.errors import register_errors
from lesionlab.web.generate import generate
from lesionlab.web.headers import register_headers
from lesionlab.web.health import health
from lesionlab.web.home import home
from lesionlab.web.images import images, model_tag, synthetic_address
from lesionlab.web.judged import use_judged_images
from lesionlab.web.metering import register_meter
from lesionlab.web.models import models
from lesionlab.web.models_in_use import use_models
from lesionlab.web.morph import morph
from lesionlab.web.openapi import register_openapi
from lesionlab.web.queue_in_use import use_queue
from lesionlab.web.reader import reader
from lesionlab.web.reader_games import use_reader_games
from lesionlab.web.real_images import use_prepared
from lesionlab.web.runs import runs
from lesionlab.web.studies import studies
from lesionlab.web.synthetic_images import use_synthetic_images
from lesionlab.web.synthetic_page import synthetic_page
from lesionlab.web.uploads import FORM_OVERHEAD_BYTES, MemoryRequest
from lesionlab.web.wording import add_wording


class LesionLabApp(APIFlask):
    """The framework's app with uploads kept in memory."""

    request_class = MemoryRequest


def create_app(config: WebConfig) -> APIFlask:
    """Make the web app for these models; they are loaded at their first use."""
    folder = frontend_folder()
    app = LesionLabApp(
        "lesionlab.web",
        title="LesionLab",
        version=__version__,
        docs_path=None,  # the framework's page loads its viewer from a CDN
        static_folder=str(folder / "static"),
        template_folder=str(folder / "templates"),
    )
    app.config["MAX_CONTENT_LENGTH"] = config.max_upload_bytes + FORM_OVERHEAD_BYTES
    app.config["MAX_FORM_PARTS"] = 20
    app.json.sort_keys = False  # type: ignore[attr-defined]  # classes keep the model's order
    use_synthetic_images(app.extensions, use_models(app.extensions, config))
    use_judged_images(app.extensions)
    use_prepared(app.extensions)
    use_reader_games(app.extensions)
    use_audits(app.extensions)
    use_queue(app.extensions)
    register_meter(app)
    for register in (register_errors, register_headers, register_openapi, add_wording):
        register(app)
    register_callers(app, config.port)
    for blueprint in (
        home,
        generate,
        synthetic_page,
        morph,
        classify,
        reader,
        data,
        runs,
        studies,
        models,
        images,
        api,
        health,
    ):
        app.register_blueprint(blueprint)
    app.context_processor(_on_every_page)
    return app


def _on_every_page() -> dict[str, Any]:
    return {
        "NOTICE": NOTICE,
        "version": __version__,
        "model_tag": model_tag,
        "synthetic_address": synthetic_address,
    }
