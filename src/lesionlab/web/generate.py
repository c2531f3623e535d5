"""The page that makes synthetic lesions; its address is the recipe of what it shows."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from lesionlab.core.diagnoses import describe
from lesionlab.core.errors import InputError
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.order import ALL, DEFAULTS, MAX_COUNT, Order, read_order
from lesionlab.web.synthetic_images import synthetic_images

generate = Blueprint("generate", __name__)


@generate.get("/generate")
def index() -> str | tuple[str, int]:
    """Show the images of an order, or what is wrong with it beside the form."""
    card = models_in_use().card("generator")
    try:
        order = read_order(request.args, card.classes)
    except InputError as problem:
        return _page(None, problem), problem.http_status
    synthetic_images(order.recipes(card.classes))  # in one go, before the page asks for them one by one
    return _page(order, None)


def _page(order: Order | None, problem: InputError | None) -> str:
    card = models_in_use().card("generator")
    return render_template(
        "generate/index.html",
        card=card,
        diagnoses=[describe(code) for code in card.classes],
        order=order,
        recipes=order.recipes(card.classes) if order else (),
        following=order.next(card.classes) if order else None,
        last_seed=order.last_seed(card.classes) if order else None,
        fields={name: request.args.get(name, default) for name, default in DEFAULTS.items()},
        problem=problem,
        all_code=ALL,
        max_count=MAX_COUNT,
    )
