"""Ports of servers that a test ends and starts again at the same address."""

import os
import socket
from itertools import count

FIRST, LAST = 10_000, 32_000
"""Below the ports that systems give to outgoing connections, one of which could sit on a port whose server is away."""
STRIDE = 61

_numbers = count(os.getpid() * STRIDE)


def steady_port() -> int:
    """A free port of 127.0.0.1 that no connection and no other process of a test run takes by chance."""
    for number in _numbers:
        port = FIRST + number % (LAST - FIRST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError:
                continue
            return port
    raise AssertionError("an endless count has ended")
