"""Marks inside a synthetic PNG: what made it, from what, under which licence; for people and for machines."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image

from lesionlab import __version__
from lesionlab.core.diagnoses import describe
from lesionlab.core.imaging import Pixels, encode_png
from lesionlab.core.synthetic_mark import DIGITAL_SOURCE_TYPE
from lesionlab.inference.recipe import Recipe
from lesionlab.records.card import ModelCard

RECORD_KEY = "LesionLab"
XMP_KEY = "XML:com.adobe.xmp"


def synthetic_png(pixels: Pixels, card: ModelCard, recipe: Recipe) -> bytes:
    """Encode a synthetic image, uint8 [H, W, 3], as PNG with its provenance; the same input gives the same bytes."""
    record = _record(card) | {"seed": recipe.seed, "diagnosis": recipe.diagnosis}
    return _marked(pixels, card, f"Synthetic dermoscopic image: {describe(recipe.diagnosis).name}", record)


def synthetic_sheet_png(pixels: Pixels, card: ModelCard, recipes: Sequence[Recipe]) -> bytes:
    """Encode a sheet of synthetic images, uint8 [H, W, 3], as PNG with the recipes of all, row by row."""
    record = _record(card) | {"recipes": [[recipe.seed, recipe.diagnosis] for recipe in recipes]}
    return _marked(pixels, card, f"{len(recipes)} synthetic dermoscopic images", record)


def _record(card: ModelCard) -> dict[str, Any]:
    return {
        "synthetic": True,
        "software": f"LesionLab {__version__}",
        "model": card.name,
        "model_sha256": card.weights_sha256,
        "licence": card.licence,
        "attribution": card.attribution,
        "notice": card.notice,
    }


def _marked(pixels: Pixels, card: ModelCard, title: str, record: dict[str, Any]) -> bytes:
    about = f"Made by a generative model; it shows no patient. {card.notice}"
    rights = f"{card.licence}. {card.attribution}"
    text = {
        "Title": title,
        "Description": about,
        "Copyright": rights,
        "Software": record["software"],
        "Source": f"{card.name}, weights SHA-256 {card.weights_sha256}",
        "Disclaimer": card.notice,
        RECORD_KEY: json.dumps(record, ensure_ascii=False),
        XMP_KEY: _xmp(title, about, rights, record["software"]),
    }
    return encode_png(pixels, text)


def read_provenance(content: bytes) -> dict[str, Any] | None:
    """Return the record inside a PNG's bytes, or None where there is none; the pixels are not decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
                record = json.loads(image.info[RECORD_KEY])
    except Exception:  # noqa: BLE001 - damaged or foreign bytes, in whatever way, carry no provenance
        return None
    return record if isinstance(record, dict) else None


def _xmp(title: str, about: str, rights: str, software: str) -> str:
    def in_english(tag: str, words: str) -> str:
        return f'<{tag}><rdf:Alt><rdf:li xml:lang="x-default">{escape(words)}</rdf:li></rdf:Alt></{tag}>'

    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"{in_english('dc:title', title)}{in_english('dc:description', about)}{in_english('dc:rights', rights)}"
        f"<xmp:CreatorTool>{escape(software)}</xmp:CreatorTool>"
        f"<Iptc4xmpExt:DigitalSourceType>{DIGITAL_SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
