from __future__ import annotations

import pytest

from lesionlab.collect.web.findings import Statement
from lesionlab.collect.web.licensing import judge, wanted
from lesionlab.collect.web.site import SiteLicence

NONE = SiteLicence()
WHOLE = SiteLicence("CC BY 4.0", "https://example.org/terms")
BY_URL = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        ([(BY_URL, "CC BY 4.0")], "CC-BY-4.0"),
        ([("CC BY-SA 3.0", "cc-by-sa-3.0")], "CC-BY-SA-3.0"),
        ([("CC BY", BY_URL)], "CC-BY-4.0"),  # the version where one tells it
        ([("Public domain", "pd")], "PDM-1.0"),
        ([("GFDL",), ("CC BY-SA 3.0",)], "CC-BY-SA-3.0"),  # one of two offered is known
        ([("CC BY-NC 4.0",), ("CC BY 4.0",)], "CC-BY-4.0"),  # the freer of two
        ([("CC BY-ND 4.0",), ("CC0",)], "CC0-1.0"),
    ],
)
def test_what_is_clear_and_open_is_taken(statements: list[Statement], code: str):
    assert judge(statements, NONE).code == code


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ([], "No licence was found"),
        ([("", "")], "No licence was found"),
        ([("GFDL",)], "not clear"),
        ([("All rights reserved",), ("CC BY 4.0",)], "not free"),
        ([("Fair use",)], "not free"),
        ([("CC BY-ND 4.0",)], "no derivatives"),
        ([(BY_URL, "CC BY-NC 4.0")], "not clear"),  # its words contradict its address
        ([("https://creativecommons.org/licenses/by/3.0/", "CC BY 4.0")], "not clear"),
        (
            [("This picture is certainly not dedicated to the public as CC0 would have it, ask its owner first.",)],
            "clear",
        ),
    ],
)
def test_what_is_not_is_refused_with_its_words(statements: list[Statement], why: str):
    judged = judge(statements, NONE)
    assert (judged.code, why in judged.refusal) == ("", True)


def test_the_site_s_licence_stands_only_where_the_image_has_none():
    assert judge([], WHOLE).code == "CC-BY-4.0"
    assert judge([], WHOLE).stated_at == "https://example.org/terms"
    assert judge([("CC BY-NC 4.0",)], WHOLE).code == "CC-BY-NC-4.0"
    assert judge([("see terms",)], WHOLE).refusal
    assert judge([("© Dr. X, all rights reserved",)], WHOLE).refusal


def test_a_family_asked_for_means_every_version_of_it():
    assert wanted("CC-BY-4.0", ())
    assert wanted("CC-BY-4.0", ("CC-BY",))
    assert wanted("CC-BY-4.0", ("CC0-1.0", "CC-BY-4.0"))
    assert not wanted("CC-BY-3.0", ("CC-BY-4.0",))
    assert not wanted("CC-BY-NC-4.0", ("CC-BY",))
