"""What goes wrong while setting up, each as one sentence of cause and one of cure."""

import errno
import re
from collections.abc import Sequence


class LaunchError(Exception):
    """Say why setting up stopped and what to do next; `kind` names the cause for the code."""

    def __init__(self, cause: str, cure: str, kind: str = "other") -> None:
        super().__init__(f"{cause} {cure}")
        self.cause = cause
        self.cure = cure
        self.kind = kind


DISK = LaunchError("The disk is full.", "Free some space, then run this again: it goes on by itself.", "disk")
NETWORK = LaunchError(
    "The package index cannot be reached.",
    "Check the network (or your proxy or mirror settings for pip), then run this again.",
    "network",
)
CERTIFICATE = LaunchError(
    "The package index answers with a certificate that is not trusted here.",
    "Set SSL_CERT_FILE to your network's certificate file, then run this again.",
    "certificate",
)
PERMISSION = LaunchError(
    "A file or folder may not be written.",
    "Put LesionLab into a folder that is yours, or close the programs that use it.",
    "permission",
)
CHANGED = LaunchError(
    "A downloaded package differs from the one that was locked.",
    "Do not install it; clear the package cache (`uv cache clean`, `pip cache purge`) and try another network.",
    "changed",
)
NO_PACKAGE = LaunchError(
    "A package has no build for this Python or system.",
    "Use a 64-bit Python 3.11 to 3.14 on Linux, Windows, or macOS 14 or newer with Apple silicon.",
    "no package",
)

# Searched in this order in the lower-cased output of uv or pip: a full disk can also look like a broken download.
_SIGNS: tuple[tuple[LaunchError, tuple[str, ...]], ...] = (
    (DISK, ("no space left on device", "os error 28", "errno 28", "os error 112", "quota exceeded")),
    (CHANGED, ("hash mismatch", "do not match the hashes")),
    (CERTIFICATE, ("certificate verify failed", "invalid peer certificate", "unknownissuer")),
    (
        NETWORK,
        (
            "dns error",
            "failed to lookup address",
            "name resolution",
            "name or service not known",
            "getaddrinfo failed",
            "nodename nor servname",
            "network is unreachable",
            "connection refused",
            "connection reset",
            "error sending request",
            "tcp connect error",
            "timed out",
            "max retries exceeded",
            "newconnectionerror",
            "network connectivity is disabled",
        ),
    ),
    (PERMISSION, ("permission denied", "os error 13", "access is denied", "read-only file system")),
    (
        NO_PACKAGE,
        (
            "no matching distribution",
            "no solution found",
            "has no wheels with a matching",
            "no wheels are available",
        ),
    ),
)

_ERRNOS = {
    errno.ENOSPC: DISK,
    errno.EDQUOT: DISK,
    errno.EACCES: PERMISSION,
    errno.EPERM: PERMISSION,
    errno.EROFS: PERMISSION,
}


def explain_output(title: str, lines: Sequence[str], log: str) -> LaunchError:
    """Return the error that the last output of a failed step tells of."""
    text = "\n".join(lines).lower()
    for error, signs in _SIGNS:
        if any(sign in text for sign in signs):
            return LaunchError(f"{title} failed: {_lower_first(error.cause)}", error.cure, error.kind)
    return LaunchError(f"{title} failed: {_telling_line(lines)[:200]}", f"The whole output is in {log}.")


def explain_os_error(error: OSError) -> LaunchError:
    """Return the error that a failed call of the system tells of."""
    known = _ERRNOS.get(error.errno or 0)
    where = f" ({error.filename})" if error.filename else ""
    if known:
        return LaunchError(f"{known.cause[:-1]}{where}.", known.cure, known.kind)
    return LaunchError(f"The system said: {error.strerror or error}{where}.", "Mend that, then run this again.")


def _telling_line(lines: Sequence[str]) -> str:
    """Return the last line that names an error, or the last one at all."""
    spoken = [line.strip() for line in lines if line.strip()]
    errors = [line for line in spoken if re.search(r"\berror\b", line, flags=re.IGNORECASE)]
    return (errors or spoken or ["it said nothing"])[-1]


def _lower_first(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
