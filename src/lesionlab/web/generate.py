"""The page that makes synthetic lesions; its address is the recipe of what it shows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from lesionlab.core.diagnoses import describe
from lesionlab.core.errors import InputError, LesionLabError
from lesionlab.core.seeds import MAX_TRUNCATION, MIN_TRUNCATION
from lesionlab.web.judged import why_no_authenticity
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.order import ALL, DEFAULTS, MAX_COUNT, NOVEL, Order, read_order
from lesionlab.web.real_images import real_images
from lesionlab.web.set_file import set_name, set_zip
from lesionlab.web.set_making import SetInMaking
from lesionlab.web.streaming import streamed

generate = Blueprint("generate", __name__)

MIX = "mix"  # the form's choice of some diagnoses, which the fields named OF list
OF = "of"
REAL_AT_MOST = 7


@generate.get("/generate")
def index() -> AnyResponse | tuple[str, int]:
    """Show the images of an order as they are made, or what is wrong with it beside the form."""
    classes = models_in_use().card("generator").classes
    if request.args.get("diagnosis") == MIX and request.args.getlist(OF):
        return redirect(url_for("generate.index", **_one_field(request.args.getlist(OF))))
    try:
        making = SetInMaking(read_order(request.args, classes), classes)
    except LesionLabError as problem:
        if not isinstance(problem, InputError) and problem.http_status >= 500:
            raise
        return render_template("generate/index.html", **_form(), problem=problem), problem.http_status
    return streamed("generate/index.html", **_form(), **_results(making), problem=None)


@generate.get("/generate/set.zip")
def as_file() -> Response:
    """Send the images of an order as one ZIP file with manifest and licence."""
    card = models_in_use().card("generator")
    order = read_order(request.args, card.classes)
    response = Response(set_zip(order, card.classes), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{set_name(order, card)}.zip"'
    return response


def _one_field(codes: list[str]) -> dict[str, Any]:
    rest = {name: value for name, value in request.args.items() if name in (*DEFAULTS, NOVEL) and value}
    return rest | {"diagnosis": ",".join(codes)}


def _form() -> dict[str, object]:
    card = models_in_use().card("generator")
    fields = {name: request.args.get(name, default) for name, default in DEFAULTS.items()}
    chosen = fields["diagnosis"].split(",")
    return {
        "card": card,
        "diagnoses": [describe(code) for code in card.classes],
        "fields": fields,
        "novel": request.args.get(NOVEL) == "1",
        "mixed": chosen if len(chosen) > 1 else (),
        "no_authenticity": why_no_authenticity(),
        "all_code": ALL,
        "mix_code": MIX,
        "max_count": MAX_COUNT,
        "truncations": (MIN_TRUNCATION, MAX_TRUNCATION),
    }


def _results(making: SetInMaking) -> dict[str, object]:
    order: Order = making.order
    card = models_in_use().card("generator")
    codes = order.codes(card.classes)
    return {
        "order": order,
        "codes": codes,
        "making": making,
        "real": real_images(card, codes, max(1, REAL_AT_MOST // len(codes)), order.seed),
        "next_after": lambda seed: order.next(card.classes, seed),
    }
