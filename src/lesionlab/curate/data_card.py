"""The data card of a prepared set, as Markdown: what it holds, whose it is, how it is split, and its limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from lesionlab.core.diagnoses import describe
from lesionlab.core.resources import splits_folder
from lesionlab.curate.data_card_text import DRAWN, LIMITS, Markdown, authors, licence_words, opening, section, table
from lesionlab.data.groups import known_duplicates
from lesionlab.data.prepared import PreparedData
from lesionlab.data.prepared_record import PreparedRecord
from lesionlab.data.problems import Problem
from lesionlab.data.rights import title_of
from lesionlab.records.split import read_split

STRATA = ("age", "sex", "localization", "dx_type", "dataset")
BLANK = ("", "unknown")


def prepared_card(data: PreparedData) -> str:
    """Return the card of a prepared set; it names no path of this machine.

    Raises:
        DataError: the metadata is missing or damaged.
    """
    record = data.record
    lines = opening(
        data.name,
        f"{record.images:,} images of {record.lesions:,} lesions in {record.groups:,} groups, read from "
        f"{title_of(record.kind)} and prepared by LesionLab {record.lesionlab} at "
        f"{', '.join(f'{size} px' for size in record.sizes_px)}.",
    )
    lines += section("Diagnoses and parts", _parts(record))
    lines += section("Sources", _sources(record))
    lines += section("Licences", _licences(record))
    lines += section(
        "Whom to name", authors([(a.source, a.licence, a.attribution, a.images) for a in record.attributions])
    )
    lines += section("Split", _split(data))
    lines += section("Missing metadata", _missing(data.metadata))
    lines += section("Left out", _left_out(record))
    limits = (DRAWN,) if record.kind == "procedural" else LIMITS
    lines += section("Limits", (f"- {limit}" for limit in (*limits, *record.notes)))
    return "\n".join([*lines, ""])


def _parts(record: PreparedRecord) -> list[str]:
    parts = tuple(record.counts)
    rows: list[tuple[str | int, ...]] = []
    for code in record.classes:
        counts = [record.counts[part][code] for part in parts]
        rows.append((f"{code}, {describe(code).name}", *counts, sum(counts)))
    totals = [sum(record.counts[part].values()) for part in parts]
    return table(("images", *parts, "all"), [*rows, ("all", *totals, sum(totals))])


def _sources(record: PreparedRecord) -> list[str]:
    added = record.added_sources
    rows = [
        (title_of(source), *(counts.get(code, 0) for code in record.classes), "added" if source in added else "base")
        for source, counts in record.sources.items()
    ]
    lines = table(("images from", *record.classes, "as"), rows)
    if record.additions is not None:
        lines += ["", f"Added images lie in the training part alone; {record.additions.in_base_groups:,} of "
                  f"{record.additions.used:,} joined lesion groups of the base."]  # fmt: skip
    return lines


def _licences(record: PreparedRecord) -> list[str]:
    lines = table(("licence", "images"), ((licence_words(code), n) for code, n in record.licences.items()))
    whole = licence_words(record.licence) if record.licence else "nothing can be said: a source states no open licence"
    return [*lines, "", f"What is derived from all of them: {whole}."]


def _split(data: PreparedData) -> Iterator[str]:
    record = data.record
    yield f"- SHA-256 of the split: `{record.split_sha256}` (seed {record.seed})"
    if record.split_sha256 == read_split(splits_folder() / "ham10000-release.csv").sha256:
        yield "- It is the release split of HAM10000."
    if record.external:
        yield "- It is an external test set: every image is for testing alone."
    yield (
        f"- {record.groups:,} groups of {record.lesions:,} lesions: a group lies in one part. Lesions that known "
        f"duplicates tie together are one group: {record.lesions - record.groups:,} lesions went into groups of others."
    )
    there = {row.image_id for row in data.split.rows}
    pairs = sum(1 for one, other in known_duplicates() if one in there and other in there)
    if pairs:
        yield f"- {pairs:,} of the 18 published pairs of one lesion under two ids are in it (Sci. Data 12:196, 2025)."
    yield f"- Fingerprint of the files it was read from: `{record.fingerprint[:64]}`"


def _missing(rows: Iterable[Mapping[str, str]]) -> list[str]:
    counts: Counter[str] = Counter()
    total, there = 0, set[str]()
    for row in rows:
        total += 1
        there.update(name for name in STRATA if name in row)
        counts.update(name for name in STRATA if row.get(name, "").strip().lower() in BLANK and name in row)
    lines = [
        (Markdown(f"`{name}`"), counts[name], f"{counts[name] / total:.1%}")
        for name in STRATA
        if name in there and total
    ]
    return table(("column", "blank or unknown", "share"), lines)


def _left_out(record: PreparedRecord) -> list[str]:
    lines = [_line(defect, problem) for defect, problem in record.problems.items()]
    if record.unlisted:
        lines.append(f"- {record.unlisted:,} image files that no table names")
    if record.additions is not None:
        lines += [_line(f"collected images {why}", problem) for why, problem in record.additions.left_out.items()]
    return lines or ["- Nothing."]


def _line(defect: str, problem: Problem) -> str:
    return f"- {problem.count:,} {defect}"
