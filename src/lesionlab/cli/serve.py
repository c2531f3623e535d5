"""`lesionlab serve`: the web app on this machine."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; this machine only.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port.", show_default="8765 or the next free one")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    generator: Annotated[str, typer.Option(help="A generator: name, run or folder.")] = "released",
    classifier: Annotated[str, typer.Option(help="A classifier: name, run or folder.")] = "released",
) -> None:
    """Serve the web app: generate lesions and classify images in the browser. Ctrl-C ends it."""
    from lesionlab.inference.catalogue import find_model
    from lesionlab.web.config import WebConfig
    from lesionlab.web.server import serve as serve_web

    config = WebConfig(find_model(generator, "generator"), find_model(classifier, "classifier"))
    serve_web(config, host, port, not no_browser)
