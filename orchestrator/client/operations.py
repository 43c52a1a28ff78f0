"""What operators do every day, from a program: one method for each."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Literal, Protocol

from orchestrator.client.paths import part_of_path
from orchestrator.client.transport import Transport
from orchestrator.contract.api.common import MAX_PAGE, Page
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.operations import (
    AuditReportView,
    BulkApplyRequest,
    BulkItemView,
    BulkPreview,
    BulkRequest,
    BulkView,
    DeadLetterDetail,
    DeadLetterRetryRequest,
    DeadLetterView,
    DeploymentView,
    DeployRequest,
    DiscardRequest,
    DrainRequest,
    DrainView,
    FailureGroupView,
    MaintenanceRequest,
    RestartRequest,
    RollBackRequest,
    RolloutView,
    SolveRequest,
    VersionDiffView,
)
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.states import FINAL_STATES

Then = Literal["wait", "hand-over", "kill"]


class Place(Protocol):
    """Where a robot or a workflow is found."""

    async def __call__(self, kind: Literal["workflow", "robot"], wanted: str) -> str: ...


class OperationsClient:
    """`client.operations`: dead letters, failures, bulk actions, drains, restarts, versions, deployments, the audit.

    `place` finds the path of a robot or a workflow by its id or name.
    """

    def __init__(self, transport: Transport, place: Place) -> None:
        self._transport = transport
        self._place = place

    # what was

    async def history(self, *, workflow: str | None = None, robot: str | None = None) -> AsyncIterator[JobView]:
        """Walk every finished execution, oldest first, page by page (`execution_history`)."""
        given = {"workflow": workflow, "robot": robot, "status": [status.value for status in sorted(FINAL_STATES)]}
        query = {name: value for name, value in given.items() if value is not None}
        seen = 0
        while True:
            paging = {"sort": "created_at", "offset": seen, "limit": MAX_PAGE}
            page = await self._transport.read(Page[JobView], "GET", "/jobs", query={**query, **paging})
            for job in page.items:
                yield job
            seen += len(page.items)
            if not page.items or seen >= page.total:
                return

    # dead letters

    async def dead_letters(self, *, limit: int = 100, offset: int = 0) -> Page[DeadLetterView]:
        """Jobs that wait for a person's decision, the newest first."""
        query = {"limit": limit, "offset": offset}
        return await self._transport.read(Page[DeadLetterView], "GET", "/dead-letters", query=query)

    async def dead_letter(self, job_id: str) -> DeadLetterDetail:
        """The evidence about a job."""
        return await self._transport.read(DeadLetterDetail, "GET", f"/dead-letters/{part_of_path(job_id)}")

    async def retry_dead_letter(self, job_id: str, *, from_checkpoint: bool = False) -> JobView:
        """Run it again, from the start or from its newest checkpoint."""
        body = DeadLetterRetryRequest(from_checkpoint=from_checkpoint)
        return await self._transport.read(JobView, "POST", f"/dead-letters/{part_of_path(job_id)}/retry", body=body)

    async def discard_dead_letter(self, job_id: str, *, reason: str) -> DeadLetterDetail:
        """Count it no longer; it stays in the history."""
        path = f"/dead-letters/{part_of_path(job_id)}/discard"
        return await self._transport.read(DeadLetterDetail, "POST", path, body=DiscardRequest(reason=reason))

    # failures

    async def failures(
        self, *, states: Sequence[str] = (), limit: int = 100, offset: int = 0
    ) -> Page[FailureGroupView]:
        """Groups of failures; without a state, those that are not solved."""
        query: dict[str, object] = {"limit": limit, "offset": offset}
        query |= {"state": list(states)} if states else {}
        return await self._transport.read(Page[FailureGroupView], "GET", "/failures", query=query)

    async def failure_group(self, fingerprint: str) -> FailureGroupView:
        """One group, with versions and robots."""
        return await self._transport.read(FailureGroupView, "GET", f"/failures/{part_of_path(fingerprint)}")

    async def solve_failures(self, fingerprint: str, *, note: str = "") -> FailureGroupView:
        """Say that the cause is gone."""
        path = f"/failures/{part_of_path(fingerprint)}/solve"
        return await self._transport.read(FailureGroupView, "POST", path, body=SolveRequest(note=note))

    async def reopen_failures(self, fingerprint: str) -> FailureGroupView:
        """Take that back."""
        return await self._transport.read(FailureGroupView, "POST", f"/failures/{part_of_path(fingerprint)}/reopen")

    async def retry_failures(self, fingerprint: str) -> BulkView:
        """Retry every job that stands failed with this fingerprint."""
        return await self._transport.read(BulkView, "POST", f"/failures/{part_of_path(fingerprint)}/retry")

    # bulk actions

    async def preview_bulk(self, request: BulkRequest) -> BulkPreview:
        """What an action would touch; nothing is changed."""
        return await self._transport.read(BulkPreview, "POST", "/bulk/preview", body=request)

    async def apply_bulk(self, token: str) -> BulkView:
        """Do what was previewed."""
        return await self._transport.read(BulkView, "POST", "/bulk", body=BulkApplyRequest(token=token))

    async def bulk_operations(self, *, limit: int = 50) -> list[BulkView]:
        """The newest first."""
        return await self._transport.read(list[BulkView], "GET", "/bulk", query={"limit": limit})

    async def bulk_operation(self, operation_id: str) -> BulkView:
        """One operation, as far as it is."""
        return await self._transport.read(BulkView, "GET", f"/bulk/{part_of_path(operation_id)}")

    async def bulk_items(self, operation_id: str, *, after: str | None = None) -> list[BulkItemView]:
        """What became of each job, by job id, a page at a time."""
        query = {"after": after} if after else {}
        path = f"/bulk/{part_of_path(operation_id)}/items"
        return await self._transport.read(list[BulkItemView], "GET", path, query=query)

    async def undo_bulk(self, operation_id: str) -> BulkView:
        """Take back what can be taken back."""
        return await self._transport.read(BulkView, "POST", f"/bulk/{part_of_path(operation_id)}/undo")

    # robots

    async def drain_clock(self, robot: str) -> DrainView:
        """When a robot will be free."""
        return await self._transport.read(DrainView, "GET", f"{await self._place('robot', robot)}/drain")

    async def drain(
        self, robot: str, *, deadline_s: float | None = None, then: Then = "wait", reason: str = ""
    ) -> DrainView:
        """Let a robot finish what it runs; at the deadline, hand over or kill what is left."""
        body = DrainRequest(deadline_s=deadline_s, then=then, reason=reason)
        return await self._transport.read(DrainView, "PUT", f"{await self._place('robot', robot)}/drain", body=body)

    async def maintain(self, robot: str, *, reason: str, until: datetime | None = None) -> DrainView:
        """Take a robot out of work, until a moment or until it is resumed."""
        path, body = f"{await self._place('robot', robot)}/maintenance", MaintenanceRequest(reason=reason, until=until)
        return await self._transport.read(DrainView, "PUT", path, body=body)

    async def restart_robots(self, robots: Sequence[str] = (), *, reason: str = "") -> RolloutView:
        """Restart robots one after the other; none named means all that are connected."""
        body = RestartRequest(robots=tuple(robots), reason=reason)
        return await self._transport.read(RolloutView, "POST", "/robots/restart", body=body)

    async def rollout(self, rollout_id: str) -> RolloutView:
        """How far a restart is."""
        return await self._transport.read(RolloutView, "GET", f"/robots/restart/{part_of_path(rollout_id)}")

    async def rollouts(self) -> list[RolloutView]:
        """The restarts that are remembered, the newest first."""
        return await self._transport.read(list[RolloutView], "GET", "/rollouts")

    async def stop_rollout(self, rollout_id: str) -> RolloutView:
        """Leave the robots alone that wait for their turn."""
        return await self._transport.read(RolloutView, "POST", f"/robots/restart/{part_of_path(rollout_id)}/stop")

    # workflows

    async def roll_back(self, workflow: str, to: int | str, *, note: str = "") -> WorkflowView:
        """Make an old version the newest again, as a new version."""
        path, body = f"{await self._place('workflow', workflow)}/rollback", RollBackRequest(to=to, note=note)
        return await self._transport.read(WorkflowView, "POST", path, body=body)

    async def diff(self, workflow: str, before: int | str, after: int | str | None = None) -> VersionDiffView:
        """What changed between two versions, in words."""
        query: dict[str, object] = {"from": before, **({"to": after} if after is not None else {})}
        return await self._transport.read(
            VersionDiffView, "GET", f"{await self._place('workflow', workflow)}/diff", query=query
        )

    async def deploy(
        self, workflow: str, robots: Sequence[str] = (), *, version: int | str | None = None
    ) -> list[DeploymentView]:
        """Bring a version of a workflow to robots; none named means every robot that is known."""
        path, body = (
            f"{await self._place('workflow', workflow)}/deploy",
            DeployRequest(robots=tuple(robots), version=version),
        )
        return await self._transport.read(list[DeploymentView], "POST", path, body=body)

    async def undeploy(self, workflow: str, robots: Sequence[str] = ()) -> list[DeploymentView]:
        """Let robots forget a workflow."""
        path, body = f"{await self._place('workflow', workflow)}/undeploy", DeployRequest(robots=tuple(robots))
        return await self._transport.read(list[DeploymentView], "POST", path, body=body)

    async def deployments(self, *, workflow: str | None = None, robot: str | None = None) -> list[DeploymentView]:
        """Which robot keeps which workflow (`get_deployment_status`)."""
        given = {"workflow": workflow, "robot": robot}
        query = {name: value for name, value in given.items() if value is not None}
        return await self._transport.read(list[DeploymentView], "GET", "/deployments", query=query)

    # the audit

    async def verify_audit(self, *, head: str = "") -> AuditReportView:
        """Check every sealed row of the audit."""
        return await self._transport.read(AuditReportView, "GET", "/audit/verify", query={"head": head} if head else {})
