"""What the orchestrator says to a robot, and who does it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from orchestrator.contract.protocol.captures import CaptureRun
from orchestrator.contract.protocol.checkpoints import PauseJob, TakeCheckpoint, UnpauseJob
from orchestrator.contract.protocol.codec import Message
from orchestrator.contract.protocol.jobs import (
    CancelJob,
    JobAssignment,
    JobRefused,
    JobStart,
    RefusalReason,
    ResultAck,
    RevokeJob,
)
from orchestrator.contract.protocol.live import RunInput, TakeOver, UnwatchRun, WatchRun
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.questions import PersonAnswered
from orchestrator.contract.protocol.robots import (
    DrainRobot,
    ErrorReport,
    HeartbeatAck,
    RestartRobot,
    RobotRegistered,
)
from orchestrator.contract.protocol.work_items import WorkItemAnswer
from orchestrator.contract.protocol.workflows import (
    DeploymentOutcome,
    DeploymentStatus,
    DeployWorkflow,
    UndeployWorkflow,
)
from robot.attempts import attempt_of
from robot.captures import CaptureDesk
from robot.connection import Session
from robot.delivery import Delivery
from robot.live import LiveDesk
from robot.run_desk import RunDesk
from robot.runner import Abilities, Runner, UnknownOfferError
from robot.workflow_cache import WorkflowCache

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Hands each message of a session to the part of the robot that it concerns."""

    runner: Runner
    workflows: WorkflowCache
    abilities: Abilities
    delivery: Delivery
    captures: CaptureDesk
    desk: RunDesk | None
    live: LiveDesk | None
    drain: Callable[[bool], None]
    """Take nothing new, or take work again."""
    restart: Callable[[], None]
    """End once nothing runs, so that another process takes the robot's place."""
    changed: Callable[[], None]
    """What the robot tells of itself may be another by now."""

    async def listen(self, session: Session) -> None:
        """Do what the session says, until it breaks."""
        await self._revoke(session.registered.revoked)
        while True:
            messages = await session.receive_all()
            for kind, together in groupby(messages, key=lambda each: type(each.payload)):
                if kind is JobAssignment:
                    await self._heed_offers([each.payload for each in together], session)
                elif kind is ResultAck:
                    await self._heed_acks([each.payload for each in together])
                else:
                    for message in together:
                        await self._heed(message, session)

    async def _heed(self, message: Message, session: Session) -> None:
        """Do what a message says."""
        match message.payload:
            case JobStart() as start:
                await self._start(attempt_of(start), message, session)
            case CancelJob() as cancel:
                self.runner.cancel(attempt_of(cancel), reason=cancel.reason, grace_s=cancel.grace_s)
            case RevokeJob() as revoke:
                await self._revoke([attempt_of(revoke)])
            case HeartbeatAck() as ack:
                await self._heed_repeats(ack)
            case DrainRobot() | RestartRobot() | DeployWorkflow() | UndeployWorkflow() | CaptureRun() as wish:
                await self._heed_operator(wish, session)
            case ErrorReport() as report:
                logger.warning("The orchestrator could not use a message (%s): %s", report.code, report.message)
            case RobotRegistered():
                logger.info("A repeated registration was ignored.")
            case other:
                await self._heed_about_a_run(other, message.id, session)

    async def _heed_about_a_run(self, order: Payload, message_id: str, session: Session) -> None:
        match order:
            case WorkItemAnswer() as answer if self.desk is not None:
                await self.desk.items.answered(answer)
            case PauseJob() | UnpauseJob() | TakeCheckpoint() | PersonAnswered() if self.desk is not None:
                self.desk.heed(order)
            case WatchRun() | UnwatchRun() | RunInput() | TakeOver() if self.live is not None:
                self.live.heed(order)
            case other:
                text = f"A robot has no use for {other.message_type}."
                await session.send(ErrorReport(code="unexpected", message=text, about=message_id))

    async def _heed_acks(self, acks: Sequence[Payload]) -> None:
        await self.delivery.acknowledged_all([each for each in acks if isinstance(each, ResultAck)])
        self.changed()

    async def _heed_offers(self, offers: Sequence[Payload], session: Session) -> None:
        """Answer offers that came together, together and in their order."""
        answers: list[Payload] = []
        complete: list[JobAssignment] = []
        for offer in offers:
            assert isinstance(offer, JobAssignment)
            known = self.workflows.complete(offer)
            if known is None:
                answers.append(_unknown_workflow(offer))
            else:
                complete.append(known)
        await session.send_all([*answers, *await self.runner.offer_all(complete)])

    def _deployed(self, deploy: DeployWorkflow) -> DeploymentStatus:
        missing = self.abilities.missing(deploy.workflow)
        failure = f"The robot lacks {missing}." if missing else ""
        if not failure and not self.workflows.keep(deploy.workflow_hash, deploy.workflow):
            failure = "Its content does not give its hash here: bring robot and orchestrator to the same version."
        outcome = DeploymentOutcome.FAILED if failure else DeploymentOutcome.DEPLOYED
        return DeploymentStatus(workflow_hash=deploy.workflow_hash, outcome=outcome, detail=failure[:1_000])

    def _undeployed(self, undeploy: UndeployWorkflow) -> DeploymentStatus:
        self.workflows.forget(undeploy.workflow_hash)
        return DeploymentStatus(workflow_hash=undeploy.workflow_hash, outcome=DeploymentOutcome.REMOVED)

    async def _heed_operator(
        self, wish: DrainRobot | RestartRobot | DeployWorkflow | UndeployWorkflow | CaptureRun, session: Session
    ) -> None:
        match wish:
            case DrainRobot():
                self.drain(wish.draining)
            case RestartRobot():
                logger.info("A restart was asked for: %s", wish.reason or "no reason given")
                self.restart()
            case DeployWorkflow():
                await session.send(self._deployed(wish))
            case UndeployWorkflow():
                await session.send(self._undeployed(wish))
            case CaptureRun():
                if (refusal := self.captures.ask(wish)) is not None:
                    await session.send(refusal)

    async def _start(self, ref: AttemptRef, message: Message, session: Session) -> None:
        try:
            self.runner.start(ref)
        except UnknownOfferError as error:
            logger.warning("%s", error)
            await session.send(ErrorReport(code="unknown_offer", message=str(error), about=message.id))

    async def _revoke(self, refs: Sequence[AttemptRef]) -> None:
        for ref in refs:
            await self.runner.revoke(ref)

    async def _heed_repeats(self, ack: HeartbeatAck) -> None:
        for ref in ack.cancels:
            again = CancelJob(job_id=ref.job_id, attempt=ref.attempt)
            self.runner.cancel(ref, reason="", grace_s=again.grace_s)
        await self._revoke(ack.revokes)
        if self.desk is not None:
            self.desk.heed_repeats(ack.pauses)
        if ack.draining != self.runner.draining:
            self.drain(ack.draining)


def _unknown_workflow(offer: JobAssignment) -> JobRefused:
    return JobRefused(
        job_id=offer.job_id,
        attempt=offer.attempt,
        reason=RefusalReason.UNKNOWN_WORKFLOW,
        detail=f"Workflow {offer.workflow_hash} is not kept here.",
    )
