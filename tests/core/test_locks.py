from __future__ import annotations

import threading
from pathlib import Path

from lesionlab.core.locks import locked


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "shared"
    path.write_bytes(b"0")
    seen: list[int] = []

    def count() -> None:
        for _ in range(50):
            with path.open("r+b", buffering=0) as file, locked(file):
                file.seek(0)
                value = int(file.read())
                seen.append(value)
                file.seek(0)
                file.write(str(value + 1).encode())

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() == b"200"
    assert sorted(seen) == list(range(200))
