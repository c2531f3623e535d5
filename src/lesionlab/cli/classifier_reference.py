"""`lesionlab classifier reference`: keep with a classifier what tells its scope and the cases nearest to a picture."""

from __future__ import annotations

from typing import Annotated

import typer

from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training_choices import DEFAULT_DATA, SplitChoice


def reference(
    model: Annotated[str, typer.Option(help="A classifier: name, run or folder.")],
    data: Annotated[str, typer.Option(help="The prepared data set that it was trained on.")] = DEFAULT_DATA,
    split: SplitChoice = None,
) -> None:
    """Write scope.npz and reference.npz into a classifier's export, from the images that it learned from.

    The scope says what these look like, and how unlike them a picture may be before there is no result; the reference
    finds the cases nearest to a picture. Neither holds an image. `classifier scope` measures the first.
    """
    from lesionlab.data.prepared import open_prepared
    from lesionlab.evaluation.classifier_reference import make_classifier_reference
    from lesionlab.evaluation.reference import learned_part
    from lesionlab.evaluation.scope_card import with_scope
    from lesionlab.evaluation.scope_fitting import fit_scope
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.classifier_reference import write_classifier_reference
    from lesionlab.inference.predictor import Predictor
    from lesionlab.inference.scope_file import write_scope
    from lesionlab.records.card import write_card
    from lesionlab.records.seen_groups import read_seen_groups

    predictor = Predictor(find_model(model, "classifier"))
    folder, card = predictor.folder, predictor.card
    learned = learned_part(open_prepared(data, split), read_seen_groups(folder, card))
    with progress_bar("Scope", "images") as progress:
        scope = fit_scope(learned, card.groups_sha256, progress)
    with progress_bar("Features", "images") as progress:
        made = make_classifier_reference(predictor, learned, progress)
    scope_path, path = write_scope(folder, scope), write_classifier_reference(folder, made)
    write_card(folder, with_scope(card))
    facts = scope.facts
    worst = max(facts.refused, key=lambda code: facts.refused[code])
    typer.echo(
        f"Scope: {scope_path}, limit {facts.limit:.3f}; of training images, each held against other lesions, at most "
        f"{facts.refused[worst]:.1%} are refused ({worst}, n = {facts.images[worst]:,})"
    )
    typer.echo(f"Reference: {path} ({path.stat().st_size / 2**20:.2f} MB), {len(made.labels):,} images")
    typer.echo(f"  next: lesionlab classifier scope --model {model} --data {data}")
