"""Start `python run.py` as a user would, ask the page and a lesion of it, and stop it again."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = 8799
ADDRESS = f"http://127.0.0.1:{PORT}"
LIMITS_S = (180.0, 10.0)  # the first start from nothing, and every later one


def ask(path: str) -> bytes:
    """Return the body of the answer to a GET."""
    with urllib.request.urlopen(ADDRESS + path, timeout=30) as answer:
        body: bytes = answer.read()
    return body


def wait_until_served(server: subprocess.Popen[bytes], limit_s: float) -> float:
    """Return the seconds until `/healthz` answered."""
    started = time.monotonic()
    while time.monotonic() - started < limit_s:
        if server.poll() is not None:
            sys.exit(f"run.py ended with {server.returncode} before it served.")
        try:
            ask("/healthz")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return time.monotonic() - started
    server.terminate()
    sys.exit(f"Not served within {limit_s:.0f} s.")


def main() -> None:
    """Start twice: from nothing (or what is there), then with everything in place."""
    for limit_s in LIMITS_S:
        command = [sys.executable, str(ROOT / "run.py"), "--no-browser", "--port", str(PORT)]
        server = subprocess.Popen(command)
        try:
            spent = wait_until_served(server, limit_s)
            page = ask("/")
            models = json.loads(ask("/api/v1/models"))
        finally:
            server.terminate()
            server.wait(timeout=30)
        if b"Not a diagnosis" not in page or not models:
            sys.exit("The page lacks its notice, or no model is there.")
        sys.stdout.write(f"Served after {spent:.1f} s (limit {limit_s:.0f} s).\n")


if __name__ == "__main__":
    main()
