from __future__ import annotations

from lesionlab.core.notice import HAM10000_ATTRIBUTION, HAM10000_CITATION
from lesionlab.data.rights import Attribution, attributions_of, licence_of_all, rights_of

HAM = Attribution("ham10000", "CC-BY-NC-4.0", HAM10000_CITATION, 10)


def row(source: str, licence: str, attribution: str) -> dict[str, str]:
    return {"source": source, "licence": licence, "attribution": attribution}


def test_images_are_counted_by_whose_they_are() -> None:
    rows = [row("a", "CC0-1.0", "X"), row("b", "CC-BY-4.0", "Y"), row("b", "CC-BY-4.0", "Y")]
    assert attributions_of(rows) == (Attribution("b", "CC-BY-4.0", "Y", 2), Attribution("a", "CC0-1.0", "X", 1))


def test_ham10000_alone_reads_as_on_the_released_cards() -> None:
    rights = rights_of((HAM,))
    assert (rights.licence, rights.attribution) == ("CC BY-NC 4.0", HAM10000_ATTRIBUTION)
    assert not rights.listed


def test_what_is_derived_has_the_duties_of_all() -> None:
    assert licence_of_all((HAM, Attribution("w", "CC-BY-SA-3.0", "W", 1))) == "CC-BY-NC-SA-4.0"
    assert licence_of_all((Attribution("w", "CC0-1.0", "W", 1),)) == "CC0-1.0"


def test_a_source_that_does_not_say_leaves_no_licence_for_the_whole() -> None:
    mixed = (HAM, Attribution("own", "", "", 3))
    assert licence_of_all(mixed) == ""
    assert rights_of(mixed).licence == "no open licence stated"
    assert licence_of_all((Attribution("w", "CC-BY-ND-4.0", "W", 1),)) == ""


def test_a_few_are_named_in_a_sentence() -> None:
    text = rights_of((HAM, Attribution("isic2017", "CC0-1.0", "N. Codella", 4))).attribution
    assert text.startswith("Derived from HAM10000: P. Tschandl")
    assert text.endswith("CC BY-NC 4.0; ISIC 2017: N. Codella, CC0 1.0.")


def test_many_are_counted_and_listed_in_a_table() -> None:
    rights = rights_of((HAM, *(Attribution("isic", "CC-BY-4.0", f"Clinic {n}, Wien", 5) for n in range(9))))
    assert rights.listed
    assert "isic (45 images)" in rights.attribution
    assert "HAM10000 (10 images)" in rights.attribution
    assert "attributions.csv beside the model names all 10 authors" in rights.attribution
    lines = rights.to_csv().splitlines()
    assert len(lines) == 11
    assert lines[2] == 'isic,CC-BY-4.0,"Clinic 0, Wien",5'
