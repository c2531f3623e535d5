from __future__ import annotations

import pytest

from lesionlab.core.licences import find_licence, is_open, strictest


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CC-0", "CC0-1.0"),
        ("CC0", "CC0-1.0"),
        ("cc-zero", "CC0-1.0"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("Public domain", "PDM-1.0"),
        ("pd", "PDM-1.0"),
        ("CC-BY", "CC-BY"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-sa-3.0", "CC-BY-SA-3.0"),
        ("cc-by-sa-3.0-de", "CC-BY-SA-3.0"),
        ("CC-BY-NC", "CC-BY-NC"),
        ("cc-by-nc-nd-4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Attribution-NonCommercial 4.0 International", "CC-BY-NC-4.0"),
        ("Attribution-ShareAlike 4.0", "CC-BY-SA-4.0"),
        ("http://creativecommons.org/licenses/by-nc-sa/2.5/", "CC-BY-NC-SA-2.5"),
    ],
)
def test_a_licence_is_told_from_a_hosts_words(text: str, code: str):
    licence = find_licence(text)
    assert licence is not None
    assert licence.code == code


@pytest.mark.parametrize(
    "text", ["", "All rights reserved", "GFDL", "see website", "by", "cc", "fair use", "CC-XY 4.0"]
)
def test_what_is_not_clear_is_not_guessed(text: str):
    assert find_licence(text) is None


def test_names_and_addresses():
    named = {code: find_licence(code) for code in ("CC0-1.0", "CC-BY-NC-4.0", "CC-BY-SA", "PDM-1.0")}
    assert {code: (found.name, found.url) for code, found in named.items() if found} == {
        "CC0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        "CC-BY-NC-4.0": ("CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
        "CC-BY-SA": ("CC BY-SA", "https://creativecommons.org/licenses/by-sa/4.0/"),
        "PDM-1.0": ("Public Domain Mark 1.0", "https://creativecommons.org/publicdomain/mark/1.0/"),
    }


def test_without_derivatives_is_not_open():
    assert is_open("CC-BY-NC-4.0")
    assert not is_open("CC-BY-ND-4.0")
    assert not is_open("")


@pytest.mark.parametrize(
    ("codes", "derived"),
    [
        (["CC0-1.0"], "CC0-1.0"),
        (["CC0-1.0", "CC-BY-3.0"], "CC-BY-4.0"),
        (["CC-BY-NC-4.0", "CC0-1.0"], "CC-BY-NC-4.0"),
        (["CC-BY-NC", "CC-BY-SA-4.0"], "CC-BY-NC-SA-4.0"),
    ],
)
def test_what_is_derived_has_every_duty(codes: list[str], derived: str):
    assert strictest(codes) == derived


def test_nothing_is_derived_from_what_forbids_it():
    with pytest.raises(ValueError, match="ND"):
        strictest(["CC0-1.0", "CC-BY-ND-4.0"])
