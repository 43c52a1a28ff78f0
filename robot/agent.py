"""The robot itself: one connection, the slots behind it, and an orderly end."""

import asyncio
import logging
import platform
import random
import socket
from collections.abc import Coroutine
from importlib import metadata

from orchestrator.contract.ids import new_id
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import (
    Heartbeat,
    RobotGoodbye,
    RobotHello,
)
from orchestrator.contract.protocol.terms import FEATURES, WORK_ITEMS
from robot.artifact_upload import ArtifactUpload
from robot.captures import CaptureDesk
from robot.clock import Clock
from robot.config import RobotConfig
from robot.connection import Connection, ConnectionLostError, Session
from robot.delivery import Delivery
from robot.errors import RobotError
from robot.heartbeat import HeartbeatLoop, MachineFigures, heartbeat_of
from robot.job_folders import JobFolders
from robot.journal import Journal, JournalState
from robot.live import LiveDesk
from robot.log_batches import LogBuffer, forwarded, send_logs
from robot.orders import Orders
from robot.ports import WorkflowHost
from robot.progress import ProgressBoards
from robot.run_desk import RunDesk
from robot.runner import Abilities, Runner, own_capabilities
from robot.spool import Spool
from robot.state_folder import StateFolder
from robot.status import StatusFile
from robot.stopping import Stopping
from robot.task_groups import GroupCancels
from robot.workflow_cache import WorkflowCache

FORCED_END_S = 20.0
DELIVERY_AT_END_S = 5.0
FORCED_DELIVERY_S = 0.5
IDLE_LOOK_S = 1.0
"""Safety tick of the wait for the last job before a restart."""
GOODBYE_S = 3.0

logger = logging.getLogger(__name__)


class _LeavingError(RobotError):
    """The goodbye was said."""


class RobotAgent:
    """A robot in this process; `run` is its whole life."""

    def __init__(
        self,
        config: RobotConfig,
        folder: StateFolder,
        *,
        host: WorkflowHost,
        clock: Clock,
        rng: random.Random,
        stopping: Stopping,
        desk: RunDesk | None = None,
        live: LiveDesk | None = None,
    ) -> None:
        """`desk`: what the orchestrator says about single runs goes there; without it such words find nobody.
        `live`: the same for what it says about watching runs and taking them over.
        """
        self._config = config
        self._folder = folder
        self._host = host
        self._clock = clock
        self._rng = rng
        self._stopping = stopping
        self._desk = desk
        self._live = live
        self._instance_id = new_id()
        self._leaving = asyncio.Event()
        self._restart = asyncio.Event()
        self._changed = asyncio.Event()
        self._session: Session | None = None
        self._spool = Spool(folder.spool, folder.quarantine)
        self._folders = JobFolders(folder.jobs)
        self._boards = ProgressBoards()
        self._workflows = WorkflowCache(folder.workflows)
        self._logs = LogBuffer()
        self._heartbeat = HeartbeatLoop(self._heartbeat_now, folder.path)
        self._upload = ArtifactUpload(config.address, config.token, rng)
        self._delivery = Delivery(self._spool, self._folders, self._upload)
        self._captures = CaptureDesk(host, self._folders.path, self._upload.send)
        self._status = StatusFile(folder.status, config, folder.robot_id)

    async def run(self) -> None:
        """Work until asked to end. RobotSetupError when the robot cannot work here, or is not let in at first."""
        self._journal = Journal.open(self._folder.journal)
        try:
            with forwarded("robot", self._logs):
                self._take_stock()
                await self._host.start()
                if self._desk is not None:
                    await self._desk.outbox.send_leftovers()
                    await self._desk.items.send_leftovers()
                await self._work()
        finally:
            await self._host.close()
            if self._desk is not None:
                await self._desk.outbox.close()
            await self._upload.close()
            self._journal.close()
            self._status.clear()

    @property
    def wants_restart(self) -> bool:
        """True when it ended so that another process takes its place."""
        return self._restart.is_set() and not self._stopping.forced.is_set()

    # What the connection asks of its user.

    def hello(self) -> RobotHello:
        """Who this is, what it can do, what it runs and what it still holds."""
        return RobotHello(
            robot_id=self._folder.robot_id,
            name=self._config.name,
            instance_id=self._instance_id,
            software_version=_version(),
            slots=self._config.slots,
            tags=self._config.tags,
            capabilities=self._abilities().capabilities,
            browser=self._host.browser,
            host=socket.gethostname(),
            platform=platform.platform(),
            running=self._runner.running,
            accepted=self._runner.accepted,
            spooled=self._spool.refs,
            cached=self._workflows.hashes,
            features=FEATURES,
        )

    async def use(self, session: Session) -> None:
        """Live on a session until it breaks or the robot leaves."""
        self._registered(session)
        lost: ConnectionLostError | None = None
        cancels = GroupCancels()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._orders.listen(session))
                group.create_task(self._heartbeat.run(session.send, session.registered.heartbeat_s))
                if self._desk is not None:
                    knows_items = WORK_ITEMS in session.registered.features
                    asking = self._desk.items.attend(session.send, is_understood=knows_items)
                    group.create_task(asking)  # before any end of a run
                group.create_task(self._boards.send(session.send))
                group.create_task(send_logs(self._logs, session.send))
                group.create_task(self._delivery.run(session))
                group.create_task(self._captures.run(session.send))
                group.create_task(self._leave(session))
                if self._desk is not None:
                    group.create_task(self._desk.attend(session.send))
                if self._live is not None:
                    group.create_task(self._live.run(session.send, session.send_spare))
        except* _LeavingError:
            pass  # the group has been ended on purpose
        except* ConnectionLostError as group_error:
            # raised below: before Python 3.11.4 what is raised in here comes out inside a group
            lost = ConnectionLostError(_first_text(group_error))
        finally:
            self._session = None
            self._tell_status()
        cancels.take_back()
        if lost is not None and not self._leaving.is_set():
            raise lost

    # The life of the robot.

    def _take_stock(self) -> None:
        """What an earlier process left: results to deliver, attempts that died with it, folders to clear."""
        for damaged in self._spool.open():
            logger.error("%s It was moved to %s.", damaged, self._folder.quarantine)
        self._workflows.open()
        spooled = set(self._spool.refs)
        for ref, state in self._journal.unended():
            if ref not in spooled and state is JournalState.STARTED:
                extra = {"job": ref.job_id, "attempt": ref.attempt}
                logger.warning("The attempt was running when the robot's last process ended.", extra=extra)
                self._folders.remove(ref)  # nobody has looked through its files for secrets
            self._journal.end(ref)
        if self._journal.damaged_lines:
            logger.error("%d damaged lines of the journal were left out.", self._journal.damaged_lines)
        self._folders.prune(tuple(spooled))

    async def _work(self) -> None:
        failure: RobotError | None = None
        try:
            async with asyncio.TaskGroup() as group:
                self._runner = self._make_runner(group)
                self._orders = self._make_orders(self._runner)
                self._tell_status()
                restarting = group.create_task(self._end_when_idle(), name="restart")
                connecting = group.create_task(self._connection().run(self._leaving), name="connection")
                desk_work = group.create_task(self._desk.work(), name="checkpoints") if self._desk else None
                await self._stopping.asked.wait()
                restarting.cancel()
                await self._wind_down()
                await asyncio.wait({connecting}, timeout=GOODBYE_S if self._session is not None else 0)
                connecting.cancel()
                if desk_work is not None:
                    desk_work.cancel()
        except* RobotError as group_error:
            failure = _first(group_error)
        if failure is not None:
            raise failure

    def _make_runner(self, group: asyncio.TaskGroup) -> Runner:
        return Runner(
            group=group,
            host=self._host,
            abilities=self._abilities(),
            journal=self._journal,
            spool=self._spool,
            folders=self._folders,
            boards=self._boards,
            clock=self._clock,
            changed=self._note_change,
            waited_s=self._desk.waited_s if self._desk is not None else _no_wait,
        )

    def _make_orders(self, runner: Runner) -> Orders:
        return Orders(
            runner=runner,
            workflows=self._workflows,
            abilities=self._abilities(),
            delivery=self._delivery,
            captures=self._captures,
            desk=self._desk,
            live=self._live,
            drain=self._set_draining,
            restart=self._restart_soon,
            changed=self._tell_status,
        )

    def _connection(self) -> Connection:
        return Connection(
            address=self._config.address, token=self._config.token, user=self, clock=self._clock, rng=self._rng
        )

    async def _end_when_idle(self) -> None:
        """The way to a restart: nothing new is taken, what runs ends in its own time."""
        await self._restart.wait()
        while self._runner.slots_busy:
            self._changed.clear()
            await _is_done_within(IDLE_LOOK_S, self._until_changed())
        self._stopping.ask("a restart was asked for")

    def _restart_soon(self) -> None:
        self._restart.set()
        self._set_draining(True)

    async def _until_changed(self) -> None:
        await self._changed.wait()

    async def _wind_down(self) -> None:
        """Take nothing new, let running attempts end, cut short what does not, deliver what there is."""
        logger.info("Ending: %s.", self._stopping.reason)
        self._set_draining(True)
        await self._idle_within(self._config.drain_grace_s)
        self._runner.end_all(self._stopping.reason)
        if not await _is_done_within(FORCED_END_S, self._runner.wait_idle()):
            logger.error("%d attempts would not end.", len(self._runner.running))
        await self._deliver_the_last()
        self._leaving.set()

    async def _deliver_the_last(self) -> None:
        limit_s = FORCED_DELIVERY_S if self._stopping.forced.is_set() else DELIVERY_AT_END_S
        if self._session is None or not await _is_done_within(limit_s, self._delivery.wait_empty()):
            logger.info("%d results stay in the spool for the next start.", len(self._spool.refs))

    async def _idle_within(self, grace_s: float) -> None:
        async with asyncio.TaskGroup() as group:
            waits = {
                group.create_task(self._runner.wait_idle()),
                group.create_task(self._stopping.forced.wait()),
            }
            _, late = await asyncio.wait(waits, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
            for wait in late:
                wait.cancel()

    # One session.

    def _registered(self, session: Session) -> None:
        registered = session.registered
        logger.info("Registered at %s as session %s.", self._config.address.http_base, registered.session_id)
        self._session = session
        self._runner.draining = registered.draining or self._is_ending
        self._tell_status()

    async def _leave(self, session: Session) -> None:
        await self._leaving.wait()
        await session.send(RobotGoodbye(reason=self._stopping.reason))
        raise _LeavingError("goodbye")

    def _set_draining(self, draining: bool) -> None:
        """Drain or take work again; a robot that is about to end always drains."""
        self._runner.draining = draining or self._is_ending
        self._heartbeat.hurry()
        self._tell_status()

    @property
    def _is_ending(self) -> bool:
        return self._stopping.asked.is_set() or self._restart.is_set()

    # What it says of itself.

    def _abilities(self) -> Abilities:
        found = (*own_capabilities(), *self._host.capabilities, *self._config.capabilities)
        return Abilities(
            slots=self._config.slots, tags=self._config.tags, capabilities=tuple(dict.fromkeys(found))[:500]
        )

    def _heartbeat_now(self, machine: MachineFigures) -> Heartbeat:
        self._tell_status()
        return heartbeat_of(
            machine,
            self._host.figures(),
            running=self._runner.running,
            slots_busy=self._runner.slots_busy,
            draining=self._runner.draining,
        )

    def _note_change(self) -> None:
        self._changed.set()
        self._tell_status()

    def _tell_status(self) -> None:
        self._status.tell(
            at=self._clock.now(),
            connected=self._session is not None,
            draining=self._runner.draining,
            running=self._runner.running,
            spooled=len(self._spool.refs),
            pools=self._host.figures().pools,
        )


def _no_wait(_: AttemptRef) -> float:
    """Of a robot whose runs ask nobody."""
    return 0.0


async def _is_done_within(limit_s: float, waiting: Coroutine[object, object, None]) -> bool:
    try:
        async with asyncio.timeout(limit_s):
            await waiting
    except TimeoutError:
        return False
    return True


def _first(group: BaseExceptionGroup[RobotError]) -> RobotError:
    """The first plain error of nested groups."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _first_text(group: BaseExceptionGroup[ConnectionLostError]) -> str:
    first = group.exceptions[0]
    return _first_text(first) if isinstance(first, BaseExceptionGroup) else str(first)


def _version() -> str:
    try:
        return metadata.version("botswain")
    except metadata.PackageNotFoundError:
        return ""
