"""Licences as a user writes them on the command line."""

from __future__ import annotations

from collections.abc import Iterable


def families(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the families that these words name: "CC-BY" for "cc by 4.0".

    Raises:
        InputError: one is no licence that is known here.
    """
    from lesionlab.core.errors import InputError
    from lesionlab.core.licences import OPEN_FAMILIES, family_of, find_licence

    found = []
    for text in texts:
        licence = find_licence(text)
        if licence is None:
            raise InputError(f"'{text[:40]}' is no licence known here.", f"Known: {', '.join(OPEN_FAMILIES)}.")
        found.append(family_of(licence.code))
    return tuple(dict.fromkeys(found))
