"""The feature spaces that a command compares images in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lesionlab.core.errors import InputError

if TYPE_CHECKING:
    from lesionlab.inference.extractor import FeatureExtractor


def load_extractors(names: list[str] | None, size_px: int) -> list[FeatureExtractor]:
    """Return the named extractors, or the released ones; the first is the space that is reported.

    Raises:
        InputError: there is none, or one sees images of another size.
        ModelError: an extractor is missing or damaged.
    """
    from lesionlab.inference.catalogue import find_model, released_extractors
    from lesionlab.inference.extractor import FeatureExtractor

    folders = released_extractors() if names is None else [find_model(name, "extractor") for name in names]
    if not folders:
        raise InputError("No feature extractor is released.", "Make one: `lesionlab models extractor --random 0`.")
    extractors = [FeatureExtractor(folder) for folder in folders]
    for extractor in extractors:
        if extractor.space.image_size_px != size_px:
            raise InputError(
                f"{extractor.space.key} sees images of {extractor.space.image_size_px} px, the generator makes "
                f"{size_px} px.",
                f"Name an extractor of that size; `lesionlab models extractor --random 0 --size {size_px}` makes one.",
            )
    return extractors
