"""`lesionlab gan teach`: what a classifier learns from a generator's images alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from lesionlab.cli.keep_report import CardChoice
from lesionlab.cli.part_options import LedgerChoice, PurposeChoice
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.study_work import JUDGE
from lesionlab.cli.training import explain_missing
from lesionlab.cli.training_choices import DEFAULT_DATA, SettingChoice, SplitChoice


def teach(
    model: Annotated[str, typer.Option(help="A generator: name, run or folder.")] = "released",
    data: Annotated[str, typer.Option(help="The prepared data set that it was trained on.")] = DEFAULT_DATA,
    split: SplitChoice = None,
    part: Annotated[Literal["validation", "test"], typer.Option(help="The part to test on.")] = "validation",
    purpose: PurposeChoice = "",
    ledger: LedgerChoice = None,
    settings: SettingChoice = None,
    to_card: CardChoice = False,
) -> None:
    """Train a small VGG-19 on synthetic images alone, and on as many real ones; test both on the same real lesions.

    The share of what real images teach, over chance, is how useful the synthetic ones are where there are no real ones
    (TSTR; Ravuri & Vinyals 2019). Whether they help beside real ones is another question: `lesionlab study run`.
    """
    with explain_missing():
        from lesionlab.study.taught import Lesson
    from lesionlab.cli.evaluation_part import open_part
    from lesionlab.cli.stage_options import stage_options
    from lesionlab.data.prepared import open_prepared
    from lesionlab.evaluation.card_metrics import with_metrics
    from lesionlab.evaluation.generator_text import metric_table
    from lesionlab.evaluation.reference import learned_part
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.sampler import Sampler
    from lesionlab.records.card import CARD_NAME, read_card, write_card
    from lesionlab.records.presets import CLASSIFIER_PRESETS
    from lesionlab.records.seen_groups import read_seen_groups

    folder: Path = find_model(model, "generator")
    card = read_card(folder)
    size = f"image_size_px={card.image.size_px}"
    judge = stage_options(CLASSIFIER_PRESETS, "released", None, [size, *JUDGE, *(settings or [])])
    learned = learned_part(open_prepared(data, split), read_seen_groups(folder, card))
    tested = open_part(data, part, folder, purpose, ledger, split)
    found = Lesson(Sampler(folder), learned, tested, judge).metrics(progress_bar)
    for metric in found:
        typer.echo("\n".join(metric_table([metric])))
    if to_card:
        write_card(folder, with_metrics(read_card(folder), found))
        typer.echo(f"Card: {folder / CARD_NAME}")
