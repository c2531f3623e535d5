"""Pages of images on loopback: lists with a next page, pages of single images, licences in every form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from loopback import Answer, Loopback, Request, serving
from web_pictures import picture

BY = '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>'


@dataclass
class Shown:
    """An image as the gallery shows it."""

    number: int
    licence: str = BY
    author: str = "Grace Hopper"
    diagnosis: str = "Naevus"
    caption: str = "An image, “shown” <b>here</b>"
    head: str = ""  # of its own page
    headers: dict[str, str] = field(default_factory=dict)  # of the file's answer
    content: bytes = b""
    address: str = ""  # instead of the true one

    def __post_init__(self) -> None:
        self.content = self.content or picture(1000 + self.number)


@dataclass
class Gallery:
    """The gallery and its host: `per_page` images on a list page; with `detail`, each has a page of its own."""

    host: Loopback
    shown: list[Shown]
    per_page: int = 4
    detail: bool = False
    robots: str = ""
    head: str = ""  # of list pages
    foot: str = ""

    def item(self, image: Shown) -> str:
        """What is told of an image, in the list or on its own page."""
        address = image.address or f"/images/{image.number}.jpg"
        return f"""<figure class="lesion"><img src="{address}#large" alt="">
<figcaption>{image.caption}</figcaption><span class="by">{image.author}</span>
<span class="dx">{image.diagnosis}</span><span class="terms">{image.licence}</span></figure>"""

    def list_page(self, request: Request) -> Answer:
        number = int(request.query.get("page", "1"))
        first = (number - 1) * self.per_page
        images = self.shown[first : first + self.per_page]
        links = [f'<li class="lesion"><a class="more" href="lesion/{i.number}">more</a></li>' for i in images]
        body = "".join(links if self.detail else [self.item(image) for image in images])
        # The last page leads to the first: a crawler must not go round in circles.
        onward = number + 1 if first + self.per_page < len(self.shown) else 1
        return html(f"<h1>Skin</h1>{body}<a class='next' href='?page={onward}'>next</a>{self.foot}", self.head)

    def one_page(self, request: Request) -> Answer:
        image = next((i for i in self.shown if request.path == f"/lesion/{i.number}"), None)
        return html(self.item(image), image.head) if image else Answer(b"gone", 404)

    def file(self, request: Request) -> Answer:
        image = next((i for i in self.shown if request.path == f"/images/{i.number}.jpg"), None)
        return (
            Answer(image.content, headers={"Content-Type": "image/jpeg", **image.headers})
            if image
            else Answer(b"", 404)
        )

    def site(self, name: str = "gallery", licence: str = "", limits: str = "", **options: str) -> str:
        """A site file for this gallery."""
        given = {
            "item": ".lesion",
            "detail": "a.more" if self.detail else "",
            "licence": ".terms a, .terms:not(:has(a))",
            "attribution": ".by",
            "caption": "figcaption",
            "diagnosis": ".dx",
            "next": "a.next",
            **options,
        }
        lines = "\n".join(f"{key} = {value!r}" for key, value in given.items() if value)
        return f"""
name = "{name}"
kind = "gallery"
page_hosts = ["127.0.0.1"]
file_hosts = ["127.0.0.1"]
{licence}
[diagnoses]
"naevus" = "nv"
[limits]
{limits}
[gallery]
start = ["{self.host.base}/"]
{lines}
"""


def html(body: str, head: str = "", **headers: str) -> Answer:
    """A page."""
    text = f"<!doctype html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"
    return Answer(text.encode(), headers={"Content-Type": "text/html; charset=utf-8", **headers})


@contextmanager
def gallery_of(shown: list[Shown], **more: Any) -> Iterator[Gallery]:
    """Serve a gallery of these images."""
    gallery = Gallery(Loopback(), shown, **more)

    def robots(request: Request) -> Answer:
        found = {"Content-Type": "text/plain"}
        return Answer(gallery.robots.encode(), headers=found) if gallery.robots else Answer(b"<h1>none</h1>", 404)

    gallery.host.routes |= {
        "/robots.txt": robots,
        "/": gallery.list_page,
        r"/lesion/\d+": gallery.one_page,
        r"/images/\d+\.jpg": gallery.file,
    }
    with serving(gallery.host):
        yield gallery
