"""`lesionlab study demo`: a whole study in a world whose truth is known, and whether it found that truth."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from lesionlab.cli.progress import progress_bar
from lesionlab.cli.study_run import ThreadsChoice, carry_out, verdict_text
from lesionlab.core.notice import NOTICE


def demo(
    world: Annotated[
        Literal["helps", "null"],
        typer.Option(
            help="helps: the sampler is perfect and real images are few; null: it adds nothing to the real images."
        ),
    ],
    seed: Annotated[int, typer.Option(help="Another number draws other lesions.")] = 0,
    threads: ThreadsChoice = 0,
) -> None:
    """Carry out a study of drawn lesions in minutes, and say what the truth was and whether the study found it.

    It is frozen, run, guarded and judged as any other, by the same code. Run again, it goes on.
    """
    from lesionlab.study.debunking import debunk
    from lesionlab.study.demo import demo_data, demo_protocol, truth_told
    from lesionlab.study.evidence import Findings

    with progress_bar("Drawing", "lesions") as progress:
        data = demo_data(world, seed, progress=progress)
    again = f"lesionlab study demo --world {world}" + (f" --seed {seed}" if seed else "")
    study = carry_out(demo_protocol(world, data.name), data, threads, again)
    findings = Findings(study.images, study.frozen.classes, study.tested())
    (share,) = study.protocol.real_shares
    found = debunk(findings, study.protocol, share)
    typer.echo(verdict_text(found, share))
    typer.echo(truth_told(world, found.verdict.word))
    typer.echo(f"  next: lesionlab study verdict {study.path.name} --without hide-replay")
    typer.echo(NOTICE)
