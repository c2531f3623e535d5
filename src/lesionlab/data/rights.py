"""Whose the images of a set are: licences and attributions, image by image and for what is derived from all."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lesionlab.core.licences import find_licence, is_open, strictest

PROVENANCE_COLUMNS = ("source", "licence", "attribution", "sha256", "page_url")
ATTRIBUTIONS_NAME = "attributions.csv"
NAMED_AT_MOST = 3  # more are listed in a file beside the model
UNSTATED = "no open licence stated"
_TITLES = {"ham10000": "HAM10000", "isic2017": "ISIC 2017", "procedural": "drawn lesions"}


@dataclass(frozen=True)
class Attribution:
    """Images of one source that share licence and attribution."""

    source: str
    licence: str  # a code of core.licences; blank: not stated
    attribution: str
    images: int


@dataclass(frozen=True)
class Rights:
    """What holds for anything derived from a set of images."""

    licence: str  # in words, such as "CC BY-NC 4.0"
    attribution: str  # one or a few sentences
    attributions: tuple[Attribution, ...]

    @property
    def listed(self) -> bool:
        """Whether the sentences refer to a list beside the model."""
        return len(self.attributions) > NAMED_AT_MOST

    def to_csv(self) -> str:
        """Return all attributions as a table."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(("source", "licence", "attribution", "images"))
        writer.writerows((a.source, a.licence, a.attribution, a.images) for a in self.attributions)
        return buffer.getvalue()


def attributions_of(rows: Iterable[Mapping[str, str]]) -> tuple[Attribution, ...]:
    """Return each source, licence and attribution of these metadata rows, most images first."""
    counts = Counter((r["source"], r["licence"], r["attribution"]) for r in rows)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Attribution(*key, images) for key, images in ordered)


def licence_of_all(attributions: Iterable[Attribution]) -> str:
    """Return the code of the licence for what is derived from all of these; blank where one does not say."""
    codes = {a.licence for a in attributions}
    return strictest(sorted(codes)) if codes and all(is_open(code) for code in codes) else ""


def rights_of(attributions: tuple[Attribution, ...]) -> Rights:
    """Return licence and attribution of what is derived from images with these."""
    code = licence_of_all(attributions)
    if len(attributions) > NAMED_AT_MOST:
        images: Counter[str] = Counter()
        for a in attributions:
            images[a.source] += a.images
        listed = ", ".join(f"{title_of(source)} ({count:,} images)" for source, count in images.most_common())
        text = f"Derived from {listed}; {ATTRIBUTIONS_NAME} beside the model names all {len(attributions):,} authors."
    else:
        text = f"Derived from {'; '.join(_sentence(a) for a in attributions)}."
    return Rights(_name(code), text, attributions)


def title_of(source: str) -> str:
    """Return how a source is written in a sentence."""
    return _TITLES.get(source, source)


def _sentence(a: Attribution) -> str:
    words = ", ".join(part for part in (a.attribution, _name(a.licence)) if part)
    return f"{title_of(a.source)}: {words}"


def _name(code: str) -> str:
    licence = find_licence(code)
    return licence.name if licence is not None else UNSTATED
