"""Published weights: what is loaded, what is fetched, and what is refused."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from lesionlab.core.errors import ModelError
from lesionlab.core.home import pretrained_folder
from lesionlab.models import pretrained
from lesionlab.models.classic_head import ClassicVgg19
from lesionlab.models.pretrained import DEVIATION, MEAN, PUBLISHED, load_pretrained, pretrained_file
from lesionlab.models.vgg19 import Vgg19

NARROW = 0.125  # stands for the published file, of width 1: same names, and quick


@pytest.fixture(scope="module")
def published() -> Vgg19:
    torch.manual_seed(0)
    return Vgg19(7, NARROW).eval()


def tensors(network: nn.Module) -> dict[str, Tensor]:
    features = network.get_submodule("features").state_dict()
    return {f"features.{name}": w for name, w in features.items()} | {"classifier.0.weight": torch.zeros(2, 2)}


@pytest.mark.parametrize("name", ["vgg19_bn.safetensors", "vgg19_bn.pth"])
def test_the_trunk_sees_in_our_images_what_it_saw_in_torchvision_s(name: str, published: Vgg19, tmp_path: Path) -> None:
    write = save_file if name.endswith("safetensors") else torch.save
    write(tensors(published), tmp_path / name)
    ours = Vgg19(7, NARROW).eval()
    load_pretrained(ours, tmp_path / name)
    shown = torch.rand(2, 3, 32, 32)
    mean, deviation = (torch.tensor(each)[:, None, None] for each in (MEAN, DEVIATION))
    theirs = published.features[:3]((shown - mean) / deviation)
    assert torch.allclose(ours.features[:3](shown * 2 - 1)[..., 1:-1, 1:-1], theirs[..., 1:-1, 1:-1], atol=1e-4)
    later = list(
        zip(ours.features[1:].state_dict().values(), published.features[1:].state_dict().values(), strict=True)
    )
    assert all(torch.equal(one, other) for one, other in later)


def test_the_classic_head_begins_with_the_same_trunk(published: Vgg19, tmp_path: Path) -> None:
    torch.save(tensors(published), tmp_path / "v.pth")
    network = ClassicVgg19(7, 32, NARROW)
    load_pretrained(network, tmp_path / "v.pth")
    assert torch.equal(network.features[3].weight, published.features[3].weight)


def test_weights_that_cannot_be_used_are_refused_in_one_sentence(published: Vgg19, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no file"):
        pretrained_file(str(tmp_path / "absent.pth"))
    save_file({"features.0.weight": torch.zeros(2, 2)}, tmp_path / "other.safetensors")
    (tmp_path / "cut.safetensors").write_bytes(b"\x10\x00")
    (tmp_path / "cut.pth").write_bytes(b"PK\x03\x04")
    torch.save([torch.zeros(2)], tmp_path / "list.pth")
    broken = tensors(published)
    broken["features.3.weight"] = broken["features.3.weight"].clone().index_fill_(0, torch.tensor([1]), float("nan"))
    torch.save(broken, tmp_path / "nan.pth")
    for name, words in {
        "other.safetensors": "does not fit VGG-19",
        "cut.safetensors": "is damaged",
        "cut.pth": "is damaged",
        "list.pth": "holds no named tensors",
        "nan.pth": "NaN or infinite numbers in 1 of its 112 tensors, such as 3.weight",
    }.items():
        with pytest.raises(ModelError, match=words):
            load_pretrained(Vgg19(7, NARROW), tmp_path / name)


CONTENT = b"weights" * 1000
HASH = hashlib.sha256(CONTENT).hexdigest()[:8]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A host on this machine that stands for torchvision's; yields the paths asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if "vgg19" in self.path else 404)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(pretrained, "PUBLISHED", SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}"))
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def published_as(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained.PUBLISHED, "url", f"{pretrained.PUBLISHED.url}/models/{name}")


def test_published_weights_are_fetched_once_and_checked(host: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    published_as(f"vgg19_bn-{HASH}.pth", monkeypatch)
    told: list[tuple[float, float]] = []
    path = pretrained_file("imagenet", lambda done, total, **figures: told.append((done, total)))
    assert path == pretrained_folder() / f"vgg19_bn-{HASH}.pth"
    assert path.read_bytes() == CONTENT
    assert told[-1] == (0.007, 0.007)
    assert pretrained_file("imagenet") == path
    assert len(host) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [("vgg19_bn-00000000.pth", "it is not that file"), ("other.pth", "could not be fetched: HTTP Error 404")],
)
def test_what_is_not_the_published_file_is_not_kept(
    name: str, words: str, host: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    published_as(name, monkeypatch)
    with pytest.raises(ModelError, match=words) as caught:
        pretrained_file("imagenet")
    assert "--set pretrained=FILE" in caught.value.cure
    assert list(pretrained_folder().iterdir()) == []


def test_without_a_network_the_way_by_a_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "PUBLISHED", SimpleNamespace(url="http://127.0.0.1:9/vgg19_bn-c79401a0.pth"))
    with pytest.raises(ModelError, match=r"vgg19_bn-c79401a0\.pth could not be fetched") as caught:
        pretrained_file("imagenet")
    assert "--set pretrained=FILE" in caught.value.cure


def test_torchvision_publishes_a_file_whose_name_tells_its_hash() -> None:
    assert PUBLISHED.url.endswith("/vgg19_bn-c79401a0.pth")
