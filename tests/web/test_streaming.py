from __future__ import annotations

from apiflask import APIFlask
from jinja2 import DictLoader

from lesionlab.web.streaming import streamed


def test_what_stands_before_a_flush_goes_out_in_one_piece() -> None:
    app = APIFlask("of a test")
    app.jinja_loader = DictLoader(
        {"page.html": "{{ a }}b{{ FLUSH }}c{{ a }}{% for i in more() %}{{ FLUSH }}{{ i }}{% endfor %}d"}
    )
    asked: list[str] = []

    def more():
        asked.append("more")
        yield from "xy"

    with app.test_request_context():
        pieces = streamed("page.html", a="<", more=more).iter_encoded()
        assert next(pieces).startswith(b"&lt;b<!--")
        assert asked == []
        assert next(pieces).startswith(b"c&lt;<!--")
        assert asked == ["more"]
        assert b"".join(pieces).endswith(b"yd")
