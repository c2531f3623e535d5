"""Decode mutated files as `classifier predict` does, under limits, and tell of each what became of it.

`python decode_mutated.py FIRST COUNT`: a line `NUMBER SECONDS OUTCOME` for each; a file that ends the process has none.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from mutated_images import mutated

from lesionlab.core.errors import LesionLabError
from lesionlab.core.imaging import MAX_PIXELS, decode, decode_for_model, square
from lesionlab.inference.provenance import read_provenance

LIMIT_BYTES = 2**30  # above what the process holds before it decodes anything
STACK_AND_PAGES = 64 * 2**20  # address space that nothing is written to: threads' stacks, memory that malloc keeps


def outcome(number: int, content: bytes) -> str:
    """Return `image`, the error's class where it is one of ours, or what should never be."""
    try:
        pixels = decode(content) if number % 2 else decode_for_model(content, 64)
        read_provenance(content)
        small = square(pixels, 64)
    except LesionLabError as error:
        return "out of memory" if isinstance(error.__cause__, MemoryError) else type(error).__name__
    except MemoryError:
        return "out of memory"
    whole = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size <= 3 * MAX_PIXELS
    return "image" if whole and small.shape == (64, 64, 3) else f"{pixels.dtype} {pixels.shape}"


def main(first: int, count: int) -> None:
    """Decode `count` files, the first of them of this number."""
    outcome(0, mutated(0))  # what is loaded at first use is no file's fault
    address_space = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
    most = address_space + LIMIT_BYTES + STACK_AND_PAGES
    for number in range(first, first + count):
        content = mutated(number)
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
        started = time.process_time()
        found = outcome(number, content)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        sys.stdout.write(f"{number} {time.process_time() - started:.3f} {found}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
