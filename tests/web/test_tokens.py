"""The colours of the design tokens are legible: WCAG 2 contrast, computed."""

from __future__ import annotations

import re

import pytest

from lesionlab.core.resources import frontend_folder

TEXT = 4.5
SIGNS = 3.0  # outlines of fields, bars

PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-soft", "ink-faint") for ground in ("ground", "surface", "sunken")),
    *(("accent", ground, TEXT) for ground in ("ground", "surface", "accent-wash", "sunken")),
    *(("accent-strong", ground, TEXT) for ground in ("ground", "surface", "accent-wash")),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("ink", "accent-wash", TEXT),
    ("ink", "rose-wash", TEXT),
    ("rose", "rose-wash", TEXT),
    ("rose", "sunken", SIGNS),
    ("line-strong", "surface", SIGNS),
    ("line-strong", "ground", SIGNS),
]


def colours(scheme: str) -> dict[str, str]:
    text = (frontend_folder() / "static" / "tokens.css").read_text(encoding="utf-8")
    light, _, dark = text.partition("@media screen and (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else found


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_pairs_that_meet_on_pages_are_legible(scheme: str, ink: str, ground: str, least: float) -> None:
    found = colours(scheme)
    assert contrast(found[ink], found[ground]) >= least


def test_dark_mode_redefines_every_colour() -> None:
    assert all(colours("dark")[name] != value for name, value in colours("light").items())
