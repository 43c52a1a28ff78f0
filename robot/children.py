"""No process that the robot started may outlive it."""

import psutil

TERM_S = 2.0
KILL_S = 3.0


def end_children() -> int:
    """End every process below this one, at first politely; how many there were. Blocks for some seconds at most."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        _tell(child, force=False)
    _, stubborn = psutil.wait_procs(children, timeout=TERM_S)
    for child in stubborn:
        _tell(child, force=True)
    psutil.wait_procs(stubborn, timeout=KILL_S)
    return len(children)


def _tell(child: psutil.Process, *, force: bool) -> None:
    try:
        if force:
            child.kill()
        else:
            child.terminate()
    except psutil.Error:
        return  # it has ended by itself
