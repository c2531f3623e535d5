"""Reports as one file each: a template of the frontend, with its styles inside and nothing to fetch or run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lesionlab.core.diagnoses import describe
from lesionlab.core.notice import NOTICE
from lesionlab.core.resources import frontend_folder

STYLES = ("tokens.css", "base.css", "report.css", "curves.css", "chart.css")


def render_report(template: str, filters: Mapping[str, Callable[..., Any]] | None = None, **values: Any) -> str:
    """Return a page of `templates/reports/` as HTML; the same values give the same bytes.

    It holds no script and loads nothing: its policy allows this very style and images inside the page, no more.
    """
    environment = Environment(
        loader=FileSystemLoader(frontend_folder() / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"thousands": _thousands, "diagnosis": describe, **(filters or {})}
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:"
    page = environment.get_template(f"reports/{template}")
    return page.render(style=Markup(style), policy=policy, NOTICE=NOTICE, **values)


def _style() -> str:
    sheets = ((frontend_folder() / "static" / name).read_text(encoding="utf-8") for name in STYLES)
    lines = (line for sheet in sheets for line in sheet.splitlines() if not line.startswith("@import"))
    return "\n" + "\n".join(lines) + "\n"


def _thousands(number: int) -> str:
    return f"{number:,}"
