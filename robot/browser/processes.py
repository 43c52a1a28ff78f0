"""Process trees: who belongs to a process, and how to end all of them."""

import asyncio
import contextlib
import os
import select
import time
from collections.abc import Collection, Iterable

import psutil

KILL_WAIT_S = 5.0
_HAS_PROC = os.path.exists("/proc/self/stat")  # noqa: PTH110  a constant of the machine
ASK_EVERY_S = 1.0


def tree(pid: int) -> list[psutil.Process]:
    """The process and everything below it; empty when it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def is_alive(pid: int) -> bool:
    """True while the process runs; a zombie does not. Asked around every step, so it must cost next to nothing."""
    if _HAS_PROC:
        return _state(pid) not in {"", "Z", "X"}
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _state(pid: int) -> str:
    """The letter of proc_pid_stat(5), which follows the name in brackets; empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123  a third of pathlib's time
            return chr(file.read(512).rpartition(b")")[2][1])
    except (OSError, IndexError):
        return ""


def memory_bytes(pid: int) -> int:
    """Memory of the tree; reads all pages' maps, some milliseconds for each process, so not for the event loop."""
    return sum(memory_of(process) for process in tree(pid))


def memory_of(process: psutil.Process) -> int:
    """Bytes that the process takes, its share of shared pages included; 0 when it is gone.

    The proportional set size of Linux (`Pss` in proc(5), `smaps_rollup`), since a browser's processes share most of
    their pages; where it is not told, the resident set size.
    """
    with contextlib.suppress(psutil.Error):
        told = process.memory_full_info()
        if hasattr(told, "pss"):
            return int(told.pss)
    with contextlib.suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def running_with(text: str) -> list[psutil.Process]:
    """Processes whose command line holds this text, such as a folder's path."""
    return [process for process in psutil.process_iter() if any(text in word for word in _words(process))]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def kill(processes: Iterable[psutil.Process]) -> None:
    """Sends the signal that cannot be refused; who is gone already is fine."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


async def ended(processes: Collection[psutil.Process], limit_s: float = KILL_WAIT_S) -> list[psutil.Process]:
    """Waits for processes to end; gives those that still run when the limit is over."""
    waiting = asyncio.to_thread(_wait_by_handles if hasattr(os, "pidfd_open") else _wait_by_asking, processes, limit_s)
    await waiting
    return [process for process in processes if process.is_running() and is_alive(process.pid)]


async def until_ended(pid: int) -> None:
    """Returns when a process has ended, whoever's child it is; a zombie has ended."""
    if not hasattr(os, "pidfd_open"):
        while is_alive(pid):  # noqa: ASYNC110  nothing tells of it here
            await asyncio.sleep(ASK_EVERY_S)
        return
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(handle, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def _wait_by_asking(processes: Collection[psutil.Process], limit_s: float) -> None:
    psutil.wait_procs(list(processes), limit_s)


def _wait_by_handles(processes: Collection[psutil.Process], limit_s: float) -> None:
    """Linux tells when a process ends, also one that is not our child and that nobody buries."""
    deadline_s = time.monotonic() + limit_s
    for process in processes:
        with contextlib.suppress(OSError):
            handle = os.pidfd_open(process.pid)
            try:
                select.select([handle], [], [], max(0.0, deadline_s - time.monotonic()))
            finally:
                os.close(handle)


async def kill_all(processes: Collection[psutil.Process], limit_s: float = KILL_WAIT_S) -> int:
    """Kills processes and gives the number of those that would not die."""
    kill(processes)
    return len(await ended(processes, limit_s))
