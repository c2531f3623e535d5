"""Any page of images, read by the CSS selectors of the site file, with licences in the forms that machines can read."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from parsel import Selector, SelectorList
from scrapy.http import HtmlResponse, TextResponse

from lesionlab.collect.web.findings import Finding, Found, Page, Statement, UnreadableError, safe_id, web_address
from lesionlab.collect.web.plain_text import linked_data, names_of, one_line, words_of
from lesionlab.collect.web.site import GallerySource

_ADDRESSES = ("href", "src", "data-src", "content")


class GalleryReader:
    """Reads list pages and, where the site has them, the page of each image."""

    def __init__(self, source: GallerySource, depth: int) -> None:
        self._source = source
        self._depth = depth

    def start(self) -> Iterator[Page]:
        """Yield the first pages."""
        for url in self._source.start:
            yield Page(url)

    def read(self, page: Page, response: TextResponse) -> Iterator[Finding]:
        """Yield the images of a page, or the pages of each; then the pages that it leads to."""
        if not isinstance(response, HtmlResponse):
            raise UnreadableError("It is no HTML page.")
        base = _base(response)
        if page.kind == "item":
            yield from self._images(response.selector, response, base, page.image_id, "")
            return
        diagnosis = _text(response.selector, self._source.list_diagnosis)
        for item in response.css(self._source.item):
            if self._source.detail:
                for url in _addresses(item, self._source.detail, base):
                    yield Page(url, "item", page.depth, safe_id(_last(url), url), diagnosis)
            else:
                yield from self._images(item, response, base, "", diagnosis)
        if self._source.deeper and page.depth < self._depth:
            for url in _addresses(response.selector, self._source.deeper, base):
                yield Page(url, "list", page.depth + 1)
        if self._source.next:
            for url in _addresses(response.selector, self._source.next, base):
                yield Page(url, "list", page.depth)

    def _images(
        self, item: Selector, response: HtmlResponse, base: str, image_id: str, diagnosis: str
    ) -> Iterator[Found]:
        source = self._source
        urls = _addresses(item, source.image, base)
        if image_id and not urls:
            yield Found(image_id, "", response.url, refusal="The page tells of no file.")
        for url in urls[:1] if image_id else urls:
            described = _described(response.selector, url, base)
            yield Found(
                image_id=image_id or safe_id(_last(url), url),
                file_url=url,
                page_url=web_address(response.url),
                statements=self._statements(item, response, described),
                attribution=_text(item, source.attribution) or names_of(described.get("creator")),
                diagnosis_given=_text(item, source.diagnosis) or diagnosis,
                details={"caption": caption} if (caption := _text(item, source.caption)) else {},
            )

    def _statements(
        self, item: Selector, response: HtmlResponse, described: dict[str, object]
    ) -> tuple[Statement, ...]:
        """Return what is stated of the licence, by the nearest that states anything: a farther one never mends it."""
        if self._source.licence:
            return tuple(_statement(node) for node in item.css(self._source.licence))
        if words := words_of(described.get("license")):
            return (words,)
        if links := item.xpath('.//*[@rel and contains(concat(" ", @rel, " "), " license ")]'):
            return tuple(_statement(link) for link in links)
        if not self._source.page_licence:
            return ()
        for thing in linked_data(response.selector):
            if words := words_of(thing.get("license")):
                return (words,)
        links = response.xpath('//*[@rel and contains(concat(" ", @rel, " "), " license ")]')
        return tuple(_statement(link) for link in links)


def _described(page: Selector, url: str, base: str) -> dict[str, object]:
    """Return what the page's JSON-LD tells of the image at this address, or nothing."""
    for thing in linked_data(page):
        own = {urljoin(base, word) for key in ("contentUrl", "url", "@id") for word in words_of(thing.get(key))}
        if url in own and ("license" in thing or "creator" in thing):
            return thing
    return {}


def _base(response: HtmlResponse) -> str:
    href = response.xpath("//base/@href").get()
    return urljoin(response.url, href) if href else response.url


def _addresses(within: Selector, selector: str, base: str) -> list[str]:
    """Return the absolute addresses that a selector finds, each once, without their fragments."""
    found: list[str] = []
    for node in _nodes(within, selector):
        value = node.get() if not hasattr(node.root, "attrib") else _address_of(node)
        if value and (url := _joined(base, value.strip())):
            found.append(url)
    return list(dict.fromkeys(found))


def _joined(base: str, address: str) -> str:
    try:
        return web_address(urljoin(base, address).partition("#")[0])
    except ValueError:  # such as "http://[": no address at all
        return ""


def _address_of(node: Selector) -> str:
    return next((value for name in _ADDRESSES if (value := node.attrib.get(name))), "")


def _text(within: Selector, selector: str) -> str:
    if not selector:
        return ""
    return one_line("; ".join(filter(None, (_text_of(node) for node in _nodes(within, selector)))))


def _text_of(node: Selector) -> str:
    return one_line("".join(node.xpath(".//text()").getall()) if hasattr(node.root, "attrib") else node.get() or "")


def _statement(node: Selector) -> Statement:
    """Return the words of an element that states a licence: its address, if it has one, and its text."""
    if not hasattr(node.root, "attrib"):
        return (one_line(node.get() or ""),)
    return tuple(word for word in (one_line(_address_of(node)), _text_of(node)) if word)


def _nodes(within: Selector, selector: str) -> SelectorList[Selector]:
    return within.css(selector)


def _last(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]
