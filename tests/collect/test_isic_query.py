from __future__ import annotations

import pytest
from isic_host import NAMES, Held, parse

from lesionlab.collect.isic_diagnoses import BY_FAMILY, BY_NAME, LEVELS, archive_terms, given_name, mapped_code
from lesionlab.collect.isic_query import isic_query
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import InputError


def levels(*names: str) -> dict[str, str]:
    return dict(zip(LEVELS, names, strict=False))


def test_every_one_of_the_seven_has_a_name_in_the_archive_and_only_those():
    assert {*BY_NAME.values(), *BY_FAMILY.values()} == set(HAM10000_CODES)


@pytest.mark.parametrize("code", HAM10000_CODES)
def test_a_lesion_of_each_of_the_seven_is_mapped(code: str):
    assert mapped_code(levels(*NAMES[code])) == code


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("Benign", "Benign soft tissue proliferations - Vascular"), "vasc"),
        (("Benign", "Benign soft tissue proliferations - Vascular", "Glomus tumor"), ""),
        (("Malignant", "Malignant melanocytic proliferations (Melanoma)"), "mel"),
        (("Malignant", "Malignant melanocytic proliferations (Melanoma)", "Melanoma metastasis"), ""),
        (("Malignant", "Malignant epidermal proliferations", "Squamous cell carcinoma, Invasive"), ""),
        (("Benign", "Benign melanocytic proliferations", "Nevus", "Blue nevus", "Blue nevus, Cellular"), "nv"),
        (("Benign",), ""),
        (("Benign", "Benign epidermal proliferations", "seborrheic keratosis"), ""),
        (("Benign", "Benign epidermal proliferations", "Seborrheic"), ""),
        ((), ""),
    ],
)
def test_names_are_mapped_exactly_or_not_at_all(names: tuple[str, ...], code: str):
    assert mapped_code(levels(*names)) == code
    assert given_name(levels(*names)) == (names[-1] if names else "")


def fits(query: str, held: Held) -> bool:
    read = parse(query)
    assert read is not None, query
    return read(held)


@pytest.mark.parametrize("code", HAM10000_CODES)
def test_asking_for_one_of_the_seven_finds_what_maps_to_it(code: str):
    language = isic_query(diagnoses=(code,)).language
    for kind, names in NAMES.items():
        found = fits(language, Held("ISIC_0000001", b"", names))
        assert found == (kind == code or (code, kind) == ("vasc", "glomus"))
    for level, name in archive_terms(code):
        at = LEVELS.index(level)
        assert fits(language, Held("ISIC_0000001", b"", (*["x"] * at, name)))


def test_what_is_given_several_times_is_joined_by_or_and_different_things_by_and():
    query = isic_query("age_approx:[20 TO 40] OR sex:male", ("mel", "Blue nevus"), (9, 3, 9), ("cc-by", "CC0"))
    nevus = Held("ISIC_0000001", b"", NAMES["nv"], clinical={"age_approx": 30})
    assert fits(query.language, nevus)
    assert fits(query.language, Held("ISIC_0000001", b"", NAMES["mel"], clinical={"age_approx": 30}))
    assert not fits(query.language, Held("ISIC_0000001", b"", NAMES["bcc"], clinical={"age_approx": 30}))
    assert not fits(query.language, Held("ISIC_0000001", b"", NAMES["nv"], clinical={"age_approx": 50}))
    assert not fits(query.language, Held("ISIC_0000001", b"", NAMES["nv"], "CC-BY-NC", clinical={"age_approx": 30}))
    assert not fits(query.language, Held("ISIC_0000001", b"", NAMES["nv"], image_type="TBP tile: close-up"))
    assert query.params["collections"] == "3,9"
    assert query.words.endswith("in collections 3,9")


def test_the_image_type_can_be_another_or_any():
    tile = Held("ISIC_0000001", b"", image_type="TBP tile: close-up")
    assert fits(isic_query(image_type="TBP tile: close-up").language, tile)
    assert isic_query(image_type="any").language == ""
    assert isic_query(image_type="any").words == "all images"


def test_the_same_options_give_the_same_words():
    assert isic_query(diagnoses=("mel", "nv", "mel")).words == isic_query(diagnoses=("mel", "nv")).words
    assert isic_query(licences=("CC-BY-NC", "CC-BY", "CC-0")).language == isic_query().language


@pytest.mark.parametrize("licence", ["CC-BY-ND", "CC BY-SA", "none of them", ""])
def test_a_licence_that_the_archive_does_not_have_is_refused(licence: str):
    with pytest.raises(InputError, match="no images under"):
        isic_query(licences=(licence,))


@pytest.mark.parametrize("name", ['a" OR public:false', "", " ", "a\nb"])
def test_a_name_that_would_leave_its_quotes_is_refused(name: str):
    with pytest.raises(InputError):
        isic_query(diagnoses=(name,))
