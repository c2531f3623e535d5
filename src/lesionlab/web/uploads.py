"""An uploaded image: held in memory, decoded, and gone after the answer."""

from __future__ import annotations

import io
import threading
from typing import IO

from flask import Request, request

from lesionlab.core import imaging
from lesionlab.core.errors import InputError
from lesionlab.core.imaging import Pixels

FIELD = "image"
AT_ONCE = 4  # images that are decoded: one of 50 megapixels takes 150 MB
_DECODING = threading.BoundedSemaphore(AT_ONCE)
FORM_OVERHEAD_BYTES = 64 * 1024  # boundaries and part headers around the file


class MemoryRequest(Request):
    """A request whose uploaded files never touch the disk."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        # Werkzeug would put all but small uploads into a file; MAX_CONTENT_LENGTH bounds what memory must hold.
        return io.BytesIO()


def read_upload() -> Pixels:
    """Decode the image of the current request: uint8 [H, W, 3], without its metadata.

    Raises:
        InputError: no file was sent.
        TooLargeError, ImageError: see `imaging.decode`.
    """
    file = request.files.get(FIELD)
    if file is None or (not file.filename and not file.stream.read(1)):
        raise InputError("No image was sent.", f"Choose an image file; its form field is named '{FIELD}'.")
    file.stream.seek(0)
    with _DECODING:
        return imaging.decode_for_model(file.stream.read())
