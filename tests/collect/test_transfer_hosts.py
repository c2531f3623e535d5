from __future__ import annotations

import pytest

from lesionlab.collect.transfer_errors import TransferError, shown
from lesionlab.collect.transfer_hosts import AllowedHosts

HOSTS = AllowedHosts(["api.example.org", ".isic-archive.com", "127.0.0.1", "::1", "localhost"])


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.example.org/x?y", "api.example.org"),
        ("https://API.Example.ORG./x", "api.example.org"),
        ("https://api.example.org:8443/", "api.example.org"),
        ("https://content.isic-archive.com/x", "content.isic-archive.com"),
        ("https://isic-archive.com/x", "isic-archive.com"),
        ("http://127.0.0.1:9/", "127.0.0.1"),
        ("http://[::1]:9/", "::1"),
    ],
)
def test_allowed_hosts_are_asked(url: str, host: str):
    assert HOSTS.check(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "https://api.example.org.evil.net/",
        "https://evilisic-archive.com/",
        "https://evil.net/?api.example.org",
        "https://api.example.org@evil.net/",
        "http://api.example.org/",
        "http://localhost:9/",  # a name may lead elsewhere
        "ftp://127.0.0.1/x",
        "//api.example.org/",
        "https:///x",
        "https://127.0.0.1:port/",
        "",
    ],
)
def test_others_are_not(url: str):
    with pytest.raises(TransferError):
        HOSTS.check(url)


def test_addresses_are_shown_without_names_passwords_and_signatures():
    assert shown("https://me:secret@host/a/b?Signature=1#x") == "host/a/b"
    assert shown("https://[") == "https://["
