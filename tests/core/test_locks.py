from __future__ import annotations

import threading
from pathlib import Path

from lesionlab.core.locks import locked, try_lock


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


def test_a_lock_is_held_by_one_and_free_again_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "claim"
    with path.open("ab") as mine, path.open("ab") as theirs:
        with try_lock(mine) as held:
            assert held
            with try_lock(theirs) as refused:
                assert not refused
        with try_lock(theirs) as held:
            assert held
