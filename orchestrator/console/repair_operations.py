"""The decisions about a repair as operations, each with its way back."""

from collections.abc import Callable
from typing import Any

from orchestrator.console.operations import Operation
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.repairs import RepairDetail, RepairView

OnFailure = Callable[[Exception], None]
Then = Callable[[], None]


def approve(
    bench: Workbench,
    repair: RepairView,
    *,
    choice: int = 0,
    take_waiting: bool = False,
    then: Then | None = None,
    on_failure: OnFailure | None = None,
) -> Operation[Any]:
    """Make the new version; Undo goes back to the one before."""

    def done(detail: RepairDetail) -> str:
        view = detail.repair
        said = tr(
            "Step {step} of {workflow} looks for {locator} now, in version {version}.",
            step=view.step_id,
            workflow=view.workflow_name,
            locator=view.after[0],
            version=view.made,
        )
        if not detail.pinned:
            return said
        return said + " " + tr("Not changed, since a version is fixed: {pinned}.", pinned=", ".join(detail.pinned))

    return Operation[RepairDetail](
        key=f"repair.{repair.repair_id}",
        failure=tr("The repair could not be approved"),
        do=lambda client: client.repairs.approve(repair.repair_id, choice=choice, take_waiting=take_waiting),
        success=done,
        then=lambda _: _changed(bench, then),
        undo=lambda _: undo(bench, repair),
        on_failure=on_failure,
    )


def reject(
    bench: Workbench, repair: RepairView, *, then: Then | None = None, on_failure: OnFailure | None = None
) -> Operation[Any]:
    """Do not propose it again; Undo lets it wait for a decision."""
    return Operation[RepairView](
        key=f"repair.{repair.repair_id}",
        failure=tr("The repair could not be rejected"),
        do=lambda client: client.repairs.reject(repair.repair_id),
        success=lambda _: tr("Rejected. It is not proposed again."),
        then=lambda _: _changed(bench, then),
        undo=lambda _: undo(bench, repair),
        on_failure=on_failure,
    )


def undo(bench: Workbench, repair: RepairView) -> Operation[Any]:
    """Take the decision back."""
    return Operation[RepairView](
        key=f"repair.{repair.repair_id}",
        failure=tr("The decision could not be taken back"),
        do=lambda client: client.repairs.undo(repair.repair_id),
        success=lambda view: tr("The repair of {workflow} waits for a decision again.", workflow=view.workflow_name),
        then=lambda _: _changed(bench, None),
    )


def _changed(bench: Workbench, then: Then | None) -> None:
    bench.concerns.repairs.ask()
    if then is not None:
        then()
