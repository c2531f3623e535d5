"""`lesionlab serve`: the web app on this machine."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; this machine only.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port.", show_default="8765 or the next free one")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Start no worker for trainings; without torch none is started.")
    ] = False,
    generator: Annotated[str, typer.Option(help="A generator: name, run or folder.")] = "released",
    classifier: Annotated[str, typer.Option(help="A classifier: name, run or folder.")] = "released",
) -> None:
    """Serve the web app: generate lesions and classify images in the browser. Ctrl-C ends it."""
    from lesionlab.inference.catalogue import find_model
    from lesionlab.web.config import WebConfig
    from lesionlab.web.server import serve as serve_web

    config = WebConfig(find_model(generator, "generator"), find_model(classifier, "classifier"))
    with _worker(not no_worker and importlib.util.find_spec("torch") is not None):
        serve_web(config, host, port, not no_browser)


@contextmanager
def _worker(wanted: bool) -> Iterator[None]:
    """Keep a worker beside the app; it ends with it, however that ends, its training saved."""
    if not wanted:
        yield
        return
    from lesionlab.jobs.tether import begin_tethered, end_tethered

    process = begin_tethered([sys.executable, "-m", "lesionlab", "--tethered", "worker"])
    try:
        yield
    finally:
        end_tethered(process)
