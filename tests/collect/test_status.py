from __future__ import annotations

from pathlib import Path

from lesionlab.collect.status import read_status
from lesionlab.records.collected import ManifestRecord, QueryRecord
from lesionlab.records.manifest import open_manifest


def test_sources_and_queries_are_counted(tmp_path: Path):
    with open_manifest(tmp_path, create=True) as manifest:
        number = manifest.ask(QueryRecord("isic", "x", ("CC0",), None, started_at="a"))
        manifest.tell_available(number, 9)
        for n, state in enumerate(("fetched", "fetched", "fetched", "failed", "refused")):
            record = ManifestRecord(
                "isic",
                str(n),
                state,
                licence="CC0-1.0" if n else "CC-BY",
                size_bytes=100,
                diagnosis="nv" if n == 1 else "",
                diagnosis_given="Nevus",
                same_as="ISIC_0000001" if n == 2 else "",
                same_by="picture" if n == 2 else "",
            )
            manifest.find(number, record)
        manifest.put(ManifestRecord("garden", "1"))
        found = read_status(manifest)
        alone = read_status(manifest, "garden")
    assert [status.source for status in found.sources] == ["garden", "isic"]
    isic = found.sources[1]
    assert isic.counts == {"fetched": 3, "failed": 1, "refused": 1}
    assert isic.bytes_fetched == 300
    assert isic.licences == {"CC0-1.0": 2, "CC-BY": 1}
    assert isic.diagnoses == {"nv": 1, "(Nevus)": 2}
    assert isic.known == {"picture": 1}
    (query,) = found.queries
    assert (query.requested, query.query.available, query.counts["fetched"]) == ("all", 9, 3)
    assert ([status.source for status in alone.sources], alone.queries) == (["garden"], [])
