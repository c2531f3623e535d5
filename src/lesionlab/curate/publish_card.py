"""The data card of a published synthetic set: what it is, what made it, what it may and may not be used for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lesionlab.collect.export_card import hub_head
from lesionlab.collect.export_tables import markdown
from lesionlab.core.diagnoses import describe
from lesionlab.core.licences import Licence
from lesionlab.curate.data_card_text import Markdown, opening, section, table
from lesionlab.data.rights import ATTRIBUTIONS_NAME
from lesionlab.records.card import Metric, ModelCard, figure
from lesionlab.records.sampling import SamplingPlan
from lesionlab.records.seen_groups import SeenGroups
from lesionlab.records.synthetic import History

TAGS = ("synthetic",)
WITHHELD_FOR = {
    "agreement": "the classifier gives the diagnosis asked for a probability below {limit:g}",
    "novelty": "it lies so near a training image (ratio below {limit:g}) that it counts as a copy",
}
USES = (
    "Teaching what generative models do, and research on synthetic training data and its measurement.",
    "As additional training data: compare with real data alone, on real test images of lesions that neither the "
    "generator nor a filter saw.",
    "Not for diagnosis, nor for testing a diagnostic system: it shows no patient, and nobody examined any of it.",
    "Not as a source of figures about skin diseases: frequencies and appearance are what a small generator learned.",
)
LIMITS = (
    "A diagnosis here is what the generator was asked for; it is no finding.",
    "A generator can repeat what it learned from. Scores in `metadata.csv`, where there are any, say what was looked "
    "at; no filter proves that an image is no copy.",
    "Marks inside the files are for the honest: saving anew can drop them. Whatever is mixed with real images should "
    "carry a column that says which is which.",
)


@dataclass(frozen=True)
class Facts:
    """All that the card of a published set tells."""

    name: str
    card: ModelCard
    licence: Licence
    counts: dict[str, int]  # images of each diagnosis
    example: str  # an image of the set, below its folder
    plan: SamplingPlan | None
    withheld: Counter[str]  # by the filter
    history: History
    seen: SeenGroups  # what the generator saw
    with_model: bool


def publish_card(facts: Facts) -> str:
    """Return the card, with the head that the Hugging Face Hub reads."""
    card, total = facts.card, sum(facts.counts.values())
    lines = opening(
        facts.name,
        f"{total:,} synthetic images of skin lesions, {card.image.size_px} px, made by the generator "
        f"{markdown(card.name)} of LesionLab. They show no patient. Each file says inside what made it, from what, and "
        "under which licence.",
    )
    lines += ["", "    from datasets import load_dataset", '    images = load_dataset("imagefolder", data_dir=".")']
    named = [(code, describe(code).name, count) for code, count in facts.counts.items()]
    lines += section("Diagnoses asked for", table(("label", "name", "images"), [*named, ("all", "", total)]))
    lines += section("Intended use", (f"- {use}" for use in USES))
    lines += section("How they were made", _making(facts))
    lines += section("Make an image again", _again(facts))
    lines += section("The generator", _generator(card))
    lines += section("What the generator reached", _metrics(card))
    lines += section("What real images were seen", _seen(facts))
    lines += section("Licence and attribution", _rights(facts))
    lines += section("Limits", (f"- {limit}" for limit in (*LIMITS, *card.limits)))
    lines += section("Files", _files(facts))
    return "\n".join([hub_head(facts.name, facts.licence.code, total, TAGS), *lines, ""])


def _making(facts: Facts) -> Iterator[str]:
    plan = facts.plan
    if plan is not None:
        yield f"- Seeds from {plan.first_seed:,} upwards for each diagnosis; none was picked by eye."
        limit = "none" if plan.truncation is None else f"{plan.truncation:g} standard deviations"
        yield f"- Truncation of the latents: {limit}."
        yield from (
            f"- Withheld where {WITHHELD_FOR[each.name].format(limit=each.limit)}: {facts.withheld[each.name]:,} of "
            f"{sum(facts.counts.values()) + facts.withheld.total():,} images made (judge `{each.judge[:12]}`)."
            for each in plan.filters
        )
        if not plan.filters:
            yield "- No filter: what the generator gave for these seeds is here."
    yield from (
        f"- The {choice.what} was chosen on the {choice.part} part of split `{choice.split_sha256[:12]}` "
        f"({len(choice.seen.rows):,} real images)."
        for choice in facts.history.choices
    )


def _again(facts: Facts) -> list[str]:
    own = "generator" if facts.with_model else "FOLDER"
    where = "`generator/` here" if facts.with_model else "a folder that holds `model.onnx` beside its `card.json`"
    return [
        "An image is a function of the generator's weights (`model_sha256`) and its recipe: `seed`, `label` and, where "
        "it is not blank, `truncation` in `metadata.csv`. With the generator in " + where + ":",
        "",
        f"    lesionlab inspect {facts.example} --model {own}",
        "",
        "makes it again and compares every pixel. The same bytes come out on one machine and version, within 2 of 255 "
        "levels elsewhere.",
    ]


def _generator(card: ModelCard) -> list[str]:
    training = card.training
    return [
        f"- {markdown(card.architecture)}; {card.parameters / 1e6:.1f} million parameters",
        f"- Weights: SHA-256 `{card.weights_sha256}`",
        f"- Trained on {training.images:,} images of {markdown(training.data)} (split "
        f"`{training.split_sha256[:12]}`), {training.kimg:,.0f} thousand images shown",
        "- Images of each diagnosis: " + ", ".join(f"{code} {n:,}" for code, n in training.images_per_class.items()),
        "- The whole card: `generator/card.json`",
    ]


def _metrics(card: ModelCard) -> list[str]:
    """Return the card's figures, each with n, space or judge, interval and rulers."""
    rows = [
        (
            metric.name.replace("_", " ") + (f", {metric.of}" if metric.of else ""),
            metric.text + _between(metric),
            f"{metric.n:,} {metric.unit}, {metric.part}",
            Markdown(f"`{metric.space or metric.judge or '-'}`"),
            ", ".join(f"{name} {figure(value)}" for name, value in metric.ruler.items()) or "-",
            metric.caveat or "-",
        )
        for metric in card.metrics
    ]
    head = ("measured, before any filter of this set", "value", "on", "seen in or judged by", "beside it", "caveat")
    return table(head, rows) or ["Nothing was measured: its card holds no figure."]


def _between(metric: Metric) -> str:
    return "" if metric.low is None or metric.high is None else f" ({figure(metric.low)} to {figure(metric.high)})"


def _seen(facts: Facts) -> Iterator[str]:
    yield f"- generator: {_told(facts.seen)}; `generator/groups.csv` names each"
    yield from (f"- {saw.role} `{markdown(saw.name[:24])}`: {_told(saw.seen)}" for saw in facts.history.saw)
    yield "- None of these lesions may be in a test set of anything that is trained on these images."


def _told(seen: SeenGroups) -> str:
    return f"{len(seen.images()):,} real images of {len(seen.groups()):,} lesion groups"


def _rights(facts: Facts) -> list[str]:
    return [
        f"[{facts.licence.name}]({facts.licence.url}), inherited from the images that the generator learned from.",
        "",
        f"{markdown(facts.card.attribution)}",
    ]


def _files(facts: Facts) -> list[str]:
    rows = [
        ("images/", "PNG files with their provenance in text and XMP (`trainedAlgorithmicMedia`)"),
        ("metadata.csv", "a line for each image: file, label, recipe, scores of filters, SHA-256"),
        ("generator/", "the generator's card and the list of real images that it saw" + ", weights" * facts.with_model),
        ("sampling.json", "the plan that the set was sampled by"),
        ("history.json, withheld.csv", "with a filter: what it saw and what it withheld"),
        (ATTRIBUTIONS_NAME, "where there are many: everyone to be named"),
        ("SHA256SUMS", "every file: sha256sum --check SHA256SUMS"),
    ]
    return table(("file", "holds"), [(Markdown(f"`{name}`"), Markdown(text)) for name, text in rows])
