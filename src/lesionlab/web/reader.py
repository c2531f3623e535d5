"""The reader game: real or synthetic? Blinded to the end, balanced, and drawn by a seed."""

from __future__ import annotations

import csv
import io
import secrets

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from lesionlab.core.errors import InputError, LesionLabError
from lesionlab.core.seeds import check_seed
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.order import whole_number
from lesionlab.web.reader_games import Game, reader_games
from lesionlab.web.reader_pictures import NoRealSideError, draw_pictures, held_out

reader = Blueprint("reader", __name__)

COUNTS = (10, 20, 40)
ANSWERS = {"real": False, "synthetic": True}
DERMATOLOGISTS = 0.665  # Lin 2026
CHANCE = 0.5
COLUMNS = ("picture", "diagnosis", "truth", "answer", "right", "real_image_id", "synthetic_seed", "model", "game_seed")


class NotYetError(LesionLabError):
    """Something of a game that would tell what is still asked."""

    http_status = 409
    code = "not_yet"


@reader.get("/reader")
def index() -> str:
    """Show what the game asks, or what is missing for it."""
    card = models_in_use().card("generator")
    try:
        held_out()
    except NoRealSideError as problem:
        return render_template("reader/index.html", card=card, counts=COUNTS, problem=problem)
    return render_template("reader/index.html", card=card, counts=COUNTS, problem=None)


@reader.post("/reader")
def begin() -> AnyResponse:
    """Draw the pictures of a new game and go to its first."""
    count = whole_number("Pictures", request.form.get("count", "20"))
    if count not in COUNTS:
        raise InputError(f"A game of {count} pictures is not offered.", f"Choose {', '.join(map(str, COUNTS))}.")
    given = request.form.get("seed", "").strip()
    seed = check_seed(whole_number("Seed", given)) if given else secrets.randbelow(10**6)
    model = models_in_use().card("generator").weights_sha256
    game = reader_games().begin(draw_pictures(count, seed), seed, model)
    return redirect(url_for("reader.play", token=game.token), code=303)


@reader.get("/reader/<token>")
def play(token: str) -> Response:
    """Show the picture that is asked about, or the score once all are answered."""
    game = reader_games().get(token)
    card = models_in_use().card("generator")
    if game.over:
        page = render_template("reader/score.html", game=game, card=card, others=DERMATOLOGISTS, chance=CHANCE)
    else:
        page = render_template("reader/picture.html", game=game, card=card, answers=tuple(ANSWERS))
    return _unkept(Response(page))


@reader.post("/reader/<token>")
def answer(token: str) -> AnyResponse:
    """Take an answer and go on; an answer that comes again changes nothing."""
    said = request.form.get("answer", "")
    if said not in ANSWERS:
        raise InputError(f"The answer is '{said[:40]}'.", f"Answer {' or '.join(ANSWERS)}.")
    reader_games().answer(token, whole_number("Picture", request.form.get("number", "")), ANSWERS[said])
    return redirect(url_for("reader.play", token=token), code=303)


@reader.get("/reader/<token>/<int:number>.png")
def picture(token: str, number: int) -> Response:
    """Send a picture of a game that is asked about, or was."""
    game = reader_games().get(token)
    if not 1 <= number <= min(game.current, len(game.pictures)):
        raise NotYetError(f"Picture {number} is not asked about yet.", "Answer the one before it.")
    return _unkept(Response(game.pictures[number - 1].png, mimetype="image/png"))


@reader.get("/reader/<token>/answers.csv")
def answers(token: str) -> Response:
    """Send a finished game as a table."""
    game = reader_games().get(token)
    if not game.over:
        raise NotYetError("The game is not over, and its table holds the answers.", "Answer all pictures first.")
    response = Response(_table(game), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="reader-game-seed-{game.seed}.csv"'
    return _unkept(response)


def _table(game: Game) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    words = {synthetic: word for word, synthetic in ANSWERS.items()}
    for number, (shown, said) in enumerate(zip(game.pictures, game.answers, strict=True), start=1):
        ids = ("", shown.name) if shown.synthetic else (shown.name, "")
        right = int(shown.synthetic == said)
        row = (number, shown.diagnosis, words[shown.synthetic], words[said], right, *ids)
        writer.writerow((*row, game.model_sha256[:12], game.seed))
    return buffer.getvalue()


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
