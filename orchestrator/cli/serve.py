"""`botswain serve`: an orchestrator without a window, until it is told to end."""

import asyncio
import gc
import json
import os
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.connection import run_async
from orchestrator.cli.logs import log_to_stderr
from orchestrator.cli.output import say
from orchestrator.config import Settings, load_settings

SWITCH_S = 0.001
GC_AFTER = 20_000
"""Allocations between two looks at the youngest objects: a job makes hundreds, and hardly ever a cycle."""
_TOKEN_FILE = "robot.token"  # noqa: S105  the name of the file


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.  [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one.  [default: 8765]")] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="sqlite:///PATH or postgresql://USER@HOST/NAME.  [default: botswain.db in the data folder]",
        ),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="DIR", help="Database, keys, artifacts and logs lie here.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Allow an address other than loopback without encryption.")
    ] = False,
    accept_new_key: Annotated[
        bool,
        typer.Option("--accept-new-key", help="Start although secrets.key does not open what the database has sealed."),
    ] = False,
    load_balancing: Annotated[
        str | None, typer.Option(help="least_loaded, round_robin, random or affinity.  [default: least_loaded]")
    ] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.  [default: info]")] = None,
    log_format: Annotated[str | None, typer.Option(help="text or json.  [default: text]")] = None,
    parent_pipe: Annotated[bool, typer.Option("--parent-pipe", hidden=True, help="End when stdin ends.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say where it listens as one JSON object.")] = False,
) -> None:
    """Run the orchestrator without a window.

    Robots connect with `botswain-robot run`; `botswain enrol` prints the whole line. SIGTERM and Ctrl+C end it in
    order: what robots run goes on, and is picked up at the next start.

    Examples:  botswain serve  |  botswain serve --port 9000 --data-dir /srv/botswain --load-balancing affinity
    """
    settings = load_settings(
        host=host,
        port=port,
        database=database,
        data_dir=data_dir,
        insecure=insecure or None,
        accept_new_key=accept_new_key or None,
        load_balancing=load_balancing,
        log_level=log_level,
        log_format=log_format,
    )
    with log_to_stderr(settings.log_level, log_format=settings.log_format):
        try:
            run_async(_serve(settings, as_json=as_json, parent_pipe=parent_pipe))
        except KeyboardInterrupt:
            # A signal is how this command ends well.
            return


async def _serve(settings: Settings, *, as_json: bool, parent_pipe: bool) -> None:
    # Loading the engine takes half a second, which commands that only ask questions should not pay.
    from orchestrator.app import Orchestrator  # noqa: PLC0415

    ending = asyncio.Event()
    if parent_pipe:
        _end_with_stdin(ending)
    async with Orchestrator.running(settings) as orchestrator:
        _announce(settings, orchestrator.url, orchestrator.robots_url, as_json=as_json)
        settle_process()
        await ending.wait()


def settle_process() -> None:
    """Settle a process in which the loop and the store's writer share one interpreter (decision 0020).

    The writer needs the interpreter a few times for each commit, and would wait 5 ms for it each time beside a busy
    loop. What was loaded at the start stays for good, and is not looked at by the garbage collector again.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_AFTER)


def _announce(settings: Settings, url: str, robots_url: str, *, as_json: bool) -> None:
    token_file = settings.data_dir / _TOKEN_FILE
    if as_json:
        facts = {
            "url": url,
            "robots_url": robots_url,
            "token_file": str(token_file),
            "data_dir": str(settings.data_dir),
        }
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        say(f"Botswain listens on {url}; robots connect to {robots_url} with the token in {token_file}")
    sys.stdout.flush()


def _end_with_stdin(ending: asyncio.Event) -> None:
    """Set the event when the parent closes the pipe, or is gone."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        # os.read and not sys.stdin: a thread inside a buffered reader aborts the interpreter's own end.
        while os.read(0, 4_096):
            pass
        try:
            loop.call_soon_threadsafe(ending.set)
        except RuntimeError:
            # The loop ended by itself meanwhile.
            return

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
