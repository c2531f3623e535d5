"""`lesionlab collect isic`: images from the ISIC Archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lesionlab.cli.collect_summary import Tally
    from lesionlab.collect.isic_archive import IsicArchive
    from lesionlab.collect.isic_query import IsicQuery
    from lesionlab.collect.outcome import Outcome

DELAY_S = 0.05


def isic(
    query: Annotated[
        str, typer.Argument(help="A query in the archive's own language, such as 'age_approx:[20 TO 40] AND sex:male'.")
    ] = "",
    diagnosis: Annotated[
        list[str] | None,
        typer.Option(help="One of the seven codes, or a name in the archive's own words; may be given several times."),
    ] = None,
    collection: Annotated[
        list[int] | None, typer.Option(help="The number of a collection; may be given several times.")
    ] = None,
    limit: Annotated[str, typer.Option(help="How many images, or 'all'. Without it, how many there are is told.")] = "",
    licence: Annotated[
        list[str] | None,
        typer.Option(help="CC-0, CC-BY or CC-BY-NC; may be given several times. [default: all three]"),
    ] = None,
    image_type: Annotated[
        str, typer.Option(help="The archive's type of image, such as 'clinical: close-up'; 'any' for all.")
    ] = "dermoscopic",
    delay: Annotated[float, typer.Option(min=0.0, max=60.0, help="Seconds between two requests to a host.")] = DELAY_S,
    archive: Annotated[str, typer.Option(help="Another address of the API.", hidden=True)] = "",
) -> None:
    """Collect images from the ISIC Archive; killed or cut off anywhere, the same command goes on."""
    from lesionlab.cli.collection_setup import require_packages

    require_packages()
    from lesionlab.collect.isic_query import isic_query

    wanted = _count(limit)
    asked = isic_query(query, tuple(diagnosis or ()), tuple(collection or ()), tuple(licence or ()), image_type)
    _collect(asked, wanted, archive, delay)


def _count(limit: str) -> int | None:
    """Return how many are wanted: 0 where it was not said, None for all."""
    from lesionlab.core.errors import InputError

    if not limit or limit == "all":
        return None if limit else 0
    if not (limit.isascii() and limit.isdigit() and 0 < int(limit) < 10**9):
        raise InputError(f"'{limit[:20]}' is no number of images.", "Give --limit a whole number from 1 on, or 'all'.")
    return int(limit)


def _collect(query: IsicQuery, wanted: int | None, address: str, delay_s: float) -> None:
    from urllib.parse import urlsplit

    from lesionlab.cli.collect_summary import tell
    from lesionlab.cli.collection_setup import collecting, tell_wait
    from lesionlab.cli.progress import progress_bar
    from lesionlab.collect.isic import THREADS, collect_isic
    from lesionlab.collect.isic_archive import ADDRESS, HOSTS, IsicArchive
    from lesionlab.collect.transfer import Transfer

    hosts = (*HOSTS, urlsplit(address).hostname or "") if address else HOSTS
    with Transfer(hosts, delay_s=delay_s, connections=THREADS, tell_wait=tell_wait) as transfer:
        archive = IsicArchive(transfer, address or ADDRESS)
        for number in query.collections:
            archive.collection_name(number)
        if wanted == 0:
            _say_how_many(archive, query)
        with collecting() as collection, progress_bar("Collecting", "images") as progress:
            outcome = collect_isic(collection, archive, query, wanted, progress)
    tell(tally(outcome))


def _say_how_many(archive: IsicArchive, query: IsicQuery) -> None:
    from lesionlab.core.errors import InputError

    count, size = archive.count(query), archive.total_bytes(query)
    together = f" ({size / 10**9:,.1f} GB)" if size and size >= 10**9 else f" ({size / 10**6:,.1f} MB)" if size else ""
    if not count:
        raise InputError(f"The ISIC Archive has no image for {query.words}.", "Ask for less narrow things.")
    raise InputError(
        f"The ISIC Archive has {count:,} images{together} for {query.words}.",
        "Say how many of them you want, the newest first: `--limit 100`, or `--limit all`.",
    )


def tally(outcome: Outcome) -> Tally:
    """Return what came of a query as every source tells it."""
    from lesionlab.cli.collect_summary import Tally

    unlisted = f"The archive counted {outcome.unlisted:,} images more than it listed."
    return Tally(
        "isic",
        outcome.requested,
        outcome.available,
        outcome.fetched,
        outcome.new,
        outcome.failed,
        outcome.refused,
        outcome.forgotten,
        outcome.reasons["failed"],
        outcome.reasons["refused"],
        (unlisted,) if outcome.unlisted else (),
    )
