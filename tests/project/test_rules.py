"""Rules of the tree that no linter knows."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

MAX_LINES = 250
MAX_BYTES = 40 * 2**20
IMAGES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".npy", ".npz"}
WHERE_IMAGES_MAY_BE = (
    r"docs/screenshots/[\w-]+\.png",
    r"frontend/static/.*\.(?:png|webp)",
    r"released/\w+/samples\.webp",
    r"released/(?:\w+|extractors/[\w-]+)/probe\.npz",  # noise, and what torch made of it
    r"released/\w+/reference\.npz",  # a byte each for some features of training images: no picture
)

# Put together here so that this file does not hold what it forbids.
_ROOTS = ("work", "root", r"home/\w+", r"Users/\w+", "opt", "mnt")
_HOSTS = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("download.pytorch", "org"))
FORBIDDEN = {
    "a machine's path": rf"(?<![\w.~}}$])/(?:{'|'.join(_ROOTS)})/\w|[A-Z]:\\+Users",
    "a package registry": "|".join(rf"{name}\.{end}" for name, end in _HOSTS),
}


def modules(root: Path, tracked: list[Path], *tops: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in tracked:
        if path.suffix == ".py" and path.parts[0] in tops:
            yield path, ast.parse((root / path).read_text(encoding="utf-8"), str(path))


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call with its dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_nothing_prints_but_the_command_line_and_the_server_its_address(root: Path, tracked: list[Path]):
    found = [
        f"{path}:{call.lineno}"
        for path, tree in modules(root, tracked, "src")
        if "cli" not in path.parts and path.name != "server.py"
        for name, call in calls(tree)
        if name in ("print", "sys.stdout.write", "sys.stderr.write", "typer.echo")
    ]
    assert found == []


def test_torch_load_stands_in_one_place_and_reads_weights_only(root: Path, tracked: list[Path]):
    found = [
        (path, {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords})
        for path, tree in modules(root, tracked, "src", "benchmarks", "docs")
        for name, call in calls(tree)
        if name == "torch.load"
    ]
    assert len({path for path, _ in found}) <= 1
    assert all(keywords.get("weights_only") == "True" for _, keywords in found)


def test_nothing_unpickles(root: Path, tracked: list[Path]):
    found = [
        f"{path}:{call.lineno} {name}"
        for path, tree in modules(root, tracked, "src")
        for name, call in calls(tree)
        if name.split(".")[0] in ("pickle", "dill", "joblib", "cloudpickle")
        or (name in ("np.load", "numpy.load") and any(ast.unparse(k) == "allow_pickle=True" for k in call.keywords))
    ]
    assert found == []


def test_the_test_part_has_one_door(root: Path, tracked: list[Path]):
    """Whoever takes the part itself, or writes the ledger, could look without being seen."""
    allowed = {
        r"\.take_logged_part": {"data/test_part.py"},
        r"\._part": {"data/prepared.py"},
        r"\bPart": {"data/prepared.py"},
        r"ledger\.append": {"data/test_part.py"},
    }
    found = [
        f"{path}:{call.lineno} {name}"
        for path, tree in modules(root, tracked, "src")
        for name, call in calls(tree)
        for door, places in allowed.items()
        if re.fullmatch(rf".*{door}", name) and path.relative_to("src/lesionlab").as_posix() not in places
    ]
    imported = [
        path.relative_to("src/lesionlab").as_posix()
        for path, tree in modules(root, tracked, "src")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "lesionlab.records.ledger"
        if {"append", "LoggedOpening"} & {alias.name for alias in node.names}
    ]
    assert found == []
    assert set(imported) <= {"data/test_part.py", "data/prepared.py"}


def test_no_file_of_the_package_holds_two_ideas(root: Path, tracked: list[Path]):
    sizes = {path: (root / path).read_text(encoding="utf-8").count("\n") for path in tracked if path.suffix == ".py"}
    long = {str(path): size for path, size in sizes.items() if size > MAX_LINES and path.parts[0] in ("src", "launch")}
    assert long == {}


@pytest.mark.parametrize("what", list(FORBIDDEN))
def test_no_tracked_file_names(what: str, root: Path, tracked: list[Path]):
    found = []
    for path in tracked:
        if path.as_posix() == ".ci/run" or path.suffix in IMAGES or path.suffix == ".onnx":
            continue
        for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), start=1):
            if re.search(FORBIDDEN[what], line):
                found.append(f"{path}:{number}: {line.strip()[:100]}")
    assert found == []


def test_images_stand_only_where_ours_do(tracked: list[Path]):
    images = [path.as_posix() for path in tracked if path.suffix.lower() in IMAGES]
    strays = [name for name in images if not any(re.fullmatch(rule, name) for rule in WHERE_IMAGES_MAY_BE)]
    assert strays == []
    assert [name for name in images if re.search(r"ISIC_\d+", name)] == []


def test_no_tracked_file_is_larger_than_a_release(root: Path, tracked: list[Path]):
    assert [str(path) for path in tracked if (root / path).stat().st_size > MAX_BYTES] == []


@pytest.mark.data
def test_no_image_of_a_data_set_is_tracked(root: Path, tracked: list[Path], test_data: Path):
    ours = {hashlib.sha256((root / path).read_bytes()).hexdigest() for path in tracked if path.suffix in IMAGES}
    sizes = {(root / path).stat().st_size for path in tracked if path.suffix in IMAGES}
    theirs = (path for path in test_data.rglob("*.jpg") if path.stat().st_size in sizes)
    assert [path.name for path in theirs if hashlib.sha256(path.read_bytes()).hexdigest() in ours] == []
