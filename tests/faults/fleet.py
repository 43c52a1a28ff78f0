"""One orchestrator process, robot processes, a ledger, and everything that was acknowledged to a client."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from live_fleet import Watch

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError, UnreachableError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.ids import new_id
from orchestrator.contract.states import JobStatus, RobotStatus
from tests.faults.evidence import JobRow, Submitted, violations
from tests.faults.failpoints import VARIABLE
from tests.faults.ledger import PASSWORD, Ledger, ledger_workflow
from tests.faults.processes import Facts, OrchestratorProcess, RobotProcess
from tests.faults.upkeep import excesses, secrets_told

SUBMIT_LIMIT_S = 150.0
SUBMIT_PAUSE_S = 0.1
DEATH_LIMIT_S = 120.0
NEWS_LIMIT_S = 180.0
SEAL_LIMIT_S = 60.0


class Deaths:
    """How often the orchestrator has ended by itself and was started again."""

    def __init__(self) -> None:
        self.count = 0
        self._first = asyncio.Event()

    def note(self) -> None:
        """Once more."""
        self.count += 1
        self._first.set()

    async def until_first(self) -> None:
        """Wait for the first."""
        async with asyncio.timeout(DEATH_LIMIT_S):
            await self._first.wait()


@dataclass(slots=True, kw_only=True)
class Fleet:
    """What a fault test works on."""

    folder: Path
    ledger: Ledger
    orchestrator: OrchestratorProcess
    client: OrchestratorClient
    watch: Watch
    robots: dict[str, RobotProcess] = field(default_factory=dict)
    submitted: list[Submitted] = field(default_factory=list)
    audit_head: str = ""
    """The newest seal of the audit at the last look."""

    @property
    def facts(self) -> Facts:
        """Addresses and secrets."""
        assert self.orchestrator.facts is not None
        return self.orchestrator.facts

    async def robot(
        self,
        name: str,
        *,
        slots: int = 2,
        port: int | None = None,
        environment: Mapping[str, str] | None = None,
        under: Sequence[str] = (),
        folder: Path | None = None,
        is_doomed: bool = False,
    ) -> RobotProcess:
        """Start a robot, by default without anything between it and the orchestrator, and wait until it is there.

        Nobody waits for one that is doomed: it may be gone before anybody is told that it came.
        """
        robot = RobotProcess(
            name=name,
            folder=folder or self.folder / name,
            host=self.facts.host,
            port=port or self.facts.port,
            token=self.facts.token,
            base_url=self.ledger.base_of(name),
            slots=slots,
            environment=environment or {},
            under=under,
        )
        self.robots[name] = robot
        robot.start()
        if not is_doomed:
            await self.until_connected(name)
        return robot

    async def until_connected(self, *names: str) -> None:
        """Wait until the orchestrator tells that these robots are connected."""
        await self.watch.until(
            lambda now: all(each in now.robots and now.robots[each].status.is_connected for each in names),
            limit_s=NEWS_LIMIT_S,
        )

    async def until_lost(self, name: str) -> None:
        """Wait until the orchestrator tells that the robot is gone."""
        await self.watch.until(
            lambda now: now.robots[name].status in {RobotStatus.LOST, RobotStatus.OFFLINE}, limit_s=NEWS_LIMIT_S
        )

    async def until_status(self, job: Submitted, *statuses: JobStatus) -> None:
        """Wait until the job is told to stand in one of these statuses."""
        await self.watch.until(
            lambda now: job.job_id in now.jobs and now.jobs[job.job_id].status in statuses, limit_s=NEWS_LIMIT_S
        )

    async def submit(
        self,
        mark: str,
        *,
        retry_safe: bool = True,
        held: bool = True,
        key: str | None = None,
        max_retries: int | None = None,
        timeout_s: float = 300.0,
    ) -> Submitted:
        """Submit a ledger job as a careful client does: with one key, again until there is an answer."""
        request = SubmitRequest(
            definition=ledger_workflow(retry_safe=retry_safe, held=held, limit_s=timeout_s),
            variables={"mark": mark, "password": PASSWORD},
            max_retries=max_retries,
            timeout_s=timeout_s,
        )
        key = key or new_id()
        async with asyncio.timeout(SUBMIT_LIMIT_S):
            while True:
                try:
                    view = await self.client.submit(request, idempotency_key=key)
                except UnreachableError:
                    await asyncio.sleep(SUBMIT_PAUSE_S)
                except RefusedError as error:
                    if error.body.code not in {"storage", "unavailable", "conflict"}:
                        raise
                    await asyncio.sleep(SUBMIT_PAUSE_S)
                else:
                    job = Submitted(job_id=view.job_id, mark=mark, retry_safe=retry_safe)
                    self.submitted.append(job)
                    return job

    async def submit_many(self, prefix: str, count: int, *, retry_safe: bool = True) -> list[Submitted]:
        """Several jobs at once."""
        return list(await asyncio.gather(*(self.submit(f"{prefix}-{n}", retry_safe=retry_safe) for n in range(count))))

    async def settle(self, *, limit_s: float = 300.0) -> dict[str, JobRow]:
        """Let go of everything, wait for every job's end, and judge; the rows of the database."""
        self.ledger.release_all()
        ids = [each.job_id for each in self.submitted]
        # A job that does not end in time is a finding of the judgement below, with its row beside it.
        with suppress(AssertionError):
            await self.watch.until_ended(*ids, limit_s=limit_s)
        rows = await asyncio.to_thread(self.orchestrator.rows)
        found = [*violations(rows, self.submitted, self.ledger), *await asyncio.to_thread(self._upkeep)]
        found += await self._audit()
        assert not found, "\n".join(found)
        return rows

    @asynccontextmanager
    async def revived(self) -> AsyncIterator["Deaths"]:
        """While inside, an orchestrator that ends by itself is started again, without failpoints."""
        deaths = Deaths()
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._revive(deaths))
            try:
                yield deaths
            finally:
                watching.cancel()

    async def _revive(self, deaths: "Deaths") -> None:
        while True:
            victim = self.orchestrator.victim
            assert victim is not None
            while victim.is_running:  # noqa: ASYNC110  a process has no event
                await asyncio.sleep(0.02)
            self.orchestrator.environment = {
                name: value for name, value in self.orchestrator.environment.items() if name != VARIABLE
            }
            await self.orchestrator.stop()
            await self.orchestrator.start()
            deaths.note()

    async def _audit(self) -> list[str]:
        """I: what was sealed of the audit is whole, and still what it was when it was last looked at."""
        async with asyncio.timeout(SEAL_LIMIT_S):
            while (report := await self.client.operations.verify_audit(head=self.audit_head)).seals == 0:  # noqa: ASYNC110  asked over HTTP
                await asyncio.sleep(SUBMIT_PAUSE_S)
        self.audit_head = report.head
        return [f"I: the audit is broken: {each}" for each in report.breaks]

    def _upkeep(self) -> list[str]:
        """G, H and J: nothing left over, nothing grown, nothing told."""
        victims = {"orchestrator": self.orchestrator.victim} | {n: each.victim for n, each in self.robots.items()}
        found = [text for name, victim in victims.items() if victim is not None for text in excesses(name, victim)]
        places = [self.orchestrator.log, self.orchestrator.database]
        for robot in self.robots.values():
            places += [robot.log, *(each for each in robot.folder.rglob("*") if each.is_file())]
        return found + secrets_told(places, PASSWORD, self.facts.key, self.facts.token)


@asynccontextmanager
async def running_fleet(
    folder: Path, orchestrator: OrchestratorProcess | None = None, *, host: str = "127.0.0.1"
) -> AsyncIterator[Fleet]:
    """A fleet without robots; everything has ended when the context does."""
    orchestrator = orchestrator or OrchestratorProcess(folder=folder / "data")
    async with Ledger().listening(host) as ledger:
        try:
            facts = await orchestrator.start()
            async with OrchestratorClient(facts.url, facts.key) as client, asyncio.TaskGroup() as tasks:
                watch = Watch()
                following = tasks.create_task(watch.follow(facts.url, facts.key))
                fleet = Fleet(folder=folder, ledger=ledger, orchestrator=orchestrator, client=client, watch=watch)
                try:
                    yield fleet
                finally:
                    following.cancel()
                    ledger.release_all()
                    await asyncio.gather(*(each.stop() for each in fleet.robots.values()))
        finally:
            await orchestrator.stop()
