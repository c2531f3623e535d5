"""Read a site file, of the user or ready-made, and refuse what would not be a polite or a lawful crawl."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

from cssselect import SelectorError
from parsel.csstranslator import HTMLTranslator

from lesionlab.collect.transfer_errors import TransferError
from lesionlab.collect.transfer_hosts import AllowedHosts
from lesionlab.collect.web.site import GallerySource, Limits, MediaWikiSource, RepositorySource, Site
from lesionlab.core.diagnoses import find_diagnosis
from lesionlab.core.errors import InputError, OptionsError
from lesionlab.core.imaging import MAX_BYTES
from lesionlab.core.licences import find_licence, is_open
from lesionlab.core.names import did_you_mean
from lesionlab.records.codec import from_plain

READY_MADE = Path(__file__).resolve().parent.parent / "sites"
RESERVED = ("isic", "ham10000")  # sources of their own
SHORTEST_DELAY_S = 1.0
HIGHEST = {"max_image_bytes": MAX_BYTES, "max_archive_bytes": 2**30, "max_images": 10**6, "max_pages": 10**5}
_SELECTORS = (
    *("item", "image", "detail", "licence", "attribution", "caption"),
    *("diagnosis", "list_diagnosis", "next", "deeper"),
)


def ready_made() -> tuple[str, ...]:
    """Return the names of the sites that ship with the package."""
    return tuple(sorted(path.stem for path in READY_MADE.glob("*.toml")))


def read_site(name_or_path: str, starts: tuple[str, ...] = ()) -> Site:
    """Return a ready-made site or the one that a file describes; `starts` take the place of its own.

    Raises:
        InputError: there is no such site or file.
        OptionsError: the file is no TOML, has an unknown key (the nearest is named) or says what is not accepted.
    """
    path = _find(name_or_path)
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionsError(f"{path.name} is no TOML file: {error}.", "Correct it, or copy a ready-made one.") from error
    site = from_plain(Site, plain, path.name)
    check_site(site if not starts else with_starts(site, starts), path.name)
    return site if not starts else with_starts(site, starts)


def _find(name_or_path: str) -> Path:
    path = Path(name_or_path)
    if path.suffix == ".toml" or "/" in name_or_path or "\\" in name_or_path:
        if not path.is_file():
            raise InputError(f"There is no site file {path}.", f"Ready-made sites are: {', '.join(ready_made())}.")
        return path
    if name_or_path not in ready_made():
        raise InputError(f"There is no ready-made site '{name_or_path}'.", did_you_mean(name_or_path, ready_made()))
    return READY_MADE / f"{name_or_path}.toml"


def with_starts(site: Site, starts: tuple[str, ...]) -> Site:
    """Return the site with other categories, addresses or records to begin with."""
    if site.mediawiki is not None:
        return replace(site, mediawiki=replace(site.mediawiki, categories=starts))
    if site.gallery is not None:
        return replace(site, gallery=replace(site.gallery, start=starts))
    return replace(site, repository=replace(site.repository, records=starts)) if site.repository is not None else site


def check_site(site: Site, where: str) -> None:
    """Check what the types cannot say.

    Raises:
        OptionsError: a name, host, address, licence, diagnosis, selector or limit that is not accepted.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", site.name) or site.name in RESERVED:
        raise OptionsError(
            f"{where}: '{site.name[:60]}' cannot be a site's name.",
            f"Use small letters, digits and hyphens, and none of: {', '.join(RESERVED)}.",
        )
    for host in (*site.page_hosts, *site.file_hosts):
        if not re.fullmatch(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:]+\]", host):
            raise OptionsError(f"{where}: '{host[:80]}' is no host.", "Name hosts as in `commons.wikimedia.org`.")
    if not site.page_hosts or not site.file_hosts:
        raise OptionsError(f"{where} names no hosts.", "Fill `page_hosts` and `file_hosts`: nothing else is asked.")
    _check_kind(site, where)
    _check_licence(site, where)
    for words, code in site.diagnoses.items():
        try:
            find_diagnosis(code)
        except InputError as error:
            raise OptionsError(f"{where}: '{words[:40]}' is mapped to '{code[:40]}'.", error.cure) from error
    _check_limits(site.limits, where)


def _check_kind(site: Site, where: str) -> None:
    tables = {"mediawiki": site.mediawiki, "gallery": site.gallery, "repository": site.repository}
    if [name for name, table in tables.items() if table is not None] != [site.kind]:
        raise OptionsError(
            f"{where} is of the kind '{site.kind}', which needs the table [{site.kind}] and no other.",
            "Keep the one table that belongs to the kind.",
        )
    if not site.starts:
        raise OptionsError(f"{where} does not say where to begin.", "Fill it in, or name it: `--start`.")
    hosts = AllowedHosts(site.page_hosts)
    for source in (site.mediawiki, site.gallery, site.repository):
        if isinstance(source, MediaWikiSource):
            _check_address(hosts, source.api, where)
        elif isinstance(source, GallerySource):
            for address in source.start:
                _check_address(hosts, address, where)
            _check_selectors(source, where)
        elif isinstance(source, RepositorySource):
            _check_address(hosts, source.base, where)
            for record in source.records:
                if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", record):
                    raise OptionsError(f"{where}: '{record[:60]}' is no record's id.", "Give it as in `1234567`.")


def _check_address(hosts: AllowedHosts, address: str, where: str) -> None:
    try:
        hosts.check(address)
    except TransferError as error:
        raise OptionsError(f"{where}: {error.cause}", "Name its host in `page_hosts`, and use https.") from error


def _check_selectors(source: GallerySource, where: str) -> None:
    for name in _SELECTORS:
        selector = getattr(source, name)
        try:
            if selector:
                HTMLTranslator().css_to_xpath(selector)
        except (SelectorError, ValueError) as error:
            raise OptionsError(f"{where}: {name} = '{selector[:60]}' is no CSS selector.", f"{error}.") from error


def _check_licence(site: Site, where: str) -> None:
    rule = site.licence
    if bool(rule.whole_site) != bool(rule.stated_at):
        raise OptionsError(
            f"{where}: a licence for the whole site needs the address of the page that states it.",
            "Fill both `whole_site` and `stated_at`, or neither.",
        )
    found = find_licence(rule.whole_site) if rule.whole_site else None
    if rule.whole_site and (found is None or not is_open(found.code)):
        raise OptionsError(
            f"{where}: '{rule.whole_site[:60]}' is no licence under which images may be kept.",
            "Use one that allows derivatives, such as `CC BY 4.0`.",
        )
    if rule.stated_at and not rule.stated_at.startswith("https://"):
        raise OptionsError(f"{where}: stated_at = '{rule.stated_at[:80]}' is no https address.", "Correct it.")


def _check_limits(limits: Limits, where: str) -> None:
    for name, value in vars(limits).items():
        least = 0 if name == "depth" else SHORTEST_DELAY_S if name == "delay_s" else 1
        if value < least or value > HIGHEST.get(name, value):
            raise OptionsError(
                f"{where}: {name} = {value} lies outside {least} .. {HIGHEST.get(name, 'any number')}.",
                "Crawls stay polite and within what a machine can hold: choose a value within.",
            )
