"""The composition root: from settings to a robot that runs, and back to a machine with nothing left on it."""

import asyncio
import logging
import random

from orchestrator.contract.ids import new_id
from robot.agent import RobotAgent
from robot.ai.choices import KeptChoices
from robot.ai.model import ModelClient
from robot.ai.run import RobotAi
from robot.browser.pool_settings import make_pools
from robot.checkpoint_outbox import CheckpointOutbox
from robot.children import end_children
from robot.clock import SystemClock
from robot.config import RobotConfig
from robot.live import LiveDesk
from robot.live_pages import LivePages
from robot.logs import set_up_logging
from robot.memory import OrchestratorMemory
from robot.questions import Questions
from robot.run_desk import RunDesk
from robot.settings import RobotSettings, load_settings
from robot.state_folder import StateFolder
from robot.stopping import Stopping, follow_owner, signals_ask
from robot.watchdog import LIMIT_S, Watchdog
from robot.work_items import WorkItemAsks
from robot.workflow_host import BrowserHost

logger = logging.getLogger(__name__)


def run_robot(config: RobotConfig, *, parent_pipe: bool = False, log_level: int = logging.INFO) -> bool:
    """Be a robot until asked to end; True when it ended to be started again.

    RobotSetupError when it cannot work here or is not let in.
    """
    with StateFolder(config.state_folder) as folder:
        set_up_logging(config.name, folder.log, level=log_level)
        try:
            with Watchdog(config.drain_grace_s + LIMIT_S) as watchdog:
                return asyncio.run(_live(config, folder, watchdog, parent_pipe=parent_pipe))
        finally:
            left = end_children()
            if left:
                logger.warning("%d processes were still there at the end and were ended.", left)


async def _live(config: RobotConfig, folder: StateFolder, watchdog: Watchdog, *, parent_pipe: bool) -> bool:
    clock, rng = SystemClock(), random.Random()  # noqa: S311  jitter, nothing secret
    settings = load_settings(config.settings_file)
    pools = make_pools(
        settings.pools,
        first=settings.default_pool,
        folder=folder.path,
        browser=config.browser,
        robot=folder.robot_id,
        instance=new_id(),
        monotonic_s=clock.monotonic,
    )
    outbox = CheckpointOutbox(
        config.address, config.token, robot_id=folder.robot_id, folder=folder.path / "checkpoints", rng=rng
    )
    items = WorkItemAsks(config.address, config.token, robot_id=folder.robot_id, folder=folder.path / "items")
    desk = RunDesk(outbox, Questions(clock), items)
    pages = LivePages()
    host = BrowserHost(
        pools,
        base_url=config.base_url,
        input_folders=config.input_folders,
        allow_scripts=config.allow_scripts,
        clock=clock,
        rng=rng,
        desk=desk,
        live=pages,
        ai=_ai(settings, folder),
        memory=OrchestratorMemory(config.address, config.token, robot_id=folder.robot_id, rng=rng),
    )
    stopping = Stopping(watchdog.begin)
    with signals_ask(stopping):
        if parent_pipe:
            follow_owner(stopping)
        live = LiveDesk(pages, clock)
        agent = RobotAgent(config, folder, host=host, clock=clock, rng=rng, stopping=stopping, desk=desk, live=live)
        await agent.run()
        return agent.wants_restart


def _ai(settings: RobotSettings, folder: StateFolder) -> RobotAi | None:
    if settings.ai is None:
        return None
    return RobotAi(client=ModelClient(settings.ai), choices=KeptChoices(folder.path / "choices"))
