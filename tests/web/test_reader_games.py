from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lesionlab.web.reader_games import GameGoneError, ReaderGames
from lesionlab.web.reader_pictures import Picture

PICTURES = tuple(Picture(number % 2 == 0, "nv", str(number), bytes(100)) for number in range(10))


def test_the_oldest_games_are_forgotten_when_memory_is_full() -> None:
    games = ReaderGames(max_bytes=3_000)
    first, second, third = (games.begin(PICTURES, seed, "a") for seed in range(3))
    games.get(first.token)  # looked at: the second is the oldest now
    games.begin(PICTURES, 3, "a")
    with pytest.raises(GameGoneError):
        games.get(second.token)
    assert games.get(first.token).seed == 0
    assert games.get(third.token).seed == 2


def test_many_answers_at_once_count_once() -> None:
    games = ReaderGames()
    token = games.begin(PICTURES, 1, "a").token
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: games.answer(token, 1, True), range(40)))
    assert games.get(token).answers == (True,)


def test_scores_are_of_the_pictures_answered() -> None:
    games = ReaderGames()
    game = games.begin(PICTURES, 1, "a")
    for number in range(1, 11):
        game = games.answer(game.token, number, True)
    assert game.over
    assert (game.score().right, game.score().n) == (5, 10)
    assert game.score(synthetic=True).share == 1
    assert game.score(synthetic=False).share == 0
    assert game.score().bounds == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert games.answer(game.token, 11, True) == game


def test_names_cannot_be_guessed() -> None:
    tokens = {ReaderGames().begin(PICTURES, 1, "a").token for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) >= 20 for token in tokens)
