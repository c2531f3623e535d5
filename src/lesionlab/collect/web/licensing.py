"""Which licence an image has, from what its page states: clear and open, or a sentence that says why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lesionlab.collect.web.findings import Statement
from lesionlab.collect.web.site import SiteLicence
from lesionlab.core.licences import OPEN_FAMILIES, Licence, family_of, find_licence, is_open

LONGEST_NAME = 80  # longer than a licence's name is prose, and prose may say "not under CC0"
_RESERVED = re.compile(r"all[ -]rights[ -]reserved|fair[ -]use|non-?free|no reuse|copyrighted", re.IGNORECASE)


@dataclass(frozen=True)
class Judged:
    """A licence under which an image may be kept, in our code and the page's words; or why there is none."""

    code: str = ""
    words: str = ""
    stated_at: str = ""
    refusal: str = ""


def judge(statements: Sequence[Statement], site: SiteLicence) -> Judged:
    """Return the licence of an image: its own, of several offered the freest; the site's only where it has none."""
    told = [tuple(word for word in statement if word) for statement in statements]
    told = [statement for statement in told if statement]
    if not told:
        found = find_licence(site.whole_site) if site.whole_site else None
        if found is None:
            return Judged(refusal="No licence was found.")
        return Judged(found.code, site.whole_site, site.stated_at)
    words = "; ".join(dict.fromkeys(word for statement in told for word in statement))[:200]
    if _RESERVED.search(words):
        return Judged(refusal=f"It is not free: '{words}'.")
    known = [licence for statement in told if (licence := _one_licence(statement)) is not None]
    if not known:
        return Judged(refusal=f"The licence is not clear: '{words}'.")
    free = sorted((licence for licence in known if is_open(licence.code)), key=_freedom)
    if not free:
        return Judged(refusal=f"{known[0].name} allows no derivatives.")
    return Judged(free[0].code, words)


def _one_licence(statement: Statement) -> Licence | None:
    """Return the licence that all words of a statement agree on, with its version where one of them tells it."""
    named = (find_licence(word) for word in statement if len(word) <= LONGEST_NAME or word.startswith("http"))
    found = [licence for licence in named if licence is not None]
    if len({family_of(licence.code) for licence in found}) != 1:
        return None
    versions = {licence.code for licence in found if licence.code != family_of(licence.code)}
    if len(versions) > 1:
        return None
    return next((licence for licence in found if licence.code in versions), found[0])


def _freedom(licence: Licence) -> int:
    return OPEN_FAMILIES.index(family_of(licence.code))


def wanted(code: str, licences: Sequence[str]) -> bool:
    """Tell whether a licence is among those asked for: "CC-BY" means every version of it; none asked for means all."""
    return not licences or code in licences or family_of(code) in licences
