"""The documents and the code say the same."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
import typer

from lesionlab.cli.main import app as cli
from lesionlab.core.resources import released_folder
from lesionlab.records.card import ImageSpec, Metric, ModelCard, Training, write_card
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig

# Flask's own route to the files of the frontend is no address that a user asks for.
UNDOCUMENTED_ENDPOINTS = {"static"}


@pytest.fixture(scope="module")
def documents(root: Path) -> dict[Path, str]:
    paths = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return {path: path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture(scope="module")
def figures(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("figures", root / "docs" / "figures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield every command that does something, as the words that call it."""
    if isinstance(command, click.Group) or hasattr(command, "commands"):
        for name, child in command.commands.items():
            yield from commands(child, (*words, name))
    else:
        yield words


def test_every_command_is_documented(documents: dict[Path, str]):
    text = "\n".join(documents.values())
    missing = [" ".join(words) for words in commands(typer.main.get_command(cli), ("lesionlab",))]
    assert len(missing) >= 9
    assert [name for name in missing if f"`{name}" not in text] == []


def test_every_route_is_documented(documents: dict[Path, str], tmp_path: Path):
    app = create_app(WebConfig(tmp_path, tmp_path))
    text = "\n".join(documents.values())
    rules = [
        rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[-1] not in UNDOCUMENTED_ENDPOINTS
    ]
    assert len(rules) >= 8
    assert [rule for rule in rules if not re.search(rf"[` ]{re.escape(rule)}[`?]", text)] == []


def test_every_metric_has_its_proof_in_the_documents(root: Path):
    page = (root / "docs" / "metrics.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in page.splitlines() if "| `" in line)))
    proved = {path.stem.removeprefix("test_") for path in (root / "tests" / "metrics").glob("test_*.py")}
    modules = {path.stem for path in (root / "src" / "lesionlab" / "metrics").glob("[a-z]*.py")}
    assert modules - proved == set()
    functions = {"fid", "kid", "prdc", "quality", "two_sample", "grid_index", "authenticity", "balanced_accuracy"}
    assert functions | {"membership_auc", "macro_auc", "interval", "nearest"} <= named
    for name in named:
        assert any(
            f"def {name}(" in path.read_text(encoding="utf-8")
            for path in (root / "src" / "lesionlab" / "metrics").glob("*.py")
        ), name


def shell_lines(text: str) -> Iterator[str]:
    for block in re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield from (line for line in block.splitlines() if line.strip())


def test_every_command_shown_in_a_document_is_one_that_parses(documents: dict[Path, str], root: Path):
    lines = [line for text in documents.values() for line in shell_lines(text) if line.startswith("lesionlab ")]
    lines += re.findall(r"`(lesionlab [a-z]+ [a-z]+ --[^`]+)`", "\n".join(documents.values()))
    assert lines
    root_command: Any = typer.main.get_command(cli)
    for line in lines:
        words = [word.replace("FOLDER", ".") for word in shlex.split(line, comments=True)[1:]]
        command: Any = root_command
        context = command.make_context("lesionlab", words[:0], resilient_parsing=True)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        if words[:1] == ["--help"]:
            continue
        command.make_context(command.name, words, parent=context)


def test_every_link_leads_somewhere(documents: dict[Path, str]):
    broken = [
        f"{path.name}: {target}"
        for path, text in documents.items()
        for target in re.findall(r"\]\(([^)#\s]+)", text)
        if not target.startswith(("http://", "https://")) and not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_document_is_listed(documents: dict[Path, str], root: Path):
    index = documents[root / "docs" / "README.md"]
    listed = [path for path in (root / "docs").glob("*.md") if path.name != "README.md"]
    assert [path.name for path in listed if f"({path.name})" not in index] == []
    decisions = documents[root / "docs" / "decisions" / "README.md"]
    pages = (root / "docs" / "decisions").glob("0*.md")
    assert [path.name for path in pages if f"({path.name})" not in decisions] == []


def test_the_notice_stands_at_the_head_of_the_readme(documents: dict[Path, str], root: Path):
    head = documents[root / "README.md"][:900]
    assert "Research and teaching only. Not a medical device. Not a diagnosis." in head
    assert "python run.py" in documents[root / "README.md"][:1200]


def test_the_readme_s_figures_are_those_of_the_released_cards(documents: dict[Path, str], root: Path, figures):
    text = documents[root / "README.md"]
    assert figures.with_figures(text, figures.figures(released_folder())) == text, "run `make figures`"


def card(kind: str, **more: Any) -> ModelCard:
    training = Training("lesionlab x train", {}, "drawn", "abcdef0123456789", 8010, {}, 300.0, 3720.0, {})
    digests = ("0" * 64, "1" * 64)
    facts = (ImageSpec(64), ("mel", "nv"), digests[0], 5_420_000, training, digests[1], "CC0 1.0", "Drawn.")
    return ModelCard(kind, f"a-{kind}", "layers", *facts, **more)  # type: ignore[arg-type]


def test_figures_tell_value_n_unit_and_part(tmp_path: Path, figures):
    metric = Metric("balanced_accuracy", 0.61249, 1120, "lesions", "validation")
    (tmp_path / "classifier").mkdir()
    write_card(
        tmp_path / "classifier",
        card("classifier", metrics=(metric,), confusion=((3, 1), (5, 15)), confusion_part="validation"),
    )
    told = figures.figures(tmp_path)
    assert "| balanced accuracy | 0.612 | 1,120 lesions, validation part |" in told
    assert "mel 0.75 (n = 4), nv 0.75 (n = 20)" in told
    assert "5.4 million parameters" in told
    assert "1 h 2 min" in told
    assert "`lesionlab x train`" in told


def test_figures_of_a_generator_name_their_judge(tmp_path: Path, figures):
    metric = Metric("agreement", 0.5, 40, "images", "synthetic", "abcdef012345")
    (tmp_path / "generator").mkdir()
    counts = ((10, 10), (10, 10))
    write_card(
        tmp_path / "generator", card("generator", metrics=(metric,), confusion=counts, confusion_part="synthetic")
    )
    told = figures.figures(tmp_path)
    assert "| agreement | 0.500 | 40 images, synthetic, judged by `abcdef012345` |" in told
    assert "Agreement per class asked for, in images: mel 0.50 (n = 20)" in told


def test_figures_replace_what_stood_between_the_marks_and_nothing_else(figures):
    text = f"before\n{figures.BEGIN}\nold\n{figures.END}\nafter\n"
    once = figures.with_figures(text, "new")
    assert "old" not in once
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert figures.with_figures(once, "new") == once
    with pytest.raises(SystemExit, match="marks"):
        figures.with_figures("no marks", "new")
