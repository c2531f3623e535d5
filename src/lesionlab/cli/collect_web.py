"""`lesionlab collect web`: a polite crawl of one site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lesionlab.cli.collect_summary import Tally
    from lesionlab.collect.web.site import Site
    from lesionlab.collect.web.state import Crawl


def web(
    site: Annotated[str, typer.Argument(help="A site file (.toml), or the name of a ready-made one.")],
    limit: Annotated[str, typer.Option(help="How many images to have at the end, or `all`.")],
    start: Annotated[
        list[str] | None,
        typer.Option(help="Begin with this category, address or record instead; may be given several times."),
    ] = None,
    licence: Annotated[
        list[str] | None,
        typer.Option(help="Keep images under this licence alone; may be given several times. [default: all open ones]"),
    ] = None,
    contact: Annotated[
        str, typer.Option(envvar="LESIONLAB_CONTACT", help="Where a host can complain: an address of mail or web.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask for pages alone, and tell what would be fetched and refused.")
    ] = False,
) -> None:
    """Collect openly licensed images from a site: politely, within its hosts, and as its robots.txt allows."""
    from lesionlab.cli.collect_summary import tell
    from lesionlab.cli.collection_setup import require_packages

    require_packages("httpx2", "tenacity", "scrapy")
    from lesionlab.collect.web.site_file import read_site

    described = read_site(site, tuple(start or ()))
    crawl, requested = _crawl(described, _number(limit), _codes(licence or []), _checked(contact), dry_run=dry_run)
    if dry_run:
        _tell_dry_run(crawl, described)
        return
    for reason, count in (+crawl.intake.tried.doubts).most_common():
        typer.echo(f"{count:,} images that lie here would be refused today: {reason} See `lesionlab collect forget`.")
    tell(_tally(crawl, described, requested))


def _crawl(
    site: Site, requested: int | None, licences: tuple[str, ...], contact: str, *, dry_run: bool
) -> tuple[Crawl, int | None]:
    from contextlib import nullcontext
    from datetime import UTC, datetime

    from lesionlab.cli.collection_setup import collecting
    from lesionlab.cli.progress import progress_bar
    from lesionlab.collect.web.crawl import crawl_site
    from lesionlab.core.home import home

    log_file = home() / "logs" / f"collect-{site.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.log"
    opened = nullcontext(None) if dry_run else collecting()
    with opened as collection, progress_bar(f"Collecting from {site.name}", "images") as progress:
        crawl = crawl_site(
            site,
            collection,
            log_file=log_file,
            contact=contact,
            requested=requested,
            licences=licences,
            progress=progress,
        )
    return crawl, requested


def _number(limit: str) -> int | None:
    from lesionlab.core.errors import InputError

    if limit == "all":
        return None
    if not limit.isascii() or not limit.isdigit() or int(limit) < 1:
        raise InputError(f"--limit {limit} is no number of images.", "Give a number from 1, or `--limit all`.")
    return int(limit)


def _codes(licences: list[str]) -> tuple[str, ...]:
    from lesionlab.core.errors import InputError
    from lesionlab.core.licences import OPEN_FAMILIES, find_licence, is_open

    codes = []
    for text in licences:
        found = find_licence(text)
        if found is None or not is_open(found.code):
            raise InputError(
                f"'{text[:60]}' is no licence under which images are kept.", f"{', '.join(OPEN_FAMILIES)}."
            )
        codes.append(found.code)
    return tuple(sorted(set(codes)))


def _checked(contact: str) -> str:
    from lesionlab.core.errors import InputError

    if not contact.strip():
        raise InputError(
            "Nobody is named to whom a host can complain; a crawler without a contact is not polite.",
            "Give your address of mail or web: `--contact`, or LESIONLAB_CONTACT.",
        )
    return contact.strip()


def _tally(crawl: Crawl, site: Site, requested: int | None) -> Tally:
    from lesionlab.cli.collect_summary import Tally

    tried = crawl.intake.tried
    reasons = tried.reasons.most_common()
    return Tally(
        source=site.name,
        requested=requested,
        available=crawl.available,
        fetched=tried.states["fetched"],
        new=tried.new,
        failed=tried.states["failed"],
        refused=tried.states["refused"],
        forgotten=tried.states["forgotten"],
        failures={reason: count for (state, reason), count in reasons if state == "failed"},
        refusals={reason: count for (state, reason), count in reasons if state == "refused"},
        troubles=_troubles(crawl, site),
    )


def _troubles(crawl: Crawl, site: Site) -> tuple[str, ...]:
    troubles = list(crawl.troubles)
    if site.instead and any("robots.txt" in trouble for trouble in troubles):
        troubles.append(f"Use `lesionlab collect web {site.instead}` instead.")
    return tuple(troubles)


def _tell_dry_run(crawl: Crawl, site: Site) -> None:
    from lesionlab.cli.text import table

    tried = crawl.intake.tried
    rows = [(f"{count:,}", f"would be fetched ({licence})") for licence, count in tried.licences.most_common()]
    rows += [(f"{count:,}", f"would be refused: {reason}") for (_, reason), count in tried.reasons.most_common()]
    typer.echo(f"{site.name}: {sum(tried.states.values()):,} images on {crawl.frontier.pages_asked:,} pages.")
    if rows:
        typer.echo(table(("images", ""), rows))
    for trouble in _troubles(crawl, site):
        typer.echo(trouble)
    typer.echo("Nothing was fetched or written.")
