"""What a prepared set holds, as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lesionlab.cli.text import table

if TYPE_CHECKING:
    from lesionlab.data.additions import AdditionsRecord
    from lesionlab.data.prepared_record import PreparedRecord
    from lesionlab.data.problems import Problem

SHOWN_WORDS = 8


def summary(record: PreparedRecord, folder: str) -> str:
    """Return images by diagnosis and part, whose they are, what was left out, and where the set lies."""
    from lesionlab.core.diagnoses import describe

    parts = tuple(record.counts)
    rows = []
    for code in record.classes:
        counts = [record.counts[part][code] for part in parts]
        rows.append((f"{code} ({describe(code).name})", *_aligned((*counts, sum(counts)))))
    totals = [sum(record.counts[part].values()) for part in parts]
    rows.append(("all", *_aligned((*totals, sum(totals)))))
    lines = [
        table(("images", *(f"{head:>6}" for head in (*parts, "all"))), rows),
        "",
        f"{record.images:,} images of {record.lesions:,} lesions in {record.groups:,} groups, "
        f"at {in_pixels(record.sizes_px)}.",
        *(f"Left out: {problem.count:,} {defect}{_words(problem)}." for defect, problem in record.problems.items()),
    ]
    if record.unlisted:
        lines.append(f"Not used: {record.unlisted:,} image files that the metadata does not name.")
    lines += [f"Note: {note}" for note in record.notes]
    if record.additions is not None:
        lines += ["", *_added(record, record.additions)]
    return "\n".join([*lines, _rights(record), f"Split: SHA-256 {record.split_sha256}", f"Folder: {folder}"])


def _added(record: PreparedRecord, added: AdditionsRecord) -> Iterator[str]:
    yield f"Added to the training part: {added.used:,} of {added.found:,} collected images found"
    sources = sorted(record.added_sources.items())
    if sources:
        rows = [(source, *_aligned((*counts.values(), sum(counts.values())))) for source, counts in sources]
        yield table(
            ("  from", *(f"{head:>6}" for head in (*record.classes, "all"))), [(f"  {r[0]}", *r[1:]) for r in rows]
        )
    if added.in_base_groups:
        yield f"  {added.in_base_groups:,} of them joined lesion groups of the base's training part."
    for reason, problem in added.left_out.items():
        yield f"  Left out: {problem.count:,} {reason}{_words(problem)}."


def _words(problem: Problem) -> str:
    """Return the words of a problem that counts words, not ids."""
    if len(problem.ids) == problem.count and not any(each.endswith(" (1)") for each in problem.ids):
        return ""
    rest = len(problem.ids) - SHOWN_WORDS
    return f": {', '.join(problem.ids[:SHOWN_WORDS])}" + (f" and {rest:,} more" if rest > 0 else "")


def _rights(record: PreparedRecord) -> str:
    from lesionlab.data.rights import rights_of

    rights = rights_of(record.attributions)
    shares = ", ".join(f"{code or 'not stated'} ({count:,})" for code, count in record.licences.items())
    return f"Licence of what is made from it: {rights.licence} (images: {shares})."


def _aligned(counts: Iterable[int]) -> Iterator[str]:
    return (f"{count:>6,}" for count in counts)


def in_pixels(sizes_px: tuple[int, ...]) -> str:
    """Return sizes in words: "64 and 128 px"."""
    *others, last = (str(size) for size in sorted(sizes_px))
    return f"{', '.join(others)} and {last} px" if others else f"{last} px"
