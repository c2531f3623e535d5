"""What a site file may say: where to look, who may be asked, whose licence counts, and how much is enough."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lesionlab.core.imaging import MAX_BYTES

Kind = Literal["mediawiki", "gallery", "repository"]


@dataclass(frozen=True)
class Limits:
    """How much of a site is asked for at most; `delay_s` may be longer than ours, never shorter."""

    max_images: int = 10_000
    max_pages: int = 1_000
    depth: int = 0  # subcategories, or pages that `deeper` leads to, below the first ones
    max_image_bytes: int = MAX_BYTES
    max_archive_bytes: int = 256 * 2**20
    max_archive_images: int = 10_000
    delay_s: float = 1.0


@dataclass(frozen=True)
class SiteLicence:
    """One licence for a whole site, and the page that says so; blank where each image has its own."""

    whole_site: str = ""
    stated_at: str = ""


@dataclass(frozen=True)
class MediaWikiSource:
    """Categories of a wiki, read through its API."""

    api: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class GallerySource:
    """Pages of images, read by CSS selectors; those of the image apply to the page that `detail` leads to, if set.

    A selector may end in `::attr(name)` or `::text`; without, it takes an address where one is wanted, else all text.
    """

    start: tuple[str, ...] = ()
    item: str = "body"
    image: str = "img"
    detail: str = ""
    licence: str = ""
    attribution: str = ""
    caption: str = ""
    diagnosis: str = ""
    list_diagnosis: str = ""  # on the list page, for all its images that name none themselves
    next: str = ""
    deeper: str = ""
    page_licence: bool = False  # a licence that the page states for itself is meant for its images too


@dataclass(frozen=True)
class RepositorySource:
    """Records of an InvenioRDM repository, such as Zenodo: image files, and images within ZIP files."""

    base: str
    records: tuple[str, ...] = ()
    metadata: Literal["page", "api"] = "page"  # where licence and creators are read; robots.txt may allow but one
    diagnosis: Literal["none", "folder"] = "none"  # whether the folder in a ZIP file names the diagnosis


@dataclass(frozen=True)
class Site:
    """A site to collect from; `read_site` checks what the types cannot say."""

    name: str
    kind: Kind
    page_hosts: tuple[str, ...]
    file_hosts: tuple[str, ...]
    about: str = ""
    attribution: str = ""  # where the page names nobody
    instead: str = ""  # the site to use where robots.txt does not allow this one
    licence: SiteLicence = SiteLicence()
    diagnoses: dict[str, str] = field(default_factory=dict)  # the site's own words: one of the seven codes
    limits: Limits = Limits()
    mediawiki: MediaWikiSource | None = None
    gallery: GallerySource | None = None
    repository: RepositorySource | None = None

    @property
    def starts(self) -> tuple[str, ...]:
        """The categories, addresses or records that the crawl begins with."""
        if self.mediawiki is not None:
            return self.mediawiki.categories
        if self.gallery is not None:
            return self.gallery.start
        return self.repository.records if self.repository is not None else ()
