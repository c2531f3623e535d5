"""An audit for the terminal: the verdict, then aligned tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from lesionlab.cli.text import table
from lesionlab.core.diagnoses import describe
from lesionlab.curate import audit_words as words
from lesionlab.records.audit import Audit, Check, Count, Exposure, Source, Stratum, Tally

SHOWN = 5


def audit_text(audit: Audit) -> str:
    """Return the whole audit as text."""
    return "\n\n".join(block for block in _blocks(audit) if block)


def _blocks(audit: Audit) -> Iterator[str]:
    yield f"{words.verdict(audit)}\n{_about(audit)}\n{words.coverage(audit)}"
    yield _checks(audit)
    for exposure in audit.exposures:
        if exposure.all.seen:
            yield _exposure(exposure)
    yield "\n".join(words.score_effect(audit))
    yield _counts("images", audit, lambda count: f"{count.images:,}")
    yield _counts("lesions (groups)", audit, _lesions)
    yield "\n".join(filter(None, (words.small_classes(audit), words.absent_classes(audit))))
    for stratum in audit.strata:
        yield _stratum(stratum, audit.parts)
    if audit.sources:
        rows = [(s.name, f"{s.images:>6,}", words.licence_name(s.licence), _authors(s)) for s in audit.sources]
        yield table(("source", "images", "licence", "by"), rows)
    yield "\n".join(f"{o.count:,} {o.reason}{_first(o.ids)}" for o in audit.left_out)
    yield "\n".join([*(f"{name}: {value}" for name, value in audit.facts.items()), *_openings(audit)])
    yield f"  next: {words.next_step(audit)}"


def _about(audit: Audit) -> str:
    count = audit.all.all
    return (
        f"{audit.subject}: {count.images:,} images of {count.lesions:,} lesions in {count.groups:,} groups, "
        f"looked up in {audit.reference}."
    )


def _checks(audit: Audit) -> str:
    rows = [(words.title(c.name), _found(c), f"{c.how}{_inside(c)}") for c in audit.checks]
    lines = [table(("in more than one part", "found", "how"), rows)]
    for check in audit.checks:
        if check.found and check.name != "groups":
            names = [e.name for e in check.found]
            lines.append(f"{words.title(check.name)}: {', '.join(names[:SHOWN])}{_more(len(names) - SHOWN)}")
    return "\n".join(lines)


def _found(check: Check) -> str:
    if check.state == "unchecked":
        return "not checked"
    return f"{len(check.found):,}"


def _inside(check: Check) -> str:
    return f"; {check.inside:,} lie inside one part, where they do no harm" if check.inside else ""


def _exposure(exposure: Exposure) -> str:
    where = "training" if exposure.others == ("train",) else "another part"
    rows = [
        (s.value, f"{s.images:>6,}", f"{s.siblings:>9,}", f"{s.seen:>6,}", f"{words.percent(s.seen, s.images):>6}")
        for s in (*exposure.classes, exposure.all)
        if s.images
    ]
    return f"{exposure.part}: images of lesions that {where} shows as well\n" + table(
        ("", "images", "by lesion", "in all", "share"), rows
    )


def _counts(what: str, audit: Audit, cell: Callable[[Count], str]) -> str:
    rows = [(_name(tally), *(cell(c) for c in _row(tally, audit.parts))) for tally in (*audit.classes, audit.all)]
    return _numbers(what, (*audit.parts, "all"), rows)


def _lesions(count: Count) -> str:
    return f"{count.lesions:,} ({count.groups:,})"


def _stratum(stratum: Stratum, parts: Sequence[str]) -> str:
    rows = [(tally.value, *(f"{c.images:,}" for c in _row(tally, parts))) for tally in stratum.values]
    without = [stratum.missing[part] for part in parts]
    rows.append(("not recorded", *(f"{number:,}" for number in (*without, sum(without)))))
    return _numbers(f"images by {stratum.name}", (*parts, "all"), rows)


def _row(tally: Tally, parts: Iterable[str]) -> list[Count]:
    return [*(tally.parts[part] for part in parts), tally.all]


def _name(tally: Tally) -> str:
    return tally.value if tally.value == "all" else f"{tally.value} ({describe(tally.value).name})"


def _numbers(what: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows whose cells after the first are numbers, aligned on the right."""
    widths = [max(len(line[column]) for line in (("", *heads), *rows)) for column in range(len(heads) + 1)]
    aligned = [(row[0], *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))) for row in rows]
    return table((what, *(head.rjust(width) for head, width in zip(heads, widths[1:], strict=True))), aligned)


def _authors(source: Source) -> str:
    return "; ".join(source.attributions[:SHOWN]) + _more(len(source.attributions) - SHOWN) or "nobody named"


def _openings(audit: Audit) -> Iterator[str]:
    yield f"Openings of its test part in the ledgers: {len(audit.openings)}"
    yield from (f"  {opening.opened_at}  {opening.purpose}" for opening in audit.openings)


def _first(ids: Sequence[str]) -> str:
    return f": {', '.join(ids[:SHOWN])}{_more(len(ids) - SHOWN)}" if ids else ""


def _more(rest: int) -> str:
    return f" and {rest:,} more" if rest > 0 else ""
