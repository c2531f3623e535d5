"""The options of a training stage: a preset, then a TOML file, then single settings; typed and strict."""

from __future__ import annotations

import json
import math
import tomllib
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lesionlab.core.errors import OptionsError
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.presets import Preset, find_preset

Options = TypeVar("Options")


def stage_options(
    presets: Mapping[str, Preset[Options]], preset: str, config: Path | None, settings: Sequence[str]
) -> Options:
    """Return the options of a preset, changed by a TOML file and then by `key=value` settings.

    Raises:
        OptionsError: an unknown preset or key (the nearest is named), a wrong type or range, or an unreadable file.
    """
    options = find_preset(presets, preset).options
    kind = type(options)
    if config is not None:
        options = from_plain(kind, to_plain(options) | _read_toml(config), str(config))
    changes = dict(_read_setting(kind, setting) for setting in settings)
    options = from_plain(kind, to_plain(options) | changes, "--set")
    for name, value in to_plain(options).items():
        if isinstance(value, float) and not math.isfinite(value):
            raise OptionsError(f"{name} is {value}.", "Give a finite number.")
    return options


def options_as_toml(options: Any, head: str) -> str:
    """Return options as TOML that `--config` reads back, with one comment line at the head."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in to_plain(options).items()]
    return "\n".join([f"# {head}", *lines])


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise OptionsError(f"There is no file {path}.", "Check the path given to --config.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OptionsError(f"{path} is no TOML: {error}.", "Write one `key = value` a line.") from error


def _read_setting(kind: type[Any], setting: str) -> tuple[str, Any]:
    key, equals, text = setting.partition("=")
    if not equals:
        raise OptionsError(f"--set {setting} has no value.", "Write it as key=value, such as --set seed=3.")
    hint = typing.get_type_hints(kind).get(key.strip())
    return key.strip(), text.strip() if hint is str else _typed(text.strip())


def _typed(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text  # a word without quotes, such as `resize`
