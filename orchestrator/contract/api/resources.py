"""How loaded the machines are, and when that counts as tight."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View


class UsageView(View):
    """One look at a machine. Shares are 0 to 1, network is bytes a second; None where it was not measured."""

    at: datetime
    cpu: float | None = None
    memory: float | None = None
    disk: float | None = None
    network_in: float | None = None
    network_out: float | None = None


class MachineView(View):
    """A machine as it is now."""

    machine: str
    """`host`, or a robot's id."""
    name: str
    usage: UsageView
    levels: dict[str, str] = Field(default_factory=dict)
    """`normal`, `warning` or `critical`, by resource."""


class FigureView(View):
    """One measure over a stretch of time."""

    current: float
    average: float
    lowest: float
    highest: float


class MonitorSettingsView(View):
    """What the resource monitor works with."""

    enabled: bool
    interval_s: float
    memory_warning: float
    memory_critical: float
    cpu_warning: float
    cpu_critical: float
    disk_warning: float
    disk_critical: float


class ResourcesView(View):
    """`GET /resources`."""

    machines: tuple[MachineView, ...]
    settings: MonitorSettingsView


class MachineHistoryView(View):
    """`GET /resources/{machine}/history?hours=`."""

    machine: str
    hours: float
    usages: tuple[UsageView, ...]
    """Oldest first."""
    statistics: dict[str, FigureView] = Field(default_factory=dict)
    """By measure: `cpu`, `memory`, `disk`, `network_in`, `network_out`."""


class MonitorSettingsRequest(Request):
    """`PATCH /resources/settings`: what is not given stays as it is."""

    enabled: bool | None = None
    interval_s: float | None = None
    memory_warning: float | None = None
    memory_critical: float | None = None
    cpu_warning: float | None = None
    cpu_critical: float | None = None
    disk_warning: float | None = None
    disk_critical: float | None = None
