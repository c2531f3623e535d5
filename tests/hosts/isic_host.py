"""The ISIC Archive, version 2 of its API, as it answers on loopback: paging, signatures, and the queries we write."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from loopback import Answer, Loopback, Request
from PIL import Image

from lesionlab.data.procedural import procedural_lesion

PAGE = 100
API = "/api/v2"
# What the archive says of a lesion of each of the seven, and of two that are none of them.
NAMES = {
    "akiec": ("Indeterminate", "Indeterminate epidermal proliferations", "Solar or actinic keratosis"),
    "bcc": ("Malignant", "Malignant adnexal epithelial proliferations - Follicular", "Basal cell carcinoma"),
    "bkl": ("Benign", "Benign epidermal proliferations", "Seborrheic keratosis"),
    "df": ("Benign", "Benign soft tissue proliferations - Fibro-histiocytic", "Dermatofibroma"),
    "mel": ("Malignant", "Malignant melanocytic proliferations (Melanoma)", "Melanoma Invasive"),
    "nv": ("Benign", "Benign melanocytic proliferations", "Nevus", "Blue nevus"),
    "vasc": ("Benign", "Benign soft tissue proliferations - Vascular", "Hemangioma"),
    "glomus": ("Benign", "Benign soft tissue proliferations - Vascular", "Glomus tumor"),
    "scc": ("Malignant", "Malignant epidermal proliferations", "Squamous cell carcinoma, Invasive"),
}
_DRAWN = {"glomus": "vasc", "scc": "akiec"}
_TERM = re.compile(r'(\w+):(?:"([^"]*)"|\[(\d+) TO (\d+)\]|([\w*-]+))')


@dataclass
class Held:
    """One image of the archive."""

    isic_id: str
    content: bytes
    names: tuple[str, ...] = NAMES["nv"]
    licence: str = "CC-BY"
    image_type: str = "dermoscopic"
    collections: tuple[int, ...] = ()
    attribution: str = "Anonymous"
    clinical: dict[str, Any] = field(default_factory=dict)
    told_size: int | None = None
    public: bool = True

    def metadata(self) -> dict[str, Any]:
        """The metadata as the archive nests it."""
        levels = {f"diagnosis_{level}": name for level, name in enumerate(self.names, start=1)}
        clinical = {"age_approx": 45, "sex": "female", "anatom_site_general": "posterior torso", **levels}
        acquisition = {"image_type": self.image_type, "pixels_x": 64, "pixels_y": 48}
        return {"acquisition": acquisition, "clinical": {**clinical, **self.clinical}}


@cache
def picture(diagnosis: str, seed: int, width: int = 64, height: int = 48) -> bytes:
    """Return a drawn lesion as JPEG, of any size."""
    drawn = procedural_lesion(_DRAWN.get(diagnosis, diagnosis), seed, max(width, height))
    buffer = io.BytesIO()
    Image.fromarray(drawn[:height, :width]).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def pictures(count: int, first: int = 9_000_000, kinds: Iterable[str] = tuple(NAMES)) -> list[Held]:
    """Return images of all kinds in turn, of differing sizes, newest first."""
    kinds = tuple(kinds)
    held = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        content = picture(kind, number, 40 + number % 17, 36 + number % 11)
        clinical = {
            "lesion_id": f"IL_{first + number // 2}",
            "patient_id": f"IP_{number // 4}",
            "age_approx": number % 90,
        }
        held.append(Held(f"ISIC_{first + number:07d}", content, NAMES[kind], clinical=clinical))
    return held[::-1]


class IsicHost(Loopback):
    """The archive: `held` are its images, newest first; `ttl` is how often a signed address may be used (None: always).

    `again` lists an image a second time on the next page, as happens when new images come while one pages.
    """

    def __init__(self, held: list[Held], ttl: int | None = None) -> None:
        super().__init__()
        self.held = held
        self.collections = {7: "BCN20000"}
        self.size_told = True
        self.again = False
        self.ttl = ttl
        self.signature = 0
        self.expired: set[str] = set()
        self.routes = {
            rf"{API}/images/search/": self._search,
            rf"{API}/images/search/size/": self._size,
            rf"{API}/images/[^/]+/": self._image,
            rf"{API}/collections/\d+/": self._collection,
            rf"{API}/collections/": self._collections,
            r"/files/.+": self._file,
        }

    @property
    def address(self) -> str:
        """The base of the API."""
        return f"{self.base}{API}/"

    def fetched(self, held: Held) -> int:
        """How often an image's file was given out whole or in part."""
        return len(self.asked(f"/files/{re.escape(held.isic_id)}"))

    def find(self, isic_id: str) -> Held | None:
        """Return the image of an id."""
        return next((held for held in self.held if held.isic_id == isic_id), None)

    def _found(self, query: dict[str, str]) -> list[Held] | None:
        fits = parse(query.get("query", ""))
        if fits is None:
            return None
        within = {int(number) for number in query.get("collections", "").split(",") if number}
        return [held for held in self.held if fits(held) and (not within or within & set(held.collections))]

    def _search(self, request: Request) -> Answer:
        found = self._found(request.query)
        if found is None:
            return Answer.json({"message": "Unable to parse search query."}, 400)
        limit = max(0, min(int(request.query.get("limit") or PAGE), PAGE))
        cursor = request.query.get("cursor", "")
        first = int(base64.b64decode(cursor).decode().removeprefix("p=")) if cursor else 0
        begin = max(0, first - 1) if self.again else first
        results = [self._listed(held) for held in found[begin : first + limit]]
        onward = None
        if first + limit < len(found):
            token = base64.b64encode(f"p={first + limit}".encode()).decode()
            kept = {name: value for name, value in request.query.items() if name != "cursor"}
            onward = f"{self.address}images/search/?{_encoded({**kept, 'cursor': token})}"
        return Answer.json(
            {"results": results, "count": None if cursor else len(found), "next": onward, "previous": None}
        )

    def _size(self, request: Request) -> Answer:
        found = self._found(request.query)
        if found is None or not self.size_told:
            return Answer.json({"message": "no"}, 400)
        return Answer.json({"size": sum(len(held.content) for held in found)})

    def _image(self, request: Request) -> Answer:
        held = self.find(request.path.split("/")[-2])
        return Answer.json(self._listed(held)) if held else Answer.json({"detail": "Not Found"}, 404)

    def _collection(self, request: Request) -> Answer:
        number = int(request.path.split("/")[-2])
        if number not in self.collections:
            return Answer.json({"detail": "Not Found"}, 404)
        return Answer.json({"id": number, "name": self.collections[number], "public": True})

    def _collections(self, request: Request) -> Answer:
        named = [{"id": number, "name": name} for number, name in self.collections.items()]
        return Answer.json({"results": named, "count": len(named), "next": None, "previous": None})

    def _listed(self, held: Held) -> dict[str, Any]:
        self.signature += 1
        url = f"{self.base}/files/{held.isic_id}?Expires=1999999999&Signature={self.signature}&Key-Pair-Id=K1"
        return {
            "isic_id": held.isic_id,
            "public": held.public,
            "copyright_license": held.licence,
            "attribution": held.attribution,
            "files": {
                "full": {"url": url, "size": len(held.content) if held.told_size is None else held.told_size},
                "thumbnail_256": {"url": f"{url}&thumbnail=1", "size": 100},
            },
            "metadata": held.metadata(),
        }

    def _file(self, request: Request) -> Answer:
        if "authorization" in request.headers:
            return Answer(b"<Error><Code>InvalidArgument</Code></Error>", 400, {"Content-Type": "application/xml"})
        signature = request.query.get("Signature", "")
        if not signature or signature in self.expired:
            return Answer(b"<Error><Code>AccessDenied</Code></Error>", 403, {"Content-Type": "application/xml"})
        held = self.find(request.path.removeprefix("/files/"))
        if held is None:
            return Answer(b"<Error/>", 404, {"Content-Type": "application/xml"})
        return Answer(held.content, 200, {"Content-Type": "image/jpeg", "ETag": f'"{hash(held.content)}"'})


Fits = Callable[[Held], bool]


def parse(query: str) -> Fits | None:
    """Return what a query asks of an image: terms joined by AND and OR, in brackets; None where it cannot be read."""
    tokens = re.findall(r'\(|\)|\bAND\b|\bOR\b|\w+:(?:"[^"]*"|\[[^\]]*\]|[\w*-]+)', query)
    if re.sub(r"\s", "", query) != re.sub(r"\s", "", "".join(tokens)):
        return None
    if not tokens:
        return lambda held: True
    try:
        fits, rest = _either(tokens)
    except (IndexError, ValueError):
        return None
    return fits if not rest else None


def _either(tokens: list[str]) -> tuple[Fits, list[str]]:
    left, rest = _both(tokens)
    while rest[:1] == ["OR"]:
        right, rest = _both(rest[1:])
        left = _or(left, right)
    return left, rest


def _both(tokens: list[str]) -> tuple[Fits, list[str]]:
    left, rest = _one(tokens)
    while rest[:1] == ["AND"]:
        right, rest = _one(rest[1:])
        left = _and(left, right)
    return left, rest


def _one(tokens: list[str]) -> tuple[Fits, list[str]]:
    if tokens[0] == "(":
        inner, rest = _either(tokens[1:])
        if rest[:1] != [")"]:
            raise ValueError
        return inner, rest[1:]
    match = _TERM.fullmatch(tokens[0])
    if match is None:
        raise ValueError
    return _term(match), tokens[1:]


def _term(match: re.Match[str]) -> Fits:
    key, quoted, low, high, bare = match.groups()
    wanted = quoted if quoted is not None else bare

    def fits(held: Held) -> bool:
        parts = held.metadata()
        given = {
            **parts["acquisition"],
            **parts["clinical"],
            "copyright_license": held.licence,
            "isic_id": held.isic_id,
        }
        value = given.get(key)
        if low is not None:
            return value is not None and int(low) <= int(value) <= int(high)
        return str(value) == wanted

    return fits


def _and(one: Fits, other: Fits) -> Fits:
    return lambda held: one(held) and other(held)


def _or(one: Fits, other: Fits) -> Fits:
    return lambda held: one(held) or other(held)


def _encoded(query: dict[str, str]) -> str:
    from urllib.parse import urlencode

    return urlencode(query)
