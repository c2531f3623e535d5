from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def description(client: FlaskClient) -> dict[str, Any]:
    response = client.get("/openapi.json")
    assert response.status_code == 200
    body = response.get_json()
    assert isinstance(body, dict)
    return body


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_it_describes_the_api_and_nothing_else(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    assert set(description["paths"]) == {
        "/api/v1/generate",
        "/api/v1/classify",
        "/api/v1/models",
        "/healthz",
        "/readyz",
    }


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    found = set(references(description))
    assert "#/components/schemas/ErrorAnswer" in found
    for reference in found:
        target: Any = description
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target


def test_bodies_are_required_and_the_upload_is_described(description: dict[str, Any]) -> None:
    for path in ("generate", "classify"):
        assert description["paths"][f"/api/v1/{path}"]["post"]["requestBody"]["required"] is True
    body = description["paths"]["/api/v1/classify"]["post"]["requestBody"]["content"]
    assert body["multipart/form-data"]["schema"]["required"] == ["image"]


def test_every_refusal_has_the_one_shape(description: dict[str, Any]) -> None:
    for path in description["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                assert response["description"]
                if status.startswith(("4", "5")):
                    schema = response["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}


def test_the_limits_are_in_the_description(description: dict[str, Any]) -> None:
    order = description["components"]["schemas"]["GenerateRequest"]
    assert order["additionalProperties"] is False
    assert order["properties"]["count"]["maximum"] == 64
    assert order["required"] == ["diagnosis"]
