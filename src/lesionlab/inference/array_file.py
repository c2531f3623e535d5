"""A file of an export that holds arrays and the facts about them: no pickle, whole or absent."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import ModelError
from lesionlab.core.files import write_bytes
from lesionlab.records.codec import from_plain, to_plain

Facts = TypeVar("Facts")
Content = TypeVar("Content")
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class ArrayFile:
    """A kind of file in an export folder: its name, what is unknown without it, and the command that makes it."""

    name: str
    without: str
    cure: str

    def write(self, folder: Path, facts: object, arrays: Arrays) -> Path:
        """Write facts, a dataclass, and arrays into an export folder, whole or not at all."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, facts=np.array(json.dumps(to_plain(facts))), **arrays)
        write_bytes(folder / self.name, buffer.getvalue())
        return folder / self.name

    def read(self, folder: Path, kind: type[Facts], content: Callable[[Facts, Arrays], Content]) -> Content:
        """Return the content made of the facts, of this kind, and the arrays.

        Raises:
            ModelError: there is no such file in the folder, or it is damaged.
        """
        path = folder / self.name
        if not path.is_file():
            raise ModelError(f"{folder} holds no {self.name}: {self.without}.", self.cure)
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
                return content(from_plain(kind, json.loads(str(arrays["facts"])), str(path), ModelError), arrays)
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError(f"{path} is damaged.", self.cure) from error
