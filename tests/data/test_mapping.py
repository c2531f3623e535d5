from __future__ import annotations

from pathlib import Path

import pytest

from lesionlab.core.errors import DataError
from lesionlab.data.mapping import Mapping, read_mapping

WHOLE = """
name = "clinic"
licence = "CC BY 4.0"
attribution = "The clinic"
images = "pictures"

[columns]
image = "file"
diagnosis = "label"
lesion = "case"

[details]
age = "years"

[diagnoses]
"Malignant  Melanoma" = "mel"
naevus = "nv"
unknown = ""
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_is_read(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, WHOLE))
    assert (mapping.name, mapping.licence, mapping.attribution, mapping.images) == (
        *("clinic", "CC-BY-4.0", "The clinic", "pictures"),
    )
    assert mapping.columns == {"image": "file", "diagnosis": "label", "lesion": "case"}
    assert mapping.details == {"age": "years"}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("malignant melanoma", "mel"),
        ("NAEVUS", "nv"),
        ("unknown", ""),
        ("mel", "mel"),
        ("Melanocytic nevus", "nv"),
        ("nevus", None),
        ("melanoma in situ", None),
        ("", None),
    ],
)
def test_words_are_known_or_not_and_never_guessed(tmp_path: Path, word: str, code: str | None) -> None:
    assert read_mapping(written(tmp_path, WHOLE)).code_of(word) == code


def test_without_a_mapping_codes_and_names_are_known() -> None:
    assert Mapping().code_of("BCC") == "bcc"
    assert Mapping().code_of("Dermatofibroma") == "df"
    assert Mapping().code_of("scc") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no toml", "is no TOML"),
        ("nam = 'x'", "Unknown key 'nam'"),
        ("name = 3", "'name' in"),
        ("licence = 'mine'", "'mine' in .* is no licence"),
        ("licence = 4", "is no licence"),
        ("[columns]\nid = 'x'", "Unknown key 'id'"),
        ("columns = 'x'", "'columns' in .* should be a table"),
        ("[diagnoses]\nmelanoma = 'melanoma'", "'melanoma' to 'melanoma', which is no diagnosis"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read_mapping(written(tmp_path, text))


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_mapping(tmp_path / "none.toml")
