"""Why a job waits and what would help, as the API shows it."""

from collections.abc import Sequence

from orchestrator.contract.api.jobs import RemedyView, WaitReason
from orchestrator.domain.remedy import Remedy
from orchestrator.domain.waiting import Verdict, cheapest


def wait_reasons(verdicts: Sequence[Verdict]) -> list[WaitReason]:
    """All verdicts, with the cheapest help marked once."""
    best = cheapest(verdicts)
    marked = next((each for each in verdicts if best is not None and each.remedy is best), None)
    return [_wait_reason(each, is_cheapest=each is marked) for each in verdicts]


def _wait_reason(verdict: Verdict, *, is_cheapest: bool) -> WaitReason:
    return WaitReason(
        robot_id=verdict.robot_id,
        robot_name=verdict.robot_name,
        code=verdict.code,
        verdict=verdict.verdict,
        blocks=verdict.blocks,
        fix=verdict.fix,
        remedy=_remedy_view(verdict.remedy) if verdict.remedy is not None else None,
        is_cheapest=is_cheapest,
    )


def _remedy_view(remedy: Remedy) -> RemedyView:
    return RemedyView(
        kind=remedy.kind.value,
        text=remedy.text,
        command=remedy.command,
        method=remedy.method,
        path=remedy.path,
        body=dict(remedy.body),
        after_s=remedy.after_s,
    )
