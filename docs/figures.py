"""Write the README's measured figures from the cards of the released models: `make figures`."""

from __future__ import annotations

import sys
from pathlib import Path

from lesionlab.core.files import write_text
from lesionlab.core.resources import released_folder
from lesionlab.records.card import BESIDE, CARD_NAME, Metric, ModelCard, figure, read_card
from lesionlab.records.release import ROLES

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN = "<!-- figures:begin (written by `make figures` from released/*/card.json) -->"
END = "<!-- figures:end -->"
RULERS = ("real images", "blur 2 px", f"{BESIDE}faithful DCGAN")
LETTERS = "ABCDEFGH"  # of the feature spaces


def figures(released: Path) -> str:
    """Return what the cards of a release say, as Markdown; a role without a card is left out."""
    cards = [read_card(released / role) for role in ROLES if (released / role / CARD_NAME).is_file()]
    return "\n\n".join(_section(card) for card in cards)


def _section(card: ModelCard) -> str:
    training = card.training
    facts = (
        f"**The released {card.kind}**, `{card.name}`: {card.architecture}; {card.image.size_px} px, "
        f"{card.parameters / 1e6:.1f} million parameters. Trained on {training.images:,} images (split "
        f"`{training.split_sha256[:12]}`) for {training.kimg:,.0f} thousand images shown{_of(card)}, "
        f"{_duration(training.seconds)}, by `{training.command}`."
    )
    return "\n\n".join(part for part in (facts, _metrics(card), _recall(card)) if part)


def _of(card: ModelCard) -> str:
    total = float(card.training.options.get("total_kimg", 0.0))
    return f" (the best of {total:,.0f})" if total > card.training.kimg + 1 else ""


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _metrics(card: ModelCard) -> str:
    """Return the figures of the whole, each beside what other images have at the same n and classes."""
    shown = [metric for metric in card.metrics if metric.of in ("", "macro") and not metric.name.endswith("_at_choice")]
    if not shown:
        return ""
    rulers = [name for name in RULERS if any(name in metric.ruler for metric in shown)]
    spaces = list(dict.fromkeys(metric.space for metric in shown if metric.space))
    head = ["measured", "value (95% interval)", *(name.removeprefix(BESIDE) for name in rulers), "on"]
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    rows += [_row(metric, rulers, spaces) for metric in shown]
    seen = "; ".join(f"{LETTERS[number]} `{space}`" for number, space in enumerate(spaces))
    caveats = dict.fromkeys(f"{metric.name.upper()} is {metric.caveat}." for metric in shown if metric.name == "fid")
    notes = [*([f"Seen in {seen}."] if seen else []), *(caveat for caveat in caveats if not caveat.endswith("is ."))]
    return "\n".join(rows) + (f"\n\n{' '.join(notes)}" if notes else "")


def _row(metric: Metric, rulers: list[str], spaces: list[str]) -> str:
    judged = f", judged by `{metric.judge}`" if metric.judge else ""
    seen = f", in {LETTERS[spaces.index(metric.space)]}" if metric.space else ""
    where = f"{metric.n:,} {metric.unit}, {_part(metric.part)}{judged}{seen}"
    name = metric.name.replace("_", " ") + (", mean over the diagnoses" if metric.of else "")
    beside = [figure(metric.ruler[ruler]) if ruler in metric.ruler else "" for ruler in rulers]
    return "| " + " | ".join([name, _value(metric), *beside, where]) + " |"


def _value(metric: Metric) -> str:
    between = "" if metric.low is None or metric.high is None else f" ({figure(metric.low)} to {figure(metric.high)})"
    return f"{metric.text}{between}"


def _part(part: str) -> str:
    return part if part == "synthetic" else f"{part} part"


def _recall(card: ModelCard) -> str:
    """Return the share on the diagonal for each class, with its n."""
    if not card.confusion:
        return ""
    cells = [
        f"{code} {row[number] / sum(row):.2f} (n = {sum(row)})"
        for number, (code, row) in enumerate(zip(card.classes, card.confusion, strict=True))
        if sum(row)
    ]
    if card.kind == "generator":
        return f"Agreement per class asked for, in images: {', '.join(cells)}."
    return f"Recall per class on the {card.confusion_part} part, in lesions: {', '.join(cells)}."


def with_figures(text: str, block: str) -> str:
    """Return the text with everything between the two marks replaced by the block."""
    before, found, rest = text.partition(BEGIN)
    _, found_end, after = rest.partition(END)
    if not found or not found_end:
        raise SystemExit(f"{README.name} lacks the marks of the figures.\nPut back the lines {BEGIN} and {END}.")
    middle = f"\n\n{block}\n\n" if block else "\n"
    return f"{before}{BEGIN}{middle}{END}{after}"


def main() -> None:
    """Write the block into the README."""
    block = figures(released_folder())
    if not block:
        sys.exit(f"There are no cards in {released_folder()}.\nRelease models first (see docs/training.md).")
    write_text(README, with_figures(README.read_text(encoding="utf-8"), block))


if __name__ == "__main__":
    main()
