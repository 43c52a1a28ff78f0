"""Child processes: ready in time, ended in time, and never without their parent."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from orchestrator.fleet.child import ChildCommand, ChildProcess
from orchestrator.fleet.errors import StartError

LIMIT_S = 20.0
WAITS = "import sys; print('ready', flush=True); sys.stdin.read()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
STUBBORN = f"{DEAF}; import time; print('ready', flush=True); time.sleep(600)"
PARENT = """
import asyncio, sys
from pathlib import Path
from orchestrator.fleet.child import ChildCommand, ChildProcess

async def main():
    command = ChildCommand(name="child", arguments=["-c", sys.argv[1]], log_file=Path(sys.argv[2]), announces=True)
    child = await ChildProcess.start(command)
    await child.first_line(20)
    print(child.pid, flush=True)
    await child.ended()

asyncio.run(main())
"""


def command(program: str, tmp_path: Path, *, announces: bool = True) -> ChildCommand:
    return ChildCommand(
        name="child", arguments=["-c", program], log_file=tmp_path / "logs" / "c.log", announces=announces
    )


async def test_a_child_says_that_it_is_ready_and_ends_when_asked(tmp_path: Path) -> None:
    child = await ChildProcess.start(command(WAITS, tmp_path))
    assert await child.first_line(LIMIT_S) == "ready"
    assert psutil.pid_exists(child.pid)
    await child.stop()
    assert child.exit_code is not None
    await child.stop()


async def test_a_child_that_ignores_the_request_is_killed_with_its_group(tmp_path: Path) -> None:
    program = (
        f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); {STUBBORN}"
    )
    child = await ChildProcess.start(command(program, tmp_path))
    await child.first_line(LIMIT_S)
    grandchildren = psutil.Process(child.pid).children()
    assert len(grandchildren) == 1
    await child.stop(limit_s=0.2)
    assert child.exit_code == -signal.SIGKILL
    _, alive = await asyncio.to_thread(psutil.wait_procs, grandchildren, timeout=LIMIT_S)
    assert alive == []


async def test_an_early_end_is_told_with_its_last_words(tmp_path: Path) -> None:
    child = await ChildProcess.start(command("import sys; sys.exit('no port is free')", tmp_path))
    with pytest.raises(StartError, match="child ended by itself: no port is free") as caught:
        await child.first_line(LIMIT_S)
    assert caught.value.log_file == tmp_path / "logs" / "c.log"


async def test_a_silent_child_is_not_waited_for_beyond_the_limit(tmp_path: Path) -> None:
    child = await ChildProcess.start(command("import sys; sys.stdin.read()", tmp_path))
    with pytest.raises(TimeoutError):
        await child.first_line(0.2)
    await child.stop()


@pytest.mark.parametrize("program", [WAITS, "import time; print('ready', flush=True); time.sleep(600)"])
def test_a_killed_parent_takes_its_children_along(program: str, tmp_path: Path) -> None:
    if "sleep" in program and not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells a child of its parent's end by a signal")
    line = [sys.executable, "-c", PARENT, program, str(tmp_path / "c.log")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=os.environ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait(LIMIT_S)
        _, alive = psutil.wait_procs([child], timeout=LIMIT_S)
    assert alive == []
