"""`/api/v1/resources`: how loaded the machines are."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.resources import (
    MachineHistoryView,
    MachineView,
    MonitorSettingsRequest,
    MonitorSettingsView,
    ResourcesView,
)
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import RobotId
from orchestrator.domain.resources import MonitorSettings, ResourceThresholds, Threshold, Usage, statistics
from orchestrator.engine.errors import InvalidRequestError
from orchestrator.engine.machine_alarms import HOST
from orchestrator.server.looks import Looks
from orchestrator.server.parts import Actor, Parts, parts
from orchestrator.server.watch_views import figure_views, monitor_settings_view, usage_view

router = APIRouter(prefix="/resources", tags=["resources"])

Using = Annotated[Parts, Depends(parts)]


@router.get("")
async def resources(using: Using) -> ResourcesView:
    """How loaded each machine is now, the orchestrator's first."""
    monitor = using.engine.watch.resources
    machines = [_machine(using, name, usage) for name, usage in monitor.usages().items()]
    machines.sort(key=lambda each: (each.machine != HOST, each.name))
    return ResourcesView(machines=tuple(machines), settings=monitor_settings_view(monitor.settings))


@router.get("/{machine}/history")
async def history(machine: str, using: Using, hours: Annotated[float, Query(gt=0, le=24)] = 1.0) -> MachineHistoryView:
    """The looks at a machine (`host`, or a robot by id or name) of the last hours, and figures over them."""
    name = machine if machine == HOST else Looks(using.engine).robot_named(machine)
    usages = using.engine.watch.resources.get_history(name, hours=hours)
    return MachineHistoryView(
        machine=name,
        hours=hours,
        usages=tuple(usage_view(usage) for usage in usages),
        statistics=figure_views(statistics(usages)),
    )


@router.patch("/settings")
async def change_settings(request: MonitorSettingsRequest, using: Using, actor: Actor) -> MonitorSettingsView:
    """Watch by other thresholds or at another interval from now on."""
    monitor = using.engine.watch.resources
    return monitor_settings_view(await monitor.set(_changed(monitor.settings, request), actor=actor))


@router.post("/start")
async def start(using: Using, actor: Actor) -> MonitorSettingsView:
    """Watch the machines."""
    return await _switched(using, actor, enabled=True)


@router.post("/stop")
async def stop(using: Using, actor: Actor) -> MonitorSettingsView:
    """Watch the machines no more."""
    return await _switched(using, actor, enabled=False)


async def _switched(using: Parts, actor: str, *, enabled: bool) -> MonitorSettingsView:
    monitor = using.engine.watch.resources
    return monitor_settings_view(await monitor.set(replace(monitor.settings, enabled=enabled), actor=actor))


def _machine(using: Parts, machine: str, usage: Usage) -> MachineView:
    robot = using.engine.pool.get(RobotId(machine)) if machine != HOST else None
    levels = using.engine.watch.resources.levels_of(machine)
    return MachineView(
        machine=machine,
        name=robot.name if robot is not None else machine,
        usage=usage_view(usage),
        levels={resource.value: level.value for resource, level in levels.items()},
    )


def _changed(settings: MonitorSettings, request: MonitorSettingsRequest) -> MonitorSettings:
    known = settings.thresholds
    return MonitorSettings(
        enabled=settings.enabled if request.enabled is None else request.enabled,
        interval_s=settings.interval_s if request.interval_s is None else request.interval_s,
        thresholds=ResourceThresholds(
            memory=_threshold("memory", known.memory, request.memory_warning, request.memory_critical),
            cpu=_threshold("cpu", known.cpu, request.cpu_warning, request.cpu_critical),
            disk=_threshold("disk", known.disk, request.disk_warning, request.disk_critical),
        ),
    )


def _threshold(name: str, known: Threshold, warning: float | None, critical: float | None) -> Threshold:
    warning = known.warning if warning is None else warning
    critical = known.critical if critical is None else critical
    try:
        return Threshold(warning=warning, critical=critical)
    except UserError as error:
        raise InvalidRequestError(f"{name}_warning, {name}_critical: {error}", field=f"{name}_warning") from None
