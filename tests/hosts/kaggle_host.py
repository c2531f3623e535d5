"""Kaggle's public interface for one data set: its description, and its archive behind a redirect to signed storage."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from loopback import Answer, Loopback, Request

VIEW = "/api/v1/datasets/view/kmader/skin-cancer-mnist-ham10000"
DOWNLOAD = "/api/v1/datasets/download/kmader/skin-cancer-mnist-ham10000"
STORAGE = r"/storage/ham10000-v\d+\.zip"
TOY = "hmnist_28_28_RGB.csv"
TOY_CONTENT = b"pixel0000,pixel0001,label\n" + b"190,153,2\n" * 50


def kaggle_zip(source: Path, *, twice: bool = True, toy: bool = True) -> bytes:
    """Return the archive as Kaggle packs it: each image twice, in folders that differ in case, and reduced tables."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(source).as_posix())
        for path in sorted(source.glob("*/*.jpg")) if twice else ():
            archive.write(path, f"{path.parent.name.lower()}/{path.name}")
        if toy:
            archive.writestr(TOY, TOY_CONTENT)
    return buffer.getvalue()


class KaggleHost(Loopback):
    """A host with one public data set; `login` makes it want an account, `page` sends a page for the archive."""

    def __init__(self, archive: bytes, version: int = 2) -> None:
        super().__init__()
        self.archive = archive
        self.version = version
        self.login = False
        self.page = False
        self.routes = {VIEW: self._view, DOWNLOAD: self._download, STORAGE: self._storage}

    def _view(self, request: Request) -> Answer:
        if self.login:
            return Answer.json({"code": 401, "message": "Unauthenticated"}, 401)
        return Answer.json(
            {
                "ref": "kmader/skin-cancer-mnist-ham10000",
                "currentVersionNumber": self.version,
                "totalBytes": len(self.archive),
                "licenseName": "CC BY-NC-SA 4.0",
            }
        )

    def _download(self, request: Request) -> Answer:
        if self.login:
            return Answer.json({"code": 403, "message": "Permission denied"}, 403)
        if request.query.get("dataset_version_number") != str(self.version):
            return Answer.json({"code": 404, "message": "Not found"}, 404)
        signed = f"{self.base}/storage/ham10000-v{self.version}.zip?X-Goog-Signature=abc"
        return Answer(b"", 302, {"Location": signed})

    def _storage(self, request: Request) -> Answer:
        if "authorization" in request.headers or "X-Goog-Signature" not in request.query:
            return Answer(b"<Error>SignatureDoesNotMatch</Error>", 403, {"Content-Type": "application/xml"})
        if self.page:
            return Answer(b"<!DOCTYPE html><title>Sign in - Kaggle</title>", 200, {"Content-Type": "text/html"})
        return Answer(self.archive, 200, {"Content-Type": "application/zip", "ETag": f'"{hash(self.archive)}"'})
