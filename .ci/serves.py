"""Start `python run.py` as a user would, ask a page and two lesions of it, and stop it again."""

import base64
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


def ask(path: str, order: dict[str, object] | None = None) -> bytes:
    """Return the body of the answer to a GET, or to a POST of an order."""
    data = json.dumps(order).encode() if order else None
    request = urllib.request.Request(ADDRESS + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        body: bytes = answer.read()
    return body


def check_work() -> None:
    """See that the page carries its notice, and that the released models load and make a lesion."""
    if b"Not a diagnosis" not in ask("/"):
        sys.exit("The first page lacks the notice.")
    health = json.loads(ask("/healthz"))
    if health["status"] != "ok":
        sys.exit(f"The app is not well: {health}")
    made = json.loads(ask("/api/v1/generate", {"diagnosis": "mel", "count": 2, "seed": 1}))
    if not all(base64.b64decode(image["png_base64"]).startswith(b"\x89PNG") for image in made["images"]):
        sys.exit("What was generated is no PNG.")


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
            check_work()
        finally:
            server.terminate()
            server.wait(timeout=30)
        sys.stdout.write(f"Served after {spent:.1f} s (limit {limit_s:.0f} s).\n")


if __name__ == "__main__":
    main()
