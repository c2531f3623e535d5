"""An .npy file written row by row, its length not known before, and read by memory map: no copy stays in memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from lesionlab.core.errors import DataError
from lesionlab.core.files import replacing

_AT_ONCE = 1024  # rows copied in one piece
_LARGEST = 10**12  # rows; the head written first keeps room for a length of this many digits


class ArrayWriter:
    """A uint8 array [n, *row_shape] that grows; the file appears when the `with` block ends well."""

    def __init__(self, path: Path, row_shape: tuple[int, ...]) -> None:
        self._path = path
        self._row_shape = row_shape
        self._rows = 0
        self._stack = ExitStack()

    def __enter__(self) -> ArrayWriter:
        beside = self._stack.enter_context(replacing(self._path))
        self._file = self._stack.enter_context(beside.open("wb"))
        self._file.write(self._head(_LARGEST))
        return self

    def append(self, rows: NDArray[np.uint8]) -> None:
        """Add uint8 [k, *row_shape] at the end."""
        if rows.shape[1:] != self._row_shape or rows.dtype != np.uint8:
            raise ValueError(f"Rows of {rows.shape[1:]} {rows.dtype} do not fit {self._row_shape} uint8.")
        self._file.write(np.ascontiguousarray(rows).data)
        self._rows += len(rows)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if kind is None:
            self._file.seek(0)
            self._file.write(self._head(self._rows))
        return self._stack.__exit__(kind, error, trace)

    def _head(self, rows: int) -> bytes:
        buffer = io.BytesIO()
        description = {"descr": "|u1", "fortran_order": False, "shape": (rows, *self._row_shape)}
        npy.write_array_header_1_0(buffer, description)
        return buffer.getvalue()


def copy_rows(path: Path, parts: Iterable[tuple[NDArray[np.uint8], Sequence[int]]]) -> None:
    """Write chosen rows of several uint8 arrays [n, ...] of one shape one after another, some at a time in memory."""
    whole = list(parts)
    with ArrayWriter(path, whole[0][0].shape[1:]) as writer:
        for array, rows in whole:
            for start in range(0, len(rows), _AT_ONCE):
                writer.append(array[list(rows[start : start + _AT_ONCE])])


def map_array(path: Path, shape: tuple[int, ...], cure: str) -> NDArray[np.uint8]:
    """Return a uint8 array of this shape, mapped read-only.

    Raises:
        DataError: the file is missing, damaged or holds another array; `cure` says what to do.
    """
    try:
        mapped: NDArray[np.uint8] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path} is missing or damaged.", cure) from error
    if mapped.shape != shape or mapped.dtype != np.uint8:
        raise DataError(f"{path} holds {mapped.shape} {mapped.dtype}, not {shape} uint8.", cure)
    return mapped
