"""A database that is locked, full or held by somebody else: clear words, nothing lost, and no help needed."""

import asyncio
import base64
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from log_guard import ExpectWarning
from running_orchestrator import LOOK, eventually, settings_in
from scripted_robot import LIMIT_S

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.endpoint import Endpoint
from orchestrator.client.errors import RefusedError
from orchestrator.config import ConfigurationError, load_settings
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.orchestrator import HealthView
from orchestrator.contract.errors import UserError
from orchestrator.server.listener import AddressError
from orchestrator.store.errors import DatabaseError, DatabaseHeldError

REQUEST = SubmitRequest(definition=LOOK)


async def health(client: OrchestratorClient) -> HealthView:
    """What /health says, also while it is 503."""
    async with httpx.AsyncClient(base_url=client.base_url, trust_env=False) as http:
        answer = await http.get("/health")
    view = HealthView.model_validate_json(answer.content)
    assert answer.status_code == (200 if view.status == "healthy" else 503)
    return view


async def all_jobs(client: OrchestratorClient) -> set[str]:
    return {job.job_id for job in (await client.jobs(limit=1_000)).items}


@pytest.mark.feature("O53", "O59")
async def test_a_locked_database_refuses_degrades_and_is_well_again_by_itself(
    orchestrator: Orchestrator, client: OrchestratorClient, tmp_path: Path, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("Nothing can be written: Another program holds the database locked")
    first = await client.submit(REQUEST)
    assert (await health(client)).status == "healthy"
    other = sqlite3.connect(tmp_path / "botswain.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RefusedError, match="nothing was accepted") as refused:
        await client.submit(REQUEST)
    assert (refused.value.status, refused.value.body.code) == (503, "storage")
    assert not refused.value.is_users_mistake
    state = await health(client)
    assert state.status == "degraded"
    assert "locked" in state.checks["store"]
    assert await all_jobs(client) == {first.job_id}, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    await eventually(lambda: health(client), lambda state: state.status == "healthy")
    second = await client.submit(REQUEST)
    assert await all_jobs(client) == {first.job_id, second.job_id}


async def submit_until_refused(client: OrchestratorClient, acknowledged: set[str]) -> RefusedError:
    for _ in range(1_000):
        try:
            acknowledged.add((await client.submit(REQUEST)).job_id)
        except RefusedError as error:
            return error
    raise AssertionError("the disk was never full")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("mounting a small file system needs root")
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.feature("O53")
async def test_a_full_disk_refuses_loses_nothing_and_is_well_again_when_there_is_space(
    small_disk: Path, tmp_path: Path, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("Nothing can be written: The disk that holds the database is full")
    settings = settings_in(tmp_path / "data", database=f"sqlite:///{small_disk}/botswain.db")
    acknowledged: set[str] = set()
    async with (
        Orchestrator.running(settings) as orchestrator,
        OrchestratorClient(orchestrator.url, orchestrator.key) as client,
    ):
        acknowledged.add((await client.submit(REQUEST)).job_id)
        filler = small_disk / "filler"
        free = os.statvfs(small_disk)
        filler.write_bytes(b"\0" * (free.f_bavail * free.f_frsize - 65_536))
        refused = await submit_until_refused(client, acknowledged)
        assert refused.status == 503
        assert "disk that holds the database is full" in refused.body.message
        assert (await health(client)).status == "degraded"
        assert await all_jobs(client) == acknowledged
        filler.unlink()
        await eventually(lambda: health(client), lambda state: state.status == "healthy")
        acknowledged.add((await client.submit(REQUEST)).job_id)
    async with (
        Orchestrator.running(settings) as orchestrator,
        OrchestratorClient(orchestrator.url, orchestrator.key) as client,
    ):
        assert await all_jobs(client) == acknowledged


async def refused_start(**settings: object) -> str:
    with pytest.raises((UserError, ConfigurationError)) as refused:
        async with Orchestrator.running(settings_in(**settings)):  # type: ignore[arg-type]
            pytest.fail("it started")
    return str(refused.value)


async def test_a_second_orchestrator_on_the_same_file_is_refused_in_one_sentence(
    orchestrator: Orchestrator, client: OrchestratorClient, tmp_path: Path
) -> None:
    with pytest.raises(DatabaseHeldError, match="Another orchestrator uses"):
        async with Orchestrator.running(load_settings(data_dir=tmp_path, port=0)):
            pytest.fail("it started")
    assert Endpoint.of(tmp_path) == Endpoint(url=orchestrator.url, key=orchestrator.key, pid=os.getpid())
    await client.submit(REQUEST)


async def test_a_start_that_fails_half_way_lets_go_of_everything(tmp_path: Path, orchestrator: Orchestrator) -> None:
    port = int(orchestrator.url.rpartition(":")[2])
    folder = tmp_path / "other"
    with pytest.raises(AddressError, match=f"{port} cannot be used"):
        async with Orchestrator.running(settings_in(folder, port=port)):
            pytest.fail("it started")
    (folder / "robot.token").write_bytes(b"\xff\xfe")
    assert "robot.token holds no key" in await refused_start(folder=folder)
    (folder / "robot.token").unlink()
    async with Orchestrator.running(settings_in(folder)) as second:
        assert second.url != orchestrator.url
    assert Endpoint.of(folder) is None


async def test_what_is_no_database_and_what_is_no_address_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Buy milk. " * 100)
    with pytest.raises(DatabaseError, match="not a Botswain database"):
        async with Orchestrator.running(settings_in(tmp_path, database=str(tmp_path / "notes.txt"))):
            pytest.fail("it started")
    assert (tmp_path / "notes.txt").read_text().startswith("Buy milk")
    assert "--insecure" in await refused_start(folder=tmp_path, host="0.0.0.0")
    assert "no address" in await refused_start(folder=tmp_path, host="nowhere.invalid", insecure=True)


async def test_a_key_file_that_is_missing_or_another_databases_is_refused_until_somebody_accepts_it(
    tmp_path: Path,
) -> None:
    folder, file = tmp_path / "data", tmp_path / "data" / "secrets.key"
    async with Orchestrator.running(settings_in(folder)):
        right = file.read_text()
    file.unlink()
    assert "secrets.key is missing" in await refused_start(folder=folder)
    assert not file.exists()
    file.write_text(f"{base64.urlsafe_b64encode(b'k' * 32).decode()}\n")
    assert "--accept-new-key" in await refused_start(folder=folder)
    with file.open("a") as more:
        more.write(right)
    async with Orchestrator.running(settings_in(folder)):
        pass
    file.unlink()
    async with Orchestrator.running(settings_in(folder, accept_new_key=True)):
        pass
    async with Orchestrator.running(settings_in(folder)):
        pass


async def test_secrets_note_and_database_are_for_their_owner_only(tmp_path: Path) -> None:
    async with Orchestrator.running(load_settings(data_dir=tmp_path, port=0)):
        for name in ("client.key", "robot.token", "endpoint.json", "botswain.db", "botswain.db-wal"):
            assert (tmp_path / name).stat().st_mode & 0o077 == 0, name


@pytest.mark.parametrize("steps", [1, 2, 5, 20])
async def test_a_start_that_is_called_off_leaves_nothing_behind(tmp_path: Path, steps: int) -> None:
    async def run() -> None:
        async with Orchestrator.running(load_settings(data_dir=tmp_path, port=0)):
            await asyncio.Event().wait()

    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        starting = group.create_task(run())
        for _ in range(steps):
            await asyncio.sleep(0)
        starting.cancel()
    assert Endpoint.of(tmp_path) is None
    async with Orchestrator.running(settings_in(tmp_path)) as orchestrator:
        assert Endpoint.of(tmp_path) == Endpoint(url=orchestrator.url, key=orchestrator.key, pid=os.getpid())
