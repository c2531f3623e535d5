"""The description of the API, mended where the framework leaves gaps."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask

from lesionlab.core.notice import NOTICE
from lesionlab.web.schemas import ErrorAnswer
from lesionlab.web.uploads import FIELD

_ERROR_NAME = "ErrorAnswer"


def register_openapi(app: APIFlask) -> None:
    """Serve a complete description at /openapi.json, without a page from elsewhere."""
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["AUTO_SERVERS"] = False
    app.description = f"Synthesise and classify dermoscopic images of skin lesions. {NOTICE}"
    app.license = {"name": "Apache-2.0", "identifier": "Apache-2.0"}

    @app.spec_processor
    def finish(spec: dict[str, Any] | str) -> dict[str, Any] | str:
        return complete(spec) if isinstance(spec, dict) else spec


def complete(spec: dict[str, Any]) -> dict[str, Any]:
    """Name the error shape, require the bodies, and describe the upload."""
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    shape = ErrorAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(shape.pop("$defs", {}))
    schemas[_ERROR_NAME] = shape
    for unused in ("HTTPError", "ValidationError"):
        schemas.pop(unused, None)
    classify = spec["paths"]["/api/v1/classify"]["post"]
    classify["requestBody"] = {"content": {"multipart/form-data": {"schema": _upload_schema()}}}
    classify["parameters"] = [_maps_parameter()]
    for path in spec["paths"].values():
        for operation in path.values():
            _complete_operation(operation)
    return spec


def _complete_operation(operation: dict[str, Any]) -> None:
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
    for status, response in operation["responses"].items():
        if status.startswith(("4", "5")):
            response["content"] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{_ERROR_NAME}"}}}


def _upload_schema() -> dict[str, Any]:
    file = {"type": "string", "format": "binary", "description": "A JPEG, PNG, WebP, TIFF, BMP or GIF file."}
    return {"type": "object", "required": [FIELD], "properties": {FIELD: file}}


def _maps_parameter() -> dict[str, Any]:
    return {
        "name": "maps",
        "in": "query",
        "required": False,
        "description": "1: answer with the class activation maps as well.",
        "schema": {"type": "string", "enum": ["0", "1"], "default": "0"},
    }
