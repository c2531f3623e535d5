"""Fixtures of all tests: a home folder of their own, no network, the real images when they are there, tiny data."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from absent import absent

from lesionlab.data.prepare import prepare_procedural
from lesionlab.data.prepared import PreparedData
from lesionlab.records.effect import EffectRecord
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.run import RunFolder

TINY_LESIONS = 7 * 12
TINY_SIZES_PX = (16, 32)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh LESIONLAB_HOME: no test sees or writes the user's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LESIONLAB_HOME", str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def _offline() -> Iterator[None]:
    """Refuse connections that leave this machine: everything here works offline, and the tests prove it."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_remote(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_remote(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if not _is_local(host):
            raise PermissionError(f"A test asked for the address of {host!r}; tests stay on this machine.")
        return getaddrinfo(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


def _refuse_remote(family: int, address: Any) -> None:
    if family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
        raise PermissionError(f"A test tried to connect to {address!r}; tests stay on this machine.")


def _is_local(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", "0.0.0.0", "::", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real images; without it a test is skipped, except in CI, where it fails."""
    named = os.environ.get("LESIONLAB_TEST_DATA")
    if not named or not (Path(named) / "ham10000").is_dir():
        absent(f"the real images are not there (LESIONLAB_TEST_DATA is {named or 'not set'})")
    return Path(named)


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> PreparedData:
    """Drawn lesions, seven classes of twelve, at 16 and 32 px; shared, so do not write into its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESIONLAB_HOME", str(tmp_path_factory.mktemp("tiny-home")))
        return prepare_procedural("tiny", TINY_LESIONS, TINY_SIZES_PX, seed=0)


TINY_GAN = GanOptions(
    image_size_px=16,
    total_kimg=0.512,
    batch_size=16,
    latent_dim=8,
    generator_channels=8,
    discriminator_channels=8,
    max_channels=16,
    ema_halflife_kimg=0.1,
    threads=1,
    tick_kimg=0.128,
    sheet_kimg=0.256,
    kid_kimg=0,
)
TINY_CLASSIFIER = ClassifierOptions(
    image_size_px=16,
    total_kimg=0.768,
    batch_size=16,
    width=0.125,
    lr=3e-3,
    dropout=0.1,
    warmup_kimg=0.1,
    ema_halflife_kimg=0.1,
    bf16=False,  # what it learns in a few steps must not depend on the processor
    threads=1,
    validate_kimg=0.256,
)


@pytest.fixture(scope="session")
def tiny_gan_options() -> GanOptions:
    """Options of a generator that trains in a second."""
    return TINY_GAN


@pytest.fixture(scope="session")
def tiny_classifier_options() -> ClassifierOptions:
    """Options of a classifier that trains in seconds."""
    return TINY_CLASSIFIER


@pytest.fixture(scope="session")
def tiny_gan_run(tiny_data: PreparedData, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished generator run on the drawn lesions; shared, so do not write into it."""
    from lesionlab.training.gan_run import continue_gan, start_gan

    run = start_gan(TINY_GAN, tiny_data, "lesionlab gan train --data tiny", tmp_path_factory.mktemp("runs"))
    continue_gan(run, tiny_data)
    return run


@pytest.fixture(scope="session")
def tiny_classifier_run(tiny_data: PreparedData, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished classifier run on the drawn lesions; shared, so do not write into it."""
    from lesionlab.training.classifier_run import continue_classifier, start_classifier

    parent = tmp_path_factory.mktemp("runs")
    run = start_classifier(TINY_CLASSIFIER, tiny_data, "lesionlab classifier train --data tiny", parent)
    continue_classifier(run, tiny_data)
    return run


@pytest.fixture(scope="session")
def tiny_generator(tiny_gan_run: RunFolder) -> Path:
    """The export of `tiny_gan_run`; copy it before changing anything."""
    return tiny_gan_run.export


@pytest.fixture(scope="session")
def tiny_classifier(tiny_classifier_run: RunFolder) -> Path:
    """The export of `tiny_classifier_run`; copy it before changing anything."""
    return tiny_classifier_run.export


@pytest.fixture(scope="session")
def tiny_extractor(tiny_classifier_run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trunk of `tiny_classifier_run` as an extractor; copy it before changing anything."""
    from lesionlab.training.extractor import extractor_of_run

    folder = tmp_path_factory.mktemp("extractors") / "tiny"
    extractor_of_run(tiny_classifier_run, folder)
    return folder


@pytest.fixture(scope="session")
def done_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study of synthetic images with the records of every training; copy it before changing it."""
    from known_studies import study_done

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESIONLAB_HOME", str(tmp_path_factory.mktemp("known-study")))
        return study_done().path


@pytest.fixture(scope="session")
def effect(done_study: Path) -> EffectRecord:
    """The outcome of that study."""
    from lesionlab.study.effect import effect_of
    from lesionlab.study.frozen import open_frozen

    return effect_of(open_frozen(done_study))
