"""Reader games in play: kept in memory alone, the oldest forgotten first; no address and no cookie tells an answer."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from flask import current_app

from lesionlab.core.errors import LesionLabError
from lesionlab.evaluation.shares import share_interval
from lesionlab.web.reader_pictures import Picture

_EXTENSION = "lesionlab.reader_games"
MAX_BYTES = 64 * 2**20  # of all pictures together: 130 games of 40 pictures of 64 px


class GameGoneError(LesionLabError):
    """A game that is not, or no longer, in memory."""

    http_status = 404
    code = "no_such_game"


@dataclass(frozen=True)
class Score:
    """How many of some pictures were told rightly."""

    right: int
    n: int

    @property
    def share(self) -> float:
        """The share told rightly."""
        return self.right / self.n

    @property
    def bounds(self) -> tuple[float, float]:
        """The 95% interval of the share."""
        return share_interval(self.right, self.n)


@dataclass(frozen=True)
class Game:
    """One game: its pictures, and the answers so far; True says synthetic."""

    token: str
    seed: int
    model_sha256: str
    pictures: tuple[Picture, ...]
    answers: tuple[bool, ...] = field(default=())

    @property
    def current(self) -> int:
        """The number of the picture that is asked about, from 1."""
        return len(self.answers) + 1

    @property
    def over(self) -> bool:
        """Whether every picture has its answer."""
        return len(self.answers) == len(self.pictures)

    @property
    def bytes(self) -> int:
        """What its pictures take in memory."""
        return sum(len(picture.png) for picture in self.pictures)

    def score(self, *, synthetic: bool | None = None) -> Score:
        """Return the score over all pictures, or over the synthetic or the real ones alone."""
        answered = [
            (picture.synthetic, said)
            for picture, said in zip(self.pictures, self.answers, strict=False)
            if synthetic is None or picture.synthetic == synthetic
        ]
        return Score(sum(truth == said for truth, said in answered), len(answered))


class ReaderGames:
    """The games of one app."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._games: OrderedDict[str, Game] = OrderedDict()
        self._max_bytes = max_bytes
        self._lock = threading.Lock()

    def begin(self, pictures: tuple[Picture, ...], seed: int, model_sha256: str) -> Game:
        """Keep a new game, under a name that cannot be guessed."""
        game = Game(secrets.token_urlsafe(15), seed, model_sha256, pictures)
        with self._lock:
            self._games[game.token] = game
            while sum(each.bytes for each in self._games.values()) > self._max_bytes and len(self._games) > 1:
                self._games.popitem(last=False)
        return game

    def get(self, token: str) -> Game:
        """Return a game.

        Raises:
            GameGoneError: it is not in memory.
        """
        with self._lock:
            return self._get(token)

    def answer(self, token: str, number: int, synthetic: bool) -> Game:
        """Take the answer to picture `number`, from 1; the first answer counts, and none comes out of turn.

        Raises:
            GameGoneError: the game is not in memory.
        """
        with self._lock:
            game = self._get(token)
            if number == game.current and not game.over:
                game = replace(game, answers=(*game.answers, synthetic))
                self._games[token] = game
            return game

    def _get(self, token: str) -> Game:
        if token not in self._games:
            raise GameGoneError(
                "This game is not in memory: it was long ago, or LesionLab was started anew.", "Begin another one."
            )
        self._games.move_to_end(token)
        return self._games[token]


def use_reader_games(app_extensions: dict[str, object]) -> None:
    """Put an empty memory of games into an app's extensions."""
    app_extensions[_EXTENSION] = ReaderGames()


def reader_games() -> ReaderGames:
    """Return the games of the app that handles the current request."""
    games = current_app.extensions[_EXTENSION]
    assert isinstance(games, ReaderGames)
    return games
