"""What the models say of synthetic images: the classifier's agreement, and how far each is from a copy."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from lesionlab.core.errors import LesionLabError
from lesionlab.core.imaging import Pixels
from lesionlab.inference.calibrating import evenly
from lesionlab.inference.filters import Novel
from lesionlab.inference.recipe import Recipe
from lesionlab.web.models_in_use import ModelsInUse, models_in_use

_EXTENSION = "lesionlab.judged"
_REMEMBERED = 4096

Key = tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """A synthetic image as the models see it; None is what cannot be told here."""

    agreement: float | None = None  # the classifier's probability of the diagnosis asked for, all alike frequent
    decision: str = ""  # the code it decided for
    authenticity: float | None = None  # 0 for a copy of a training image, about 1 for a lesion of its own
    is_copy: bool = False


class JudgedImages:
    """Judgements of recipes by the models in use; the latest are kept in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Recipe, Key], Judged] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, models: ModelsInUse, recipes: Sequence[Recipe], images: Sequence[Pixels]) -> list[Judged]:
        """Return the judgement of each image, uint8 [S, S, 3], made of these recipes."""
        novel = _novel(models)
        key = _by_whom(models, novel)
        with self._lock:
            found = {recipe: self._kept.get((recipe, key)) for recipe in recipes}
        missing = [place for place, recipe in enumerate(recipes) if found[recipe] is None]
        judged = _judge(models, novel, [recipes[i] for i in missing], [images[i] for i in missing])
        found.update(zip((recipes[i] for i in missing), judged, strict=True))
        with self._lock:
            for recipe, each in found.items():
                if each is not None:
                    self._kept[recipe, key] = each
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return [each for recipe in recipes if (each := found[recipe]) is not None]


def use_judged_images(app_extensions: dict[str, object]) -> None:
    """Put an empty memory of judgements into an app's extensions."""
    app_extensions[_EXTENSION] = JudgedImages()


def judged_images(recipes: Sequence[Recipe], images: Sequence[Pixels]) -> list[Judged]:
    """Return what the models in use say of each image, uint8 [S, S, 3], made of these recipes."""
    memory = current_app.extensions[_EXTENSION]
    assert isinstance(memory, JudgedImages)
    return memory.get(models_in_use(), recipes, images)


def why_no_authenticity() -> LesionLabError | None:
    """Return why copies cannot be told, or None where they can."""
    try:
        models_in_use().novel()
    except LesionLabError as error:
        return error
    return None


def _novel(models: ModelsInUse) -> Novel | None:
    try:
        return models.novel()
    except LesionLabError:
        return None  # the page says so: see why_no_authenticity


def _by_whom(models: ModelsInUse, novel: Novel | None) -> Key:
    classifier = "" if models.problem("classifier") else models.card("classifier").weights_sha256
    return models.card("generator").weights_sha256, classifier, novel.use.judge if novel else ""


def _judge(
    models: ModelsInUse, novel: Novel | None, recipes: Sequence[Recipe], images: Sequence[Pixels]
) -> list[Judged]:
    if not recipes:
        return []
    codes = [recipe.diagnosis for recipe in recipes]
    agreements = _agreements(models, codes, images)
    if novel is None:
        return [Judged(*agreement) for agreement in agreements]
    return [
        Judged(*agreement, authenticity=ratio, is_copy=not ratio >= novel.use.limit)
        for agreement, ratio in zip(agreements, models.ratios(images), strict=True)
    ]


def _agreements(models: ModelsInUse, codes: list[str], images: Sequence[Pixels]) -> list[tuple[float | None, str]]:
    if models.problem("classifier"):
        return [(None, "") for _ in codes]
    card = models.card("classifier")
    return [
        (float(evenly(card, answer.probabilities)[card.classes.index(code)]) if code in card.classes else None, decided)
        for code, answer in zip(codes, models.predict_all(images), strict=True)
        if (decided := answer.decision)
    ]
