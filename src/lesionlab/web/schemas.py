"""The shapes of the API: what it takes, strictly, and what it answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict

from lesionlab.core.notice import NOTICE
from lesionlab.core.seeds import MAX_SEED, MAX_TRUNCATION, MIN_TRUNCATION
from lesionlab.web.order import ALL, MAX_COUNT

# Strict: neither "7" nor true passes for a whole number.
Count = Annotated[int, Strict(), Field(ge=1, le=MAX_COUNT, description="How many images.")]
Seed = Annotated[int, Strict(), Field(ge=0, le=MAX_SEED, description="The seed of the first image.")]

Truncation = Annotated[
    float,
    Strict(),
    Field(ge=MIN_TRUNCATION, le=MAX_TRUNCATION, description="Limit of the latents, in standard deviations."),
]


class GenerateRequest(BaseModel):
    """An order of synthetic images."""

    model_config = ConfigDict(extra="forbid")

    diagnosis: Annotated[
        str, Strict(), Field(description=f"A class code such as nv, some as nv,mel, or '{ALL}': in turn.")
    ]
    count: Count = 1
    seed: Seed = 0
    truncation: Truncation | None = None


class ModelNamed(BaseModel):
    """Which model answered."""

    name: str
    weights_sha256: str


class SyntheticImage(BaseModel):
    """One synthetic image with the recipe that makes it again."""

    diagnosis: str
    seed: int
    truncation: float | None
    size_px: int
    png_base64: str = Field(description="A PNG with its provenance inside, base64.")
    address: str = Field(description="Where this app serves the same PNG.")


class GenerateAnswer(BaseModel):
    """Synthetic images in the order of their recipes."""

    synthetic: Literal[True] = True
    model: ModelNamed
    images: list[SyntheticImage]
    licence: str
    attribution: str
    notice: str = NOTICE


class RemarkMade(BaseModel):
    """What is wrong with a picture as a picture."""

    code: str = Field(description="Such as blurred, dark, tiny or from_afar.")
    words: str


class ScopeAnswer(BaseModel):
    """Whether the picture is of the kind that the classifier knows."""

    in_scope: bool = Field(description="If false, everything else in the answer has no meaning.")
    oddness: float = Field(description="How unlike the training images it is: about 1 is as unlike as they are.")
    limit: float = Field(description="Above it a picture is out of scope.")
    remarks: list[RemarkMade]
    words: str = Field(description="What to tell a person; blank where all is well.")


class NearCase(BaseModel):
    """A training image near to the picture."""

    image_id: str
    diagnosis: str
    source: str
    distance: float


class ClassifyAnswer(BaseModel):
    """What the classifier answers for one image."""

    model: ModelNamed
    decision: str = Field(description="The class code decided for, as if all diagnoses were alike frequent.")
    probabilities: dict[str, float] = Field(description="Class code to score, in the model's class order; sums to 1.")
    prior: dict[str, float] = Field(description="The class frequencies that the probabilities assume.")
    calibrated: bool = Field(description="Whether the probabilities were fitted to lesions that trained nothing.")
    prediction_set: list[str] | None = Field(description="The class codes not ruled out; null where not calibrated.")
    scope: ScopeAnswer | None = Field(description="Null where the classifier does not know its scope.")
    nearest: list[NearCase] = Field(description="The nearest training cases; empty where they are not known.")
    about: str = Field(description="How to read the scores.")
    maps: dict[str, list[list[float]]] | None = Field(
        None, description="With maps=1: the class activation map of each class; its mean is the class's logit."
    )
    notice: str = NOTICE


class ErrorDetail(BaseModel):
    """What happened and what to do next."""

    code: str
    cause: str
    cure: str


class ErrorAnswer(BaseModel):
    """The one shape of an error."""

    error: ErrorDetail
    notice: str = NOTICE


class ModelListed(BaseModel):
    """One model in use: its card, or what is wrong with it."""

    role: Literal["generator", "classifier"]
    card: dict[str, Any] | None = None
    error: ErrorDetail | None = None


class ModelsAnswer(BaseModel):
    """The models in use."""

    models: list[ModelListed]
    notice: str = NOTICE


class ModelHealth(BaseModel):
    """Whether a model loads."""

    ok: bool
    name: str | None = None
    weights_sha256: str | None = None
    error: ErrorDetail | None = None


class HealthAnswer(BaseModel):
    """Whether the app can do its work."""

    status: Literal["ok", "degraded"]
    version: str
    models: dict[str, ModelHealth]
    notice: str = NOTICE
