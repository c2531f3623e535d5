"""The native interface of a Dataverse for one data set: the listing of its files, and each file by its number."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

from loopback import Answer, Loopback, Request

LISTING = "/api/datasets/:persistentId/versions/:latest-published/files"
FILE = r"/api/access/datafile/\d+"
DOI = "doi:10.7910/DVN/DBW86T"
TAB = b'lesion_id\timage_id\tdx\n"HAM_1"\t"ISIC_1"\t"nv"\n'


def dataverse_files(source: Path) -> dict[str, bytes]:
    """Return the data set's files for a folder in the Kaggle layout: the images of a part lie flat in its archive."""
    files = {"HAM10000_metadata.csv": (source / "HAM10000_metadata.csv").read_bytes()}
    for folder in sorted(path for path in source.iterdir() if path.is_dir()):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for path in sorted(folder.iterdir()):
                archive.write(path, path.name)
        files[f"{folder.name}.zip"] = buffer.getvalue()
    return files


class DataverseHost(Loopback):
    """A Dataverse; the metadata table was ingested: it is listed as a .tab, and the original is to be asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.files = dict(enumerate(sorted(files.items()), start=3172582))
        self.checksums = {name: hashlib.md5(content).hexdigest() for name, content in files.items()}
        self.restricted: set[str] = set()
        self.guest_book = False
        self.extra: list[dict[str, Any]] = [_entry(9, "ISIC2018_Task3_Test_Images.zip", b"not asked for")]
        self.routes = {LISTING: self._listing, FILE: self._file}

    def _listing(self, request: Request) -> Answer:
        if request.query.get("persistentId") != DOI:
            return Answer.json({"status": "ERROR", "message": "Not found"}, 404)
        entries = list(self.extra)
        for number, (name, content) in self.files.items():
            entry = _entry(number, name, content) | {"restricted": name in self.restricted}
            entry["dataFile"]["checksum"]["value"] = entry["dataFile"]["md5"] = self.checksums[name]
            if name.endswith(".csv"):
                tab = name.replace(".csv", ".tab")
                entry["label"] = entry["dataFile"]["filename"] = tab
                entry["dataFile"] |= {
                    "filesize": len(TAB),
                    "contentType": "text/tab-separated-values",
                    "originalFileFormat": "text/csv",
                    "originalFileName": name,
                    "originalFileSize": len(content),
                }
            entries.append(entry)
        return Answer.json({"status": "OK", "data": entries})

    def _file(self, request: Request) -> Answer:
        name, content = self.files[int(request.path.rpartition("/")[2])]
        if self.guest_book or name in self.restricted:
            words = "You may not download this file without the required Guestbook response."
            return Answer.json({"status": "ERROR", "message": words}, 403)
        if name.endswith(".csv") and request.query.get("format") != "original":
            return Answer(TAB, 200, {"Content-Type": "text/tab-separated-values"})
        return Answer(content, 200, {"Content-Type": "application/octet-stream", "ETag": f'"{self.checksums[name]}"'})


def _entry(number: int, name: str, content: bytes) -> dict[str, Any]:
    md5 = hashlib.md5(content).hexdigest()
    return {
        "label": name,
        "restricted": False,
        "version": 1,
        "dataFile": {
            "id": number,
            "filename": name,
            "contentType": "application/zip",
            "filesize": len(content),
            "md5": md5,
            "checksum": {"type": "MD5", "value": md5},
        },
    }
