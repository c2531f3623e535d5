"""The shared fixtures keep their promises."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from lesionlab.core.home import home as home_folder
from lesionlab.data.prepared import PreparedData


def test_the_home_folder_is_the_tests_own(home: Path, tmp_path: Path) -> None:
    assert home_folder() == home
    assert home.is_relative_to(tmp_path)


@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8", "2001:db8::1"])
def test_no_test_reaches_another_machine(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as client:
        client.settimeout(1)
        with pytest.raises(PermissionError, match="stay on this machine"):
            client.connect((address, 80))
        with pytest.raises(PermissionError, match="stay on this machine"):
            client.connect_ex((address, 80))


def test_no_test_asks_for_another_machines_address() -> None:
    with pytest.raises(PermissionError, match="stay on this machine"):
        socket.create_connection(("example.org", 80), timeout=1)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5):
        pass


def test_tiny_data_has_twelve_lesions_of_each_class_at_two_sizes(tiny_data: PreparedData) -> None:
    lesions = {(row.lesion_id, row.diagnosis) for row in tiny_data.split.rows}
    assert {
        code: sum(diagnosis == code for _, diagnosis in lesions) for code in tiny_data.split.classes
    } == dict.fromkeys(tiny_data.split.classes, 12)
    assert tiny_data.sizes_px == (16, 32)
