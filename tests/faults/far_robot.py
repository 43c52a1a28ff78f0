"""A network of two ends inside this machine: robots live in a namespace of their own, behind a cable of ours."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

import pytest

_numbers = count(os.getpid() * 64)
"""Processes that run fault tests side by side lay cables of different numbers."""


def needs_root(*tools: str) -> None:
    """Skip, with the reason, where a test cannot do its harm."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    if missing := [tool for tool in tools if shutil.which(tool) is None]:
        pytest.skip(f"needs {', '.join(missing)}")


def run(*command: str) -> None:
    """A system's tool; it must work."""
    subprocess.run(command, check=True, capture_output=True, timeout=20)


class Cable:
    """The way between the orchestrator and a robot; harm is done at the robot's end of it."""

    def __init__(self, number: int) -> None:
        self.name = f"bots{os.getpid()}-{number}"
        self.host = f"10.{64 + number // 256 % 64}.{number % 256}.1"
        self._far = self.host.removesuffix("1") + "2"
        self._plug = f"bots{number % 10**9}"

    @property
    def under(self) -> Sequence[str]:
        """What a process is started with to live at the far end."""
        return ("ip", "netns", "exec", self.name)

    def lay(self) -> None:
        """Make the namespace and the cable."""
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self._plug, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        run("ip", "addr", "add", f"{self.host}/24", "dev", self._plug)
        run("ip", "link", "set", self._plug, "up")
        self._inside("ip", "addr", "add", f"{self._far}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            self._inside("ip", "link", "set", device, "up")

    def remove(self) -> None:
        """Take both away."""
        subprocess.run(("ip", "netns", "del", self.name), check=False, capture_output=True, timeout=20)
        subprocess.run(("ip", "link", "del", self._plug), check=False, capture_output=True, timeout=20)

    def drop(self, port: int, *, to_robot: bool = True, to_orchestrator: bool = True) -> None:
        """Swallow packets, without a word to anybody."""
        if to_robot:
            self._rule("INPUT", "--sport", port, "-j", "DROP")
        if to_orchestrator:
            self._rule("OUTPUT", "--dport", port, "-j", "DROP")

    def reset(self, port: int) -> None:
        """Answer every packet with a reset."""
        self._rule("OUTPUT", "--dport", port, "-j", "REJECT", "--reject-with", "tcp-reset")
        self._rule("INPUT", "--sport", port, "-j", "REJECT", "--reject-with", "tcp-reset")

    def lose(self, port: int, share: float) -> None:
        """Swallow that share of the packets, by chance."""
        chance = ("-m", "statistic", "--mode", "random", "--probability", str(share), "-j", "DROP")
        self._rule("INPUT", "--sport", port, *chance)
        self._rule("OUTPUT", "--dport", port, *chance)

    def narrow(self, kilobits: int) -> None:
        """Let so little through in a second; in single packets, since the queue takes no larger ones."""
        self._inside("ip", "link", "set", "eth0", "gso_max_size", "1500", "gso_max_segs", "1")
        self._inside(
            "tc", "qdisc", "add", "dev", "eth0", "root", "tbf",
            "rate", f"{kilobits}kbit", "burst", "1600", "latency", "400ms",
        )  # fmt: skip

    def mend(self) -> None:
        """Let everything through again."""
        self._inside("iptables", "-F")

    def _rule(self, chain: str, side: str, port: int, *what: str) -> None:
        self._inside("iptables", "-A", chain, "-p", "tcp", side, str(port), *what)

    def _inside(self, *command: str) -> None:
        run(*self.under, *command)


@contextmanager
def laid_cable() -> Iterator[Cable]:
    """A cable for as long as the context lasts."""
    needs_root("ip", "iptables", "tc")
    cable = Cable(next(_numbers))
    try:
        cable.lay()
    except subprocess.CalledProcessError as error:
        cable.remove()
        pytest.skip(f"the system gives no namespaces: {error.stderr.decode(errors='replace').strip()}")
    try:
        yield cable
    finally:
        cable.remove()
