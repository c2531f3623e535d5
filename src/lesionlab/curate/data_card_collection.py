"""The data card of a collection, as Markdown: what was asked for, what came, whose it is, and its limits."""

from __future__ import annotations

from collections import Counter

from lesionlab.collect.status import CollectionStatus, read_status
from lesionlab.core.diagnoses import HAM10000_CODES, describe
from lesionlab.core.errors import CollectError
from lesionlab.core.licences import is_open, strictest
from lesionlab.curate.data_card_text import LIMITS, authors, licence_words, opening, section, table
from lesionlab.records.collected import STATES
from lesionlab.records.manifest import Manifest

WORDS_SHOWN = 60


def collection_card(manifest: Manifest) -> str:
    """Return the card of a collection; it names no path of this machine.

    Raises:
        CollectError: no image is fetched.
    """
    status = read_status(manifest)
    seen = _Seen(manifest)
    if not seen.images:
        raise CollectError(
            "No image is fetched: there is nothing to tell.", "Collect first: `lesionlab collect --help`."
        )
    few = "one source" if len(seen.sources) == 1 else f"{len(seen.sources):,} sources"
    lines = opening(
        "collected images",
        f"{seen.images:,} images of skin lesions from {few}, each with its licence, its author, its page and the "
        "SHA-256 of its file.",
    )
    lines += section("Sources", _sources(status))
    lines += section("Diagnoses, as given and as mapped", _diagnoses(seen))
    lines += section("Licences", _licences(seen))
    lines += section("Whom to name", authors([(*key, n) for key, n in seen.authors.most_common()]))
    lines += section("Known duplicates", _duplicates(seen))
    lines += section("Queries", _queries(status))
    limits = (*LIMITS, "What a source's own word does not say is not guessed: such images have no label.")
    lines += section("Limits", (f"- {limit}" for limit in limits))
    return "\n".join([*lines, ""])


class _Seen:
    """The fetched records in counts: one pass, nothing kept of a single image but its SHA-256."""

    def __init__(self, manifest: Manifest) -> None:
        self.images = self.with_lesion = 0
        self.sources: Counter[str] = Counter()
        self.words: Counter[tuple[str, str, str]] = Counter()
        self.licences: Counter[str] = Counter()
        self.authors: Counter[tuple[str, str, str]] = Counter()
        self.known: Counter[tuple[str, str]] = Counter()
        files: Counter[str] = Counter()
        for record in manifest.records("fetched"):
            self.images += 1
            self.with_lesion += bool(record.lesion_id)
            self.sources[record.source] += 1
            self.words[record.source, record.diagnosis_given, record.diagnosis] += 1
            self.licences[record.licence] += 1
            self.authors[record.source, record.licence, record.attribution] += 1
            files[record.sha256] += 1
            if record.same_as:
                self.known[record.source, record.same_by] += 1
        self.repeated = files.total() - len(files)


def _sources(status: CollectionStatus) -> list[str]:
    rows: list[tuple[str | int, ...]] = [
        (s.source, *(s.counts[state] for state in STATES), f"{s.bytes_fetched / 1e6:,.1f} MB") for s in status.sources
    ]
    return table(("source", *STATES, "size"), rows)


def _diagnoses(seen: _Seen) -> list[str]:
    mapped: Counter[str] = Counter()
    for (_, _, code), count in seen.words.items():
        mapped[code] += count
    codes = [(f"{code}, {describe(code).name}", mapped[code]) for code in HAM10000_CODES if mapped[code]]
    if mapped[""]:
        codes.append(("none of the seven", mapped[""]))
    words = [
        (source, given or "(none given)", code or "(none)", count)
        for (source, given, code), count in seen.words.most_common(WORDS_SHOWN)
    ]
    left = len(seen.words) - len(words)
    return [
        *table(("label", "images"), codes),
        "",
        *table(("source", "as given", "as mapped", "images"), words),
        *([f"\nand {left:,} more words"] if left else []),
    ]


def _licences(seen: _Seen) -> list[str]:
    lines = table(("licence", "images"), ((licence_words(code), n) for code, n in seen.licences.most_common()))
    derivable = all(is_open(code) for code in seen.licences)
    whole = licence_words(strictest(seen.licences)) if derivable else "nothing: some are under no open licence"
    return [*lines, "", f"What is derived from all of them: {whole}."]


def _duplicates(seen: _Seen) -> list[str]:
    rows = [(source, by, count) for (source, by), count in sorted(seen.known.items())]
    return [
        *table(("source", "known as HAM10000's by", "images"), rows),
        *([""] * bool(rows)),
        f"- {seen.known.total():,} images are known as HAM10000's own; `data prepare --add` leaves out what is.",
        f"- {seen.repeated:,} records have the bytes of another one.",
        f"- {seen.with_lesion:,} of {seen.images:,} images name their lesion; each other one counts as its own.",
    ]


def _queries(status: CollectionStatus) -> list[str]:
    rows = []
    for each in status.queries:
        query = each.query
        # A folder's query holds its path, which is nobody's business but the owner's.
        text = "a folder" if query.text.startswith("folder ") else query.text
        available = "not told" if query.available is None else f"{query.available:,}"
        rows.append((query.source, text, each.requested, available, each.counts["fetched"], query.started_at[:10]))
    return table(("source", "asked for", "requested", "available", "here now", "on"), rows)
