"""`lesionlab gan reference`: keep with a generator what tells copies of its training images."""

from __future__ import annotations

from typing import Annotated

import typer

from lesionlab.cli.gan_evaluate import ExtractorChoice
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training_choices import DEFAULT_DATA, SplitChoice


def reference(
    model: Annotated[str, typer.Option(help="A generator: name, run or folder.")],
    data: Annotated[str, typer.Option(help="The prepared data set that it was trained on.")] = DEFAULT_DATA,
    split: SplitChoice = None,
    extractor: ExtractorChoice = None,
) -> None:
    """Write reference.npz into a generator's export: compact features of the images that it learned from.

    The limit below which an image counts as a copy lets 1% of held-out real images ring. Copies of training images,
    turned, shifted, blurred, compressed, recoloured and blended, are planted then, and the card tells which are found.
    """
    from lesionlab.cli.feature_spaces import load_extractors
    from lesionlab.data.prepared import open_prepared
    from lesionlab.evaluation.card_metrics import with_metrics
    from lesionlab.evaluation.generator_text import metric_table
    from lesionlab.evaluation.planted import copies_found
    from lesionlab.evaluation.reference import held_out_part, learned_part, make_reference
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.reference import write_reference
    from lesionlab.records.card import read_card, write_card
    from lesionlab.records.seen_groups import read_seen_groups

    folder = find_model(model, "generator")
    card = read_card(folder)
    size, seen = card.image.size_px, read_seen_groups(folder, card)
    extractors = load_extractors(extractor, size)
    prepared = open_prepared(data, split)
    learned, held_out = learned_part(prepared, seen), held_out_part(prepared, seen)
    with progress_bar("Features", "images") as progress:
        made = make_reference(learned, held_out, card.groups_sha256, size, extractors, progress)
    with progress_bar("Planting copies", "kinds") as progress:
        found = copies_found(made, learned.images(size), extractors, progress)
    path = write_reference(folder, made)
    write_card(folder, with_metrics(card, found))
    typer.echo("\n".join(metric_table(found)))
    typer.echo(f"Reference: {path} ({path.stat().st_size / 2**20:.1f} MB), limit {made.facts.limit:.3f}")
    typer.echo(f"  next: lesionlab gan evaluate --model {model} --data {data}")
