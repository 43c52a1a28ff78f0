"""An orchestrator as a process whose patience is counted in seconds instead of minutes."""

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path

from orchestrator.app import Orchestrator
from orchestrator.config import load_settings
from orchestrator.domain.lease import LeaseTerms
from orchestrator.engine.settings import EngineSettings
from tests.faults.failpoints import arm_from_environment


async def serve(data_dir: Path, port: int, terms: dict[str, float], engine: dict[str, float]) -> None:
    """Run until SIGTERM; says where it listens in one line of JSON."""
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    settings = load_settings(data_dir=data_dir, port=port)
    engine_settings = EngineSettings(terms=LeaseTerms(**terms), **engine)  # type: ignore[arg-type]  # all are numbers
    async with Orchestrator.running(settings, engine_settings=engine_settings) as running:
        facts = {"url": running.url, "robots_url": running.robots_url, "key": running.key, "token": running.robot_token}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        await ending.wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    arm_from_environment()
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), *(json.loads(each) for each in sys.argv[3:5])))
