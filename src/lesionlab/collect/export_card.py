"""The data card of an export: `README.md` with the head that the Hugging Face Hub reads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from lesionlab.collect.export_tables import ExportedImage, licence_of, markdown, whole_licence
from lesionlab.core.diagnoses import HAM10000_CODES, describe
from lesionlab.core.notice import NOTICE

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
TAGS = ("dermoscopy", "skin-lesions", "medical", "lesionlab")


def readme(name: str, images: Sequence[ExportedImage]) -> str:
    """Return the card of an export."""
    licence = whole_licence(record.licence for image in images for record in image.records)
    return f"{hub_head(name, licence, len(images))}\n{_body(name, images)}"


def hub_head(name: str, licence: str, images: int, tags: Sequence[str] = ()) -> str:
    """Return the head of a data card in YAML, from which the Hugging Face Hub knows licence, size and task."""
    size = next((label for limit, label in SIZES if images < limit), "1M<n<10M")
    lines = [
        "---",
        f"license: {licence.lower()}",
        f"pretty_name: {json.dumps(name)}",  # a JSON string is a YAML string
        "size_categories:",
        f"- {json.dumps(size)}",
        "task_categories:",
        "- image-classification",
        "tags:",
        *(f"- {tag}" for tag in (*TAGS, *tags)),
        "---",
    ]
    return "\n".join([*lines, ""])


def _body(name: str, images: Sequence[ExportedImage]) -> str:
    licence = licence_of(whole_licence(record.licence for image in images for record in image.records))
    ham = sum(1 for image in images if image.record.same_as)
    unmapped = sum(1 for image in images if not image.record.diagnosis)
    again = sum(len(image.others) for image in images)
    lines = [
        f"# {markdown(name)}",
        "",
        f"**{NOTICE}**",
        "",
        f"{len(images):,} images of skin lesions, collected by LesionLab from their sources, each with its licence, "
        "its author, its page and the SHA-256 of its file.",
        "",
        "    from datasets import load_dataset",
        f'    images = load_dataset("imagefolder", data_dir={json.dumps(name)}, split="train")',
        "",
        "`label` is the diagnosis as mapped to the seven of HAM10000, and blank where the source's own word "
        "(`diagnosis_given`) maps to none: nothing was guessed.",
        "",
        "## Sources",
        "",
        *_table(("source", "images"), Counter(markdown(image.record.source) for image in images)),
        "",
        "## Diagnoses",
        "",
        *_diagnoses(images),
        "",
        "## Licences",
        "",
        f"Each image has its own ([LICENCES.md](LICENCES.md), [ATTRIBUTION.md](ATTRIBUTION.md)). What is derived from "
        f"all of them: [{licence.name}]({licence.url}).",
        "",
        "## Limits",
        "",
        f"- Images without a label of the seven: {unmapped:,}.",
        f"- Images known as HAM10000's (`same_as` says which): {ham:,}. Leave them out where HAM10000 is the test.",
        f"- Further records of the same bytes: {again:,}. Each file is here once, the others stand in `also_from`.",
        "- Two pictures of one lesion count as one only where the source names the lesion (`lesion_id`).",
        "- Public dermoscopy is overwhelmingly of light skin; fairness on dark skin cannot be established from it.",
        "- No split is made here: make one by lesion, never by image.",
        "",
    ]
    return "\n".join(lines)


def _diagnoses(images: Sequence[ExportedImage]) -> list[str]:
    counts = Counter(image.record.diagnosis for image in images)
    named = {f"`{code}` {describe(code).name}": counts[code] for code in HAM10000_CODES if counts[code]}
    return _table(("label", "images"), Counter(named) + Counter({"(none)": counts[""]}))


def _table(head: tuple[str, str], counts: Counter[str]) -> list[str]:
    return [
        f"| {head[0]} | {head[1]} |",
        "|---|---|",
        *(f"| {name} | {count:,} |" for name, count in counts.most_common()),
    ]
