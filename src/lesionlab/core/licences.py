"""Licences of images: told from what a host writes, and joined to the strictest for what is derived."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """A licence: its code (SPDX where there is one), what it asks for, and what it forbids."""

    code: str
    attribution: bool
    commercial: bool
    derivatives: bool
    share_alike: bool

    @property
    def name(self) -> str:
        """The name that people write, such as "CC BY-NC 4.0"."""
        if self.code == "PDM-1.0":
            return "Public Domain Mark 1.0"
        family, _, version = self.code.removeprefix("CC-").removeprefix("CC0").rpartition("-")
        if self.code.startswith("CC0"):
            return "CC0 1.0"
        return f"CC {family} {version}" if version[:1].isdigit() else f"CC {self.code.removeprefix('CC-')}"

    @property
    def url(self) -> str:
        """The address of its deed, for the version named or the newest."""
        if self.code in ("CC0-1.0", "PDM-1.0"):
            return f"https://creativecommons.org/publicdomain/{'zero' if self.code == 'CC0-1.0' else 'mark'}/1.0/"
        match = re.fullmatch(r"CC-([A-Z-]+?)(?:-(\d\.\d))?", self.code)
        assert match is not None
        return f"https://creativecommons.org/licenses/{match[1].lower()}/{match[2] or '4.0'}/"


OPEN_FAMILIES = ("CC0", "PDM", "CC-BY", "CC-BY-SA", "CC-BY-NC", "CC-BY-NC-SA")
"""Licences under which an image may be kept, trained on and passed on: all that allow derivatives."""

_KINDS = ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")


def find_licence(text: str) -> Licence | None:
    """Return the licence that a host's words or a deed's address name, or None: what is not clear is not guessed.

    Knows "CC-0", "cc-by-sa-3.0", "CC BY-NC 4.0", "Attribution-ShareAlike 4.0", "Public domain" and addresses of deeds.
    """
    words = re.sub(r"[\s_]+", "-", text.strip().lower())
    if re.search(r"publicdomain/zero|(?:^|[^a-z])cc-?(?:0|zero)(?![a-z]|\.)", words):
        return Licence("CC0-1.0", False, True, True, False)
    if re.search(r"publicdomain/mark|^(?:pdm?|public-domain)(?:-|$)", words):
        return Licence("PDM-1.0", False, True, True, False)
    match = re.search(r"creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)", words) or re.fullmatch(
        r"cc-?(by(?:-(?:nc|nd|sa))*)(?:-v?(\d\.\d))?(?:-[a-z]+)?", _short(words)
    )
    if match is None or match[1].upper() not in _KINDS:
        return None
    return _creative_commons(match[1].upper(), match[2] or "")


def _short(words: str) -> str:
    """Return "cc-by-nc-4.0" for "creative-commons-attribution-noncommercial-4.0-international"."""
    long = (
        ("creative-commons-", "cc-"),
        ("attribution", "by"),
        ("non-commercial", "nc"),
        ("noncommercial", "nc"),
        ("no-derivatives", "nd"),
        ("noderivatives", "nd"),
        ("share-alike", "sa"),
        ("sharealike", "sa"),
        ("-international", ""),
        ("-unported", ""),
        ("-generic", ""),
    )
    bare = words.startswith("attribution")
    for whole, part in long:
        words = words.replace(whole, part)
    return f"cc-{words}" if bare else words


def _creative_commons(kind: str, version: str) -> Licence:
    parts = kind.split("-")
    code = f"CC-{kind}-{version}" if version else f"CC-{kind}"
    return Licence(code, True, "NC" not in parts, "ND" not in parts, "SA" in parts)


def family_of(code: str) -> str:
    """Return a licence's code without its version: "CC-BY-NC" for "CC-BY-NC-4.0"."""
    return re.sub(r"-\d\.\d$", "", code)


def is_open(code: str) -> bool:
    """Tell whether an image under this licence may be trained on and passed on."""
    return family_of(code) in OPEN_FAMILIES


def strictest(codes: Iterable[str]) -> str:
    """Return the code of the licence for what is derived from all of these: every duty and limit of each.

    Raises:
        ValueError: there is none, or one that is not open, so that nothing may be derived.
    """
    families = [family_of(code) for code in codes]
    closed = [family for family in families if family not in OPEN_FAMILIES]
    if closed or not families:
        raise ValueError(f"Nothing may be derived under {closed[0] if closed else 'no licence'}.")
    duties = [duty for duty in ("BY", "NC", "SA") if any(duty in family.split("-") for family in families)]
    return f"CC-{'-'.join(duties)}-4.0" if duties else "CC0-1.0"
