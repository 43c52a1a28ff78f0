"""Workflows are brought to robots ahead of their jobs, and each robot answers for itself."""

import pytest
from fake_fleet import SAFE, FakeRobot, Fleet

from orchestrator.contract.protocol.terms import KEEP_WORKFLOWS
from orchestrator.contract.protocol.workflows import (
    DeploymentOutcome,
    DeploymentStatus,
    DeployWorkflow,
    UndeployWorkflow,
)
from orchestrator.domain.deployment import Deployment, DeploymentState
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.deployments import Deployments
from orchestrator.engine.errors import ConflictError, NotFoundError


async def saved(fleet: Fleet, **changes: object) -> WorkflowVersion:
    return await fleet.engine.workflows.save({**SAFE, **changes})  # type: ignore[dict-item]


def desk(fleet: Fleet) -> Deployments:
    return fleet.engine.operations.deployments


async def deployed(fleet: Fleet, version: WorkflowVersion) -> None:
    await desk(fleet).deploy(version, fleet.engine.pool.robots(), actor="anna")
    await fleet.settle()


async def answer(fleet: Fleet, robot: FakeRobot, outcome: DeploymentOutcome, detail: str = "") -> None:
    order = robot.told[-1]
    assert isinstance(order, DeployWorkflow | UndeployWorkflow)
    await robot.say(DeploymentStatus(workflow_hash=order.workflow_hash, outcome=outcome, detail=detail))
    await fleet.settle()


def only(fleet: Fleet) -> Deployment:
    (found,) = desk(fleet).of()
    return found


@pytest.mark.feature("C83", "C85")
async def test_a_workflow_is_pending_until_its_robot_has_it_and_offers_then_leave_it_out(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", features=(KEEP_WORKFLOWS,))
    version = await saved(fleet)
    await deployed(fleet, version)
    assert only(fleet).state is DeploymentState.PENDING
    assert robot.told == [DeployWorkflow(workflow_hash=version.workflow_hash, workflow=version.definition)]
    await answer(fleet, robot, DeploymentOutcome.DEPLOYED)
    assert (only(fleet).state, only(fleet).actor) == (DeploymentState.DEPLOYED, "anna")
    await fleet.submit(workflow="Look")
    assert [offer.workflow for offer in robot.assignments] == [None]


@pytest.mark.feature("C85")
async def test_a_failed_deployment_says_why(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", features=(KEEP_WORKFLOWS,))
    await deployed(fleet, await saved(fleet))
    await answer(fleet, robot, DeploymentOutcome.FAILED, "The robot lacks gpu.")
    assert (only(fleet).state, only(fleet).detail) == (DeploymentState.FAILED, "The robot lacks gpu.")
    assert fleet.store.audit[-1].kind == "workflow.deployment_failed"


async def test_a_robot_of_an_older_version_is_not_troubled(fleet: Fleet) -> None:
    old = await fleet.robot("r1")
    await deployed(fleet, await saved(fleet))
    assert old.told == []
    assert (only(fleet).state, "update it" in only(fleet).detail) == (DeploymentState.FAILED, True)


async def test_a_robot_that_was_away_gets_it_when_it_connects_and_only_if_it_lacks_it(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", features=(KEEP_WORKFLOWS,))
    await robot.goodbye()
    version = await saved(fleet)
    await deployed(fleet, version)
    assert robot.told == []
    await robot.connect()
    await fleet.settle()
    assert len(robot.told) == 1
    await answer(fleet, robot, DeploymentOutcome.DEPLOYED)
    robot.cached = (version.workflow_hash,)
    await robot.connect()
    await fleet.settle()
    assert len(robot.told) == 1
    robot.cached = ()
    await robot.connect()
    await fleet.settle()
    assert len(robot.told) == 2


@pytest.mark.feature("C84")
async def test_an_undeployed_workflow_leaves_when_its_robot_has_forgotten_it(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", features=(KEEP_WORKFLOWS,))
    version = await saved(fleet)
    await deployed(fleet, version)
    await answer(fleet, robot, DeploymentOutcome.DEPLOYED)
    await robot.goodbye()
    await desk(fleet).undeploy(version.workflow_id, "Look", {robot.robot_id}, actor="anna")
    await fleet.settle()
    assert only(fleet).state is DeploymentState.REMOVING
    await robot.connect()
    await fleet.settle()
    assert robot.told[-1] == UndeployWorkflow(workflow_hash=version.workflow_hash)
    await answer(fleet, robot, DeploymentOutcome.REMOVED)
    assert desk(fleet).of() == []
    with pytest.raises(NotFoundError, match="deployment of workflow 'Look'"):
        await desk(fleet).undeploy(version.workflow_id, "Look", {robot.robot_id}, actor="anna")


async def test_deployments_outlive_a_restart_and_end_with_their_robot(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", features=(KEEP_WORKFLOWS,))
    await deployed(fleet, await saved(fleet))
    await fleet.restart()
    assert only(fleet).state is DeploymentState.PENDING
    await robot.connect()
    await fleet.settle()
    assert isinstance(robot.told[-1], DeployWorkflow)
    await robot.goodbye()
    await fleet.engine.unregister_robot(robot.robot_id)
    await fleet.settle()
    assert desk(fleet).of() == []


async def test_a_newer_version_makes_a_deployment_outdated(fleet: Fleet) -> None:
    await fleet.robot("r1", features=(KEEP_WORKFLOWS,))
    await deployed(fleet, await saved(fleet))
    newer = await saved(fleet, description="better")
    assert only(fleet).is_outdated(newer.workflow_hash)


@pytest.mark.feature("W34", "X22")
async def test_an_old_version_comes_back_as_a_new_one_and_jobs_keep_theirs(fleet: Fleet) -> None:
    first = await saved(fleet)
    await saved(fleet, description="worse")
    job = await fleet.submit(workflow="Look")
    back = await fleet.engine.workflows.roll_back("Look", 1, actor="anna", note="worse is worse")
    assert (back.number, back.workflow_hash, back.note) == (
        3,
        first.workflow_hash,
        "Rolled back to version 1: worse is worse",
    )
    assert await fleet.engine.workflows.newest("Look") == back
    assert fleet.job(job).workflow_hash != first.workflow_hash
    assert (await fleet.submit(workflow="Look")).workflow_hash == first.workflow_hash
    with pytest.raises(ConflictError, match="what runs already"):
        await fleet.engine.workflows.roll_back("Look", 1, actor="anna")


@pytest.mark.feature("X22")
async def test_a_job_runs_the_version_that_it_is_pinned_to(fleet: Fleet) -> None:
    first = await saved(fleet)
    await saved(fleet, description="better")
    for pin in (1, "1", first.workflow_hash, first.workflow_hash[:8]):
        assert (await fleet.submit(workflow="Look", version=pin)).workflow_hash == first.workflow_hash


async def test_a_version_that_is_not_there_is_named(fleet: Fleet) -> None:
    await saved(fleet)
    with pytest.raises(NotFoundError, match=r"version of 'Look' called '7'"):
        await fleet.submit(workflow="Look", version=7)
