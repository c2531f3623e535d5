from __future__ import annotations

import json
import subprocess
import sys

import pytest

FAULTS = """
import json, resource
import numpy as np
from lesionlab.models.allocator import keep_freed_memory

def faults() -> int:
    for _ in range(3):
        np.ones(2**24, np.uint8)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(2**24, np.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

sixteen_mib = 2**24 // resource.getpagesize()
print(json.dumps({"before": faults() / sixteen_mib, "could": keep_freed_memory(), "after": faults() / sixteen_mib}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone can be told")
def test_memory_that_was_freed_is_had_again_without_asking_the_system():
    found = json.loads(subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, check=True).stdout)
    assert found["could"]
    assert found["after"] < 0.01
