"""A test run that leaves processes behind fails, and names them.

Every process started during the run inherits a token in its environment, so that a browser whose parent was killed is
found although it is nobody's child any more. The leftovers are killed after they were named.
"""

import os
import uuid
from collections.abc import Iterator

import psutil
import pytest
from xdist.workermanage import WorkerController

TOKEN = "BOTSWAIN_TEST_RUN"
GRACE_S = 5.0
WITH_OWN_GUARD = "exec(eval(sys.stdin.readline()))"  # how xdist starts its workers
HELPERS_OF_PYTHON = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")

LEFTOVERS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    os.environ[TOKEN] = uuid.uuid4().hex
    config.stash[LEFTOVERS] = []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Name and end what the run left; a worker of xdist tells its controller, which fails the run."""
    left = session.config.stash[LEFTOVERS]
    left += [f"{name} ({worker_name()})" for name in end_leftovers()]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["leftovers"] = left
    elif left and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    node.config.stash[LEFTOVERS] += getattr(node, "workeroutput", {}).get("leftovers", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left = terminalreporter.config.stash[LEFTOVERS]
    if left:
        terminalreporter.section("processes left behind", red=True)
        for name in left:
            terminalreporter.write_line(name)


def end_leftovers() -> list[str]:
    """Descriptions of processes of this run that did not end within the grace; they are killed."""
    _, alive = psutil.wait_procs(list(processes_of_run()), timeout=GRACE_S)
    left = [described(process) for process in alive]
    for process in alive:
        kill(process)
    return left


def processes_of_run() -> Iterator[psutil.Process]:
    children = set(psutil.Process().children(recursive=True))
    token = os.environ[TOKEN]
    for process in psutil.process_iter():
        if process.pid != os.getpid() and (process in children or has_token(process, token)) and is_ours(process):
            yield process


def has_token(process: psutil.Process, token: str) -> bool:
    try:
        return process.environ().get(TOKEN) == token
    except psutil.Error:
        return False


def is_ours(process: psutil.Process) -> bool:
    """Not a worker of xdist (it has its own guard), not a helper that Python itself keeps until its end, not dead."""
    try:
        command = " ".join(process.cmdline())
        return process.status() != psutil.STATUS_ZOMBIE and not any(
            name in command for name in (*HELPERS_OF_PYTHON, WITH_OWN_GUARD)
        )
    except psutil.Error:
        return False


def described(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())[:160]}"
    except psutil.Error:
        return f"{process.pid} (ended while it was being named)"


def kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main process")
