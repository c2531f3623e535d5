"""Memory that training frees and wants again in the next step: keep it instead of handing it back to the system."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

# The numbers of malloc.h (glibc); other C libraries have no such function, or ignore it.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_MOST = 2**31 - 1
_PAD_BYTES = 64 * 2**20


@cache
def keep_freed_memory() -> bool:
    """Tell the C library to keep what is freed; return whether it could be told.

    Every activation of a step is allocated anew. Large ones come straight from the system, page by page, which costs
    a training step on the CPU a tenth of its time (docs/performance.md).
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return all(mallopt(*each) == 1 for each in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _MOST), (_TOP_PAD, _PAD_BYTES)))
