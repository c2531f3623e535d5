"""The prepared sets of this machine, looked through: by diagnosis, part, site, source and licence, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lesionlab.core.diagnoses import Diagnosis, describe
from lesionlab.core.errors import LesionLabError
from lesionlab.core.home import cache_folder
from lesionlab.core.names import did_you_mean
from lesionlab.data.prepared import PreparedData
from lesionlab.data.prepared_record import RECORD_NAME
from lesionlab.web.real_images import prepared

PER_PAGE = 60
FILTERS = {
    "diagnosis": "Diagnosis",
    "part": "Part of the split",
    "localization": "Site on the body",
    "source": "Source",
    "licence": "Licence",
}
ANY = ""
NOT_RECORDED = "not recorded"


class NoSuchDataError(LesionLabError):
    """A prepared set, or an image or page of one, that is not here."""

    http_status = 404
    code = "no_such_data"


@dataclass(frozen=True)
class ImageShown:
    """An image of a set: its row in the split, and what is known of it."""

    row: int
    image_id: str
    lesion_id: str
    diagnosis: Diagnosis
    part: str
    site: str
    source: str
    licence: str


@dataclass(frozen=True)
class PageShown:
    """One page of the images that were asked for."""

    images: tuple[ImageShown, ...]
    number: int
    pages: int
    found: int


def data_names() -> tuple[str, ...]:
    """Return the names of the prepared sets in the home folder."""
    return tuple(sorted(path.parent.name for path in cache_folder().glob(f"*/{RECORD_NAME}")))


def data_set(name: str) -> PreparedData:
    """Return a prepared set of the home folder by its name.

    Raises:
        NoSuchDataError: none has this name.
        DataError: it is damaged.
    """
    names = data_names()  # a name alone, never a path
    if name not in names:
        cure = did_you_mean(name[:40], names) if names else "Bring one with `lesionlab collect ham10000`."
        raise NoSuchDataError(f"No prepared data is called '{name[:40]}'.", cure)
    return prepared(name)


def sets_here() -> dict[str, PreparedData | LesionLabError]:
    """Return every prepared set of the home folder by its name, or what is wrong with it."""
    return {name: _set_or_problem(name) for name in data_names()}


def choices(data: PreparedData) -> dict[str, dict[str, int]]:
    """Return the values of each property that has several, each with its number of images."""
    counted = {name: Counter(_values(data, row)[name] for row in range(len(data.split.rows))) for name in FILTERS}
    return {name: dict(sorted(counts.items())) for name, counts in counted.items() if len(counts) > 1}


def look_through(data: PreparedData, asked: Mapping[str, str], number: int) -> PageShown:
    """Return page `number`, from 1, of the images whose properties have the values asked for.

    Raises:
        NoSuchDataError: there is no such page.
    """
    wanted = {name: asked[name] for name in FILTERS if asked.get(name, ANY) != ANY}
    rows = range(len(data.split.rows))
    found = [row for row in rows if not wanted or wanted.items() <= _values(data, row).items()]
    pages = max(1, -(-len(found) // PER_PAGE))
    if not 1 <= number <= pages:
        raise NoSuchDataError(f"There is no page {number:,}; there are {pages:,}.", "Begin with the first.")
    some = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    return PageShown(tuple(_shown(data, row) for row in some), number, pages, len(found))


def _set_or_problem(name: str) -> PreparedData | LesionLabError:
    try:
        return prepared(name)
    except LesionLabError as error:
        return error


def _values(data: PreparedData, row: int) -> dict[str, str]:
    line, details = data.split.rows[row], data.metadata[row]
    known = {name: details.get(name) or NOT_RECORDED for name in ("localization", "source", "licence")}
    return {"diagnosis": line.diagnosis, "part": line.part, **known}


def _shown(data: PreparedData, row: int) -> ImageShown:
    line, values = data.split.rows[row], _values(data, row)
    named = describe(line.diagnosis)
    known = (values["localization"], values["source"], values["licence"])
    return ImageShown(row, line.image_id, line.lesion_id, named, line.part, *known)
