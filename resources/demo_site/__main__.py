"""Serves the demo site on loopback: `python -m resources.demo_site --port 0`."""

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path
from threading import Thread
from types import FrameType

import uvicorn
from pydantic import ValidationError

from resources.demo_site.app import create_app
from resources.demo_site.data import DEFAULT_SEED
from resources.demo_site.settings import SiteSettings, complaint

HOST = "127.0.0.1"


class AnnouncingServer(uvicorn.Server):
    """A uvicorn server that says its address once it listens."""

    def __init__(self, config: uvicorn.Config, port_file: Path | None) -> None:
        super().__init__(config)
        self._port_file = port_file

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then announce."""
        await super().startup(sockets)
        if self.started and sockets:
            _announce(sockets[0].getsockname()[1], self._port_file)

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End after the requests under way."""
        self.should_exit = True


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal or, with --die-with-parent, the end of stdin; 0 when it ended so, 2 for bad input."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        settings = _settings(options)
        listener = socket.create_server((HOST, options.port))
    except ValidationError as error:
        parser.error(complaint(error))
    except (OSError, OverflowError) as error:
        parser.error(f"--port {options.port}: {error}; choose another port, or 0 for any free one")
    server = AnnouncingServer(_config(settings), options.port_file)
    _end_in_time(server, dies_with_parent=options.die_with_parent)
    asyncio.run(server.serve(sockets=[listener]))
    return 0 if server.started else 1


def _settings(options: argparse.Namespace) -> SiteSettings:
    return SiteSettings(
        seed=options.seed,
        latency_s=options.latency,
        latency_jitter_s=options.jitter,
        error_rate=options.error_rate,
        late_content_s=options.late_content,
    )


def _config(settings: SiteSettings) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(settings),
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )


def _end_in_time(server: AnnouncingServer, *, dies_with_parent: bool) -> None:
    # uvicorn raises the signals that it caught once more after its shutdown; this handler makes that harmless.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.stop)
    if dies_with_parent:
        Thread(target=_stop_at_end_of_stdin, args=(server,), name="parent-watch", daemon=True).start()


def _stop_at_end_of_stdin(server: AnnouncingServer) -> None:
    # os.read and not sys.stdin: a thread inside a buffered reader aborts the interpreter's own end.
    while os.read(0, 4096):
        pass
    server.stop()


def _announce(port: int, port_file: Path | None) -> None:
    if port_file is not None:
        partial = port_file.with_name(f"{port_file.name}.{os.getpid()}")
        partial.write_text(str(port), encoding="ascii")
        partial.replace(port_file)
    sys.stdout.write(json.dumps({"url": f"http://{HOST}:{port}"}) + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m resources.demo_site", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    add("--port-file", type=Path, metavar="PATH", help="write the port to this file once the site listens")
    add("--seed", type=int, default=DEFAULT_SEED, help="seed of all data (default: %(default)s)")
    add("--latency", type=float, default=0, metavar="S", help="delay of every page in seconds")
    add("--jitter", type=float, default=0, metavar="S", help="random extra delay, at most so many seconds")
    add("--error-rate", type=float, default=0, metavar="0..1", help="share of pages that answer 500 or 503")
    add("--late-content", type=float, default=0.4, metavar="S", help="delay of late content in seconds")
    add("--die-with-parent", action="store_true", help="end when stdin ends")
    return parser


if __name__ == "__main__":
    sys.exit(main())
