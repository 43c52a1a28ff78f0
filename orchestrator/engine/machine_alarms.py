"""One alarm for each machine and resource, however many robots run on it: what they all say, and who they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.contract.ids import JsonValue, RobotId
from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.resources import Level, Resource
from orchestrator.domain.robot import Robot
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.robot_pool import RobotPool

HOST = "host"
"""The orchestrator's own machine."""
KINDS = {Resource.CPU: AlertKind.CPU, Resource.MEMORY: AlertKind.MEMORY, Resource.DISK: AlertKind.DISK}
_WHAT = {Resource.CPU: "CPU", Resource.MEMORY: "memory", Resource.DISK: "disk"}
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Reading:
    level: Level
    share: float


class MachineAlarms:
    """Robots on one machine all measure the same; the worst that one of them says is the machine's level."""

    def __init__(self, alerts: AlertDesk, pool: RobotPool, host_name: str) -> None:
        """`host_name`: how robots on the orchestrator's machine call it; empty when that is not known."""
        self._alerts = alerts
        self._pool = pool
        self._host_name = host_name
        self._readings: dict[tuple[str, Resource], dict[str, _Reading]] = {}
        self._machines: dict[str, str] = {}
        """Of those that spoke: where they were then."""

    def observe(self, speaker: str, resource: Resource, level: Level, share: float) -> None:
        """What a robot, or `HOST`, says of the machine that it runs on."""
        machine = self._machine_of(speaker)
        if self._machines.setdefault(speaker, machine) != machine:
            self.forget(speaker)
            self._machines[speaker] = machine
        self._readings.setdefault((machine, resource), {})[speaker] = _Reading(level, share)
        self._tell(machine, resource)

    def forget(self, speaker: str) -> None:
        """It says nothing any more; what nobody else says either is over."""
        machine = self._machines.pop(speaker, None)
        if machine is None:
            return
        for resource, kind in KINDS.items():
            readings = self._readings.get((machine, resource), {})
            readings.pop(speaker, None)
            if readings:
                self._tell(machine, resource)
            else:
                self._readings.pop((machine, resource), None)
                self._alerts.resolve(kind, machine)

    def _tell(self, machine: str, resource: Resource) -> None:
        kind = KINDS[resource]
        worst = max(self._readings[machine, resource].values(), key=lambda each: (each.level.rank, each.share))
        if worst.level is Level.NORMAL:
            self._alerts.observe(kind, machine, worst.level)
            return
        robots = self._robots_on(machine)
        words = f"{_whose(machine, robots)} uses {worst.share:.0%} of its {_WHAT[resource]}."
        ids: list[JsonValue] = [each.robot_id for each in robots]
        self._alerts.observe(kind, machine, worst.level, words, details={"share": worst.share, "robots": ids})

    def _machine_of(self, speaker: str) -> str:
        """What is the same for all that run there; a robot that does not name its machine has one for itself."""
        robot = self._pool.get(RobotId(speaker)) if speaker != HOST else None
        if robot is None or not robot.host:
            return speaker
        return HOST if robot.host == self._host_name else f"machine:{robot.host}"

    def _robots_on(self, machine: str) -> Sequence[Robot]:
        """Those that spoke from there, by name."""
        speakers = {speaker for speaker, where in self._machines.items() if where == machine}
        found = (self._pool.get(RobotId(speaker)) for speaker in speakers - {HOST})
        return sorted((each for each in found if each is not None), key=lambda each: each.name)


def _whose(machine: str, robots: Sequence[Robot]) -> str:
    names = [each.name for each in robots[:_MOST_NAMED]]
    if len(robots) > _MOST_NAMED:
        names.append(f"{len(robots) - _MOST_NAMED} more")
    if machine == HOST:
        names.insert(0, "the orchestrator")
    if len(names) == 1:
        return f"{names[0]}'s machine".replace("the orchestrator", "The orchestrator")
    return f"The machine of {', '.join(names[:-1])} and {names[-1]}"
