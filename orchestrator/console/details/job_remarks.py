"""What is worth saying of a job before its facts: what went wrong, why it waits, what somebody has to decide."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from orchestrator.console.contract_words import kind_words
from orchestrator.console.details.remark import Remark
from orchestrator.console.formatting import decimal
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr
from orchestrator.contract.api.jobs import JobView, RemedyView, WaitReason
from orchestrator.contract.api.operations import DeadLetterView
from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.questions import Question
from orchestrator.contract.results import StopProof
from orchestrator.contract.states import JobStatus

_MOST_REMEDIES = 2
_REMEDY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "hurry": tr("Run it now"),
        "resume_job": tr("Resume the job"),
        "raise_priority": tr("Raise its priority"),
        "raise_limit": tr("Allow one more at once"),
        "close_breaker": tr("Close the breaker"),
        "resume_robot": tr("Resume the robot"),
    }
)
"""Those that one may press without a question; the others stay sentences."""
_RUNG_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "asked": tr("asked to stop"),
        "pages_closed": tr("its pages closed"),
        "browser_killed": tr("its browser killed"),
        "ended": "ended",
        "given_back": tr("its place given back"),
    }
)


def error_remarks(error: ErrorInfo | None) -> list[Remark]:
    """What went wrong, where, and what to do."""
    if error is None:
        return []
    kind = kind_words(error.kind)
    return [
        Remark(
            icon="circle-x",
            tone=Tone.DANGER,
            title=error.message,
            caption=tr("{kind}, step {step_id}", kind=kind, step_id=error.step_id) if error.step_id else kind,
            advice=error.hint or "",
            code="\n".join(error.call_log[-6:]),
        )
    ]


def remedies_of(waiting: Sequence[WaitReason]) -> list[RemedyView]:
    """What can be done with one press, the cheapest first, each once."""
    ordered = sorted(waiting, key=lambda reason: not reason.is_cheapest)
    found = [each.remedy for each in ordered if each.remedy and each.remedy.path and each.remedy.kind in _REMEDY_WORDS]
    unique: dict[tuple[str, str, str], RemedyView] = {}
    for each in found:
        unique.setdefault((each.method, each.path, str(each.body)), each)
    return list(unique.values())[:_MOST_REMEDIES]


def waiting_remarks(job: JobView, waiting: Sequence[WaitReason]) -> list[Remark]:
    """Why it waits, robot by robot, and the fix as a button where one press does it."""
    if not job.waiting or job.status.has_ended:
        return []
    lines = [f"{reason.robot_name}: {reason.verdict}" if reason.robot_name else reason.verdict for reason in waiting]
    fixes = list(dict.fromkeys(reason.fix for reason in waiting if reason.fix))
    buttons = [(f"remedy.{n}", _REMEDY_WORDS[each.kind]) for n, each in enumerate(remedies_of(waiting))]
    if any(each.remedy and each.remedy.kind == "start_robot" for each in waiting):
        buttons.append(("robot.enrol", tr("Connect a robot…")))
    return [
        Remark(
            icon="hourglass",
            tone=Tone.INFO,
            title=job.waiting,
            caption=tr("Why it waits"),
            advice=" ".join(fixes[:2]),
            code="\n".join(lines[:8]),
            actions=tuple(buttons),
        )
    ]


def question_remarks(questions: Sequence[Question]) -> list[Remark]:
    """What it asks a person."""
    return [
        Remark(
            icon="hand",
            tone=Tone.WARNING,
            title=each.text.question,
            caption=tr("It asks you"),
            actions=((f"question:{each.question_id}", tr("Answer…")),),
        )
        for each in questions
    ]


def letter_remarks(letter: DeadLetterView | None) -> list[Remark]:
    """What to decide about a dead letter."""
    if letter is None:
        return []
    steps = ", ".join(f"“{step.name or step.step_id}”" for step in letter.cut_off)
    again = tr("It can be repeated without harm.") if letter.is_safe_to_repeat else tr("It may not simply be repeated.")
    return [
        Remark(
            icon="skull",
            tone=Tone.SUCCESS if letter.is_safe_to_repeat else Tone.WARNING,
            title=letter.advice,
            caption=tr("Somebody has to decide"),
            advice=again + (" " + tr("It was cut off in {steps}.", steps=steps) if steps else ""),
            actions=(
                ("letter.retry", tr("Start over")),
                ("letter.resume", tr("Continue")),
                ("letter.discard", tr("Discard…")),
            ),
        )
    ]


def stop_remarks(job: JobView, stop: StopProof | None, stopped_by: str | None) -> list[Remark]:
    """How it was stopped: each means with its seconds, and that nothing is left."""
    if stop is None and not stopped_by:
        return []
    if stop is None:
        return [_stopped(job, tr("Stopped: {stopped_by}", stopped_by=stopped_by), "", "")]
    lines = [f"{rung.after_s:6.2f} s  {_RUNG_WORDS.get(rung.name, rung.name)}" for rung in stop.rungs]
    if stop.is_clean:
        checked = tr("Nothing of it is left.")
    elif stop.sessions_left is None and stop.processes_left is None:
        checked = tr("Nobody could look whether something of it is left.")
    else:
        checked = tr(
            "Left: {sessions_left} sessions, {processes_left} processes.",
            sessions_left=stop.sessions_left or 0,
            processes_left=stop.processes_left or 0,
        )
    after = stop.rungs[-1].after_s if stop.rungs else 0.0
    span = f"{decimal(after)} s" if after >= 1 else f"{round(after * 1000)} ms"
    return [_stopped(job, tr("Stopped within {span}", span=span), checked, "\n".join(lines))]


def _stopped(job: JobView, title: str, checked: str, lines: str) -> Remark:
    tone = Tone.INFO if job.status is JobStatus.CANCELLED else Tone.WARNING
    return Remark(
        icon="circle-slash", tone=tone, title=title, caption=tr("How it was stopped"), advice=checked, code=lines
    )
