"""The tables of an export: `metadata.csv`, the licences, and whom to name."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lesionlab.core.licences import Licence, find_licence, strictest
from lesionlab.records.collected import ManifestRecord

METADATA_NAME = "metadata.csv"
# `file_name` comes first: the reader of image folders looks for it. `label` is the diagnosis as mapped.
COLUMNS = (
    "file_name",
    "label",
    "diagnosis_given",
    "licence",
    "licence_url",
    "attribution",
    "source",
    "image_id",
    "lesion_id",
    "page_url",
    "sha256",
    "width",
    "height",
    "same_as",
    "also_from",
)


@dataclass(frozen=True)
class ExportedImage:
    """A file of an export, its record, and the other records of the same bytes."""

    file_name: str  # below the folder, with "/"
    record: ManifestRecord
    others: Sequence[ManifestRecord] = ()

    @property
    def records(self) -> tuple[ManifestRecord, ...]:
        """All records of the file."""
        return (self.record, *self.others)


def metadata_csv(images: Iterable[ExportedImage]) -> str:
    """Return the table of all images, a row each, in the columns of `COLUMNS`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for image in images:
        record = image.record
        values = {
            "file_name": image.file_name,
            "label": record.diagnosis,
            "licence_url": licence_of(record.licence).url,
            "also_from": " ".join(f"{other.source}:{other.image_id} ({other.licence})" for other in image.others),
        }
        writer.writerow([_one_line(str(values.get(name, getattr(record, name, "")))) for name in COLUMNS])
    return buffer.getvalue()


def licences_page(images: Sequence[ExportedImage]) -> str:
    """Return `LICENCES.md`: each licence with its images and what it asks for, and what holds for the whole."""
    counts = Counter(record.licence for image in images for record in image.records)
    rows = [f"| [{(licence := licence_of(code)).name}]({licence.url}) | `{code}` | {count:,} | {_duties(licence)} |"
            for code, count in counts.most_common()]  # fmt: skip
    whole = licence_of(whole_licence(counts))
    return "\n".join(
        [
            "# Licences",
            "",
            "Each image keeps its own licence: the column `licence` of `metadata.csv` says which.",
            "",
            "| licence | code | images | asks for |",
            "|---|---|---|---|",
            *rows,
            "",
            f"What is derived from all of them together: [{whole.name}]({whole.url}), every duty and limit of each.",
            "",
        ]
    )


def attribution_page(images: Sequence[ExportedImage]) -> str:
    """Return `ATTRIBUTION.md`: whom to name, source by source, with the number of their images."""
    counts = Counter((r.source, r.attribution, r.licence) for image in images for r in image.records)
    lines = ["# Attribution", "", "The page and the author of each image stand in `metadata.csv`."]
    for source in sorted({source for source, _, _ in counts}):
        lines += ["", f"## {markdown(source)}", ""]
        own = sorted(((a, c), n) for (s, a, c), n in counts.items() if s == source)
        lines += [
            f"- {markdown(attribution) or '(no author given)'}, {licence_of(code).name}: {count:,} image"
            f"{'s' * (count > 1)}"
            for (attribution, code), count in own
        ]
    return "\n".join([*lines, ""])


def whole_licence(codes: Iterable[str]) -> str:
    """Return the code of the licence for what is derived from images under all of these."""
    return strictest(sorted(set(codes)))


def licence_of(code: str) -> Licence:
    """Return the licence of a code that the collection keeps."""
    found = find_licence(code)
    assert found is not None  # only open licences come here, and all of them are known
    return found


def markdown(text: str) -> str:
    """Return text from elsewhere as Markdown that shows it and does nothing else."""
    plain = _one_line(text)
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#~&" else c for c in plain)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _duties(licence: Licence) -> str:
    asked = [
        *["naming the author"] * licence.attribution,
        *["no commercial use"] * (not licence.commercial),
        *["the same licence for what is derived"] * licence.share_alike,
    ]
    return ", ".join(asked) or "nothing"
