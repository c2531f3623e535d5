"""Begin a generator run with the weights of a finished one, for some of its classes (docs/decisions/0015)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from lesionlab.core.errors import InputError, OptionsError, RunError
from lesionlab.core.files import write_bytes
from lesionlab.data.leak_guard import Arm, check_parent
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.models.spectral_norm import settle_spectral_norms
from lesionlab.models.weights import load_state
from lesionlab.records.card import CARD_NAME, ModelCard, Parent, read_card
from lesionlab.records.codec import from_plain
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder, RunRecord
from lesionlab.records.seen_groups import GROUPS_NAME, SeenGroups, read_seen_groups
from lesionlab.training.drive import save_beginning
from lesionlab.training.gan_trainee import GanTrainee

# What the weights' shapes depend on: a child has them as its parent has.
ARCHITECTURE = (
    *("image_size_px", "latent_dim", "generator_channels", "discriminator_channels", "max_channels"),
    *("upsampling", "conditioning", "spectral_norm"),
)


@dataclass(frozen=True)
class Origin:
    """A finished generator run to go on from: its card, its options, what it saw, and the state of its networks."""

    run: RunFolder
    card: ModelCard
    options: GanOptions
    seen: SeenGroups
    state: Mapping[str, Any]


def parent_options(run: RunFolder) -> GanOptions:
    """Return the options of a generator run.

    Raises:
        RunError: it trains a classifier, or its record is damaged.
    """
    record = run.read()
    if record.kind != "generator":
        raise RunError(f"{run.path.name} trains a {record.kind}, not a generator.", "Name another run with --from.")
    return from_plain(GanOptions, record.options, f"{run.path.name}/options.json", RunError)


def read_origin(run: RunFolder) -> Origin:
    """Read a finished generator run.

    Raises:
        RunError: it is of another kind, is not finished, or its state is missing or damaged.
        ModelError: its card or the list of what it saw is damaged.
    """
    options = parent_options(run)
    if not run.done:
        raise RunError(
            f"{run.path.name} is not finished: what it saw is not written down yet.",
            f"Finish it first: `lesionlab gan train --resume {run.path.name}`.",
        )
    card = read_card(run.export)
    return Origin(run, card, options, read_seen_groups(run.export, card), load_state(run.state))


def check_origin(origin: Origin, options: GanOptions, data: PreparedData, part: Part) -> None:
    """Refuse what cannot go on from this origin.

    Raises:
        OptionsError: an option that the weights' shapes depend on is another.
        InputError: a diagnosis that the origin does not know.
        LeakError: the origin saw images that are held out, or that the training part does not have.
    """
    for name in ARCHITECTURE:
        theirs, ours = getattr(origin.options, name), getattr(options, name)
        if theirs != ours:
            raise OptionsError(
                f"{name} is {ours}, and in {origin.run.path.name} it is {theirs}: its weights would not fit.",
                f"Leave out {name}, or train without --from.",
            )
    unknown = [code for code in part.classes if code not in origin.card.classes]
    if unknown:
        raise InputError(
            f"{origin.run.path.name} knows {', '.join(origin.card.classes)}, not {', '.join(unknown)}.",
            "Name what it knows with --only.",
        )
    check_parent(Arm(data.part("train")), origin.run.path.name, origin.seen)


def set_out(run: RunFolder, trainee: GanTrainee, origin: Origin) -> None:
    """Give a run the weights of its origin, as its first state, and keep beside them who the origin was.

    The generator begins with the averaged weights, which make the better images, or with the weights themselves where
    there is no average; the optimisers begin anew.

    Raises:
        RunError: the state does not fit, or the disk is full.
    """
    try:
        networks = origin.state["trainee"]
        averaged = networks["average"] if origin.options.ema_halflife_kimg else networks["generator"]
        _inherit(trainee.generator, averaged, trainee.classes, origin.card.classes)
        _inherit(trainee.average, averaged, trainee.classes, origin.card.classes)
        _inherit(trainee.discriminator, networks["discriminator"], trainee.classes, origin.card.classes)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise RunError(
            f"{origin.run.state} does not fit its options: {str(error).splitlines()[0]}", "Go on from another run."
        ) from error
    for name in (CARD_NAME, GROUPS_NAME):
        write_bytes(run.parent / name, (origin.run.export / name).read_bytes())
    save_beginning(run, trainee)


def _inherit(network: nn.Module, theirs: Mapping[str, Tensor], ours: Sequence[str], known: Sequence[str]) -> None:
    """Load the weights of a network that knows more classes, without those of the others."""
    own = network.state_dict()
    network.load_state_dict(
        {name: own[name] if _is_singular(name) else _narrowed(theirs[name], own[name], ours, known) for name in own}
    )
    settle_spectral_norms(network)


def _is_singular(name: str) -> bool:
    """Return whether it is a singular vector, which belongs to a whole matrix and is found anew."""
    return name.endswith((".u", ".v"))


def _narrowed(theirs: Tensor, own: Tensor, ours: Sequence[str], known: Sequence[str]) -> Tensor:
    """Return a tensor with the rows of our classes alone, along the axis whose last rows are those of the classes."""
    for axis, (size, wanted) in enumerate(zip(theirs.shape, own.shape, strict=True)):
        if size - wanted == len(known) - len(ours) > 0:
            shared = size - len(known)
            rows = [*range(shared), *(shared + known.index(code) for code in ours)]
            theirs = theirs[(slice(None),) * axis + (rows,)]
    return theirs


def read_parent(run: RunFolder, record: RunRecord) -> tuple[Parent, SeenGroups] | None:
    """Return who a run began with and what that model had seen, or None where it began anew.

    Raises:
        RunError: the run was stopped before it had the weights, or its folder holds another model's card.
        ModelError: card or list are missing or damaged.
    """
    if not record.parent_sha256:
        return None
    if not run.state.is_file():
        raise RunError(
            f"{run.path.name} was stopped before it had the weights that it was to begin with.",
            "Delete its folder and start it again.",
        )
    card = read_card(run.parent)
    if card.weights_sha256 != record.parent_sha256:
        raise RunError(
            f"{run.parent} holds the card of {card.weights_sha256[:12]}; the run began with "
            f"{record.parent_sha256[:12]}.",
            "Start the run again.",
        )
    training = card.training
    parent = Parent(card.name, card.weights_sha256, card.classes, training.images, training.kimg)
    return parent, read_seen_groups(run.parent, card)
