"""A mapping: the TOML file that tells which column is what in a table, and which word is which diagnosis."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lesionlab.core.diagnoses import HAM10000_CODES, HAM10000_DIAGNOSES
from lesionlab.core.errors import DataError
from lesionlab.core.licences import find_licence
from lesionlab.core.names import did_you_mean

LEFT_OUT = ""  # a word mapped to nothing: its images are left out on purpose
COLUMNS = ("image", "diagnosis", "lesion")
_KEYS = ("name", "licence", "attribution", "images", "table", "columns", "details", "diagnoses")
_CURE = "See `Other sets` in docs/data.md for a mapping to start from."
# Codes and our own names are known without a mapping; any other word has to be mapped.
_OWN_WORDS = {word.casefold(): d.code for d in HAM10000_DIAGNOSES for word in (d.code, d.name)}


@dataclass(frozen=True)
class Mapping:
    """What a mapping file says; `diagnoses` from a word, in lower case, to a code or to nothing."""

    name: str = ""
    licence: str = ""  # a code of core.licences
    attribution: str = ""
    images: str = "."  # the folder of the images, seen from the table
    table: str = ""  # the table's file name, where a folder holds several
    columns: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)  # kept for subgroups: our name -> column
    diagnoses: dict[str, str] = field(default_factory=dict)

    def code_of(self, word: str) -> str | None:
        """Return the code of a source's word, "" when it is left out on purpose, None when it is unknown."""
        key = " ".join(word.split()).casefold()
        return self.diagnoses.get(key, _OWN_WORDS.get(key))


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        DataError: it is no TOML, or holds an unknown key, code or licence.
    """
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"The mapping {path} cannot be read ({error.strerror}).", _CURE) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"The mapping {path} is no TOML: {error}.", _CURE) from error
    _check_keys(plain, _KEYS, path)
    texts = {key: plain[key] for key in ("name", "attribution", "images", "table") if key in plain}
    if wrong := [key for key, value in texts.items() if not isinstance(value, str)]:
        raise DataError(f"'{wrong[0]}' in {path} is no text.", _CURE)
    columns = _words(plain, "columns", path)
    _check_keys(columns, COLUMNS, path)
    diagnoses = {" ".join(w.split()).casefold(): code for w, code in _words(plain, "diagnoses", path).items()}
    for word, code in diagnoses.items():
        if code not in (*HAM10000_CODES, LEFT_OUT):
            raise DataError(
                f"{path} maps '{word}' to '{code}', which is no diagnosis.",
                did_you_mean(code, HAM10000_CODES) + ' A word mapped to "" is left out.',
            )
    return Mapping(
        **texts,
        licence=_licence(plain.get("licence", ""), path),
        columns=columns,
        details=_words(plain, "details", path),
        diagnoses=diagnoses,
    )


def _check_keys(found: Dictionary[str, Any], known: tuple[str, ...], path: Path) -> None:
    for key in found:
        if key not in known:
            raise DataError(f"Unknown key '{key}' in {path}.", did_you_mean(key, known))


def _words(plain: Dictionary[str, Any], name: str, path: Path) -> dict[str, str]:
    value = plain.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise DataError(f"'{name}' in {path} should be a table of texts.", _CURE)
    return value


def _licence(text: Any, path: Path) -> str:
    if text == "":
        return ""
    licence = find_licence(text) if isinstance(text, str) else None
    if licence is None:
        raise DataError(f"'{text}' in {path} is no licence known here.", 'Write it like "CC-BY-4.0" or "CC0-1.0".')
    return licence.code
