"""What a classifier's card says of its scope."""

from __future__ import annotations

from dataclasses import replace

from lesionlab.records.card import ModelCard

SCOPE_LIMIT = (
    "Pictures unlike its training images get no result. That was developed on training images and on drawings without "
    "a lesion, and tested on held-out lesions and on photographs of clothing. Untested: other devices and clinics, "
    "photographs of skin by phone, other parts of the body such as nails, eyes and mouths, other diseases of the skin, "
    "dark skin, and pictures made to mislead. Stickers, rulers and frames may have a picture refused."
)


def with_scope(card: ModelCard) -> ModelCard:
    """Return a card whose limits say what the scope was tested on, and what not."""
    return card if SCOPE_LIMIT in card.limits else replace(card, limits=(*card.limits, SCOPE_LIMIT))
