"""What is asked of the ISIC Archive: a query in its own language, put together from options."""

from __future__ import annotations

from dataclasses import dataclass

from lesionlab.collect.isic_diagnoses import LEVELS, archive_terms
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import InputError
from lesionlab.core.licences import family_of, find_licence
from lesionlab.records.collected import ManifestRecord

LICENCES = {"CC0": "CC-0", "CC-BY": "CC-BY", "CC-BY-NC": "CC-BY-NC"}  # ours to the archive's; it has no others
ANY = "any"


@dataclass(frozen=True)
class IsicQuery:
    """A question to the archive; what is given several times is joined by OR, different things by AND.

    `diagnoses` are codes of the seven or names in the archive's own words; `licences` are families such as "CC-BY".
    """

    text: str = ""
    diagnoses: tuple[str, ...] = ()
    collections: tuple[int, ...] = ()
    licences: tuple[str, ...] = tuple(LICENCES)
    image_type: str = "dermoscopic"

    @property
    def params(self) -> dict[str, str]:
        """The parameters of a search."""
        return {"query": self.language, "collections": ",".join(map(str, self.collections))}

    @property
    def language(self) -> str:
        """The query in the archive's language."""
        parts = [f"({self.text.strip()})"] if self.text.strip() else []
        parts.append(_any_of([term for name in self.diagnoses for term in _terms(name)]))
        if set(self.licences) != set(LICENCES):
            parts.append(_any_of([("copyright_license", LICENCES[licence]) for licence in self.licences]))
        if self.image_type != ANY:
            parts.append(_any_of([("image_type", self.image_type)]))
        return " AND ".join(part for part in parts if part)

    @property
    def words(self) -> str:
        """The query as the manifest records it: the same options give the same words."""
        held = f" in collections {','.join(map(str, self.collections))}" if self.collections else ""
        return f"{self.language or 'all images'}{held}"

    def objection(self, record: ManifestRecord) -> str:
        """Return why an image that the archive lists must not be kept, or blank."""
        licence = family_of(record.licence)
        if licence not in self.licences:
            given = record.licence or record.details.get("copyright_license", "") or "none"
            return f"Its licence ({given}) is not among those asked for ({', '.join(self.licences)})."
        codes = [name for name in self.diagnoses if name in HAM10000_CODES]
        if codes and len(codes) == len(self.diagnoses) and record.diagnosis not in codes:
            return (
                f"Its diagnosis ({record.diagnosis_given or 'none'}) is none of those asked for ({', '.join(codes)})."
            )
        return ""


def isic_query(
    text: str = "",
    diagnoses: tuple[str, ...] = (),
    collections: tuple[int, ...] = (),
    licences: tuple[str, ...] = (),
    image_type: str = "dermoscopic",
) -> IsicQuery:
    """Return a query from what a user wrote; no licence means all open ones.

    Raises:
        InputError: a licence that is unknown or that the archive does not have, or a name that cannot be asked for.
    """
    for name in (*diagnoses, image_type):
        if not name.strip() or '"' in name or not name.isprintable():
            raise InputError(
                f"'{name[:60]}' cannot be asked for.", "Give one of the seven codes, or the archive's name."
            )
    families = tuple(dict.fromkeys(map(_family, licences))) or tuple(LICENCES)
    return IsicQuery(text, tuple(dict.fromkeys(diagnoses)), tuple(sorted(set(collections))), families, image_type)


def _family(licence: str) -> str:
    found = find_licence(licence)
    family = family_of(found.code) if found else ""
    if family not in LICENCES:
        raise InputError(
            f"The ISIC Archive has no images under '{licence[:40]}'.", f"It has {', '.join(LICENCES.values())}."
        )
    return family


def _terms(name: str) -> list[tuple[str, str]]:
    return archive_terms(name) if name in HAM10000_CODES else [(level, name) for level in LEVELS]


def _any_of(terms: list[tuple[str, str]]) -> str:
    joined = " OR ".join(f'{key}:"{value}"' for key, value in terms)
    return f"({joined})" if len(terms) > 1 else joined
