"""What the figures were taken on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path

TELLING_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve")
PACKAGES = ("numpy", "pillow", "torch", "openvino", "onnxruntime")


def facts(cpuinfo: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """Return processor, instruction sets, system and versions, in words."""
    model, flags = _processor(cpuinfo)
    return {
        "processor": f"{model}, {os.cpu_count()} cores",
        "instructions": " ".join(flag for flag in TELLING_FLAGS if flag in flags) or "not told by this system",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: version for package in PACKAGES if (version := _version(package))},
    }


def _processor(cpuinfo: Path) -> tuple[str, set[str]]:
    if sys.platform == "darwin":
        told = subprocess.run(["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True)
        return told.stdout.strip(), set()
    if not cpuinfo.is_file():
        return platform.processor() or "unknown", set()
    lines = [line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines()]
    values = {name.strip().lower(): value.strip() for name, _, value in lines}
    return values.get("model name", "unknown"), set(values.get("flags", values.get("features", "")).split())


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
