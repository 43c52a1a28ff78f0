"""A fleet's past as the window meets it: lanes with runs, a robot that was lost, a maintenance, and a gap."""

import random
from datetime import datetime, timedelta

from orchestrator.contract.api.timeline import (
    GapView,
    LaneView,
    LoadView,
    MomentFailureView,
    MomentRobotView,
    MomentRunView,
    MomentView,
    MomentWaitView,
    RunView,
    StretchView,
    TimelineView,
)

NAMES = ("Job Discovery", "Proposal Submission", "Invoice Download", "Competitor Prices", "Portal Health Check")
_SECOND = timedelta(seconds=1)


def sample_timeline(
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    robots: list[tuple[str, str]],
    job_ids: list[str],
    runs: int = 60,
) -> TimelineView:
    """Some `runs` in each lane; the second robot was lost for a while, the third under maintenance."""
    rng = random.Random(5)
    length = min(until, now) - since
    bucket_s = max(20.0, (until - since) / _SECOND // 120)
    lanes = [
        LaneView(
            robot_id=robot_id,
            name=name,
            slots=2,
            stretches=_stretches(number, since, since + length),
            runs=tuple(_runs(rng, since, length, now, job_ids, runs)),
        )
        for number, (robot_id, name) in enumerate(robots)
    ]
    points = int(length / _SECOND / bucket_s)
    gap = GapView(since=since + 0.31 * length, until=since + 0.36 * length, reason="stopped")
    load = []
    for number in range(points):
        at = since + number * bucket_s * _SECOND
        if gap.since <= at < gap.until:
            continue
        waiting = max(0, round(9 - abs(number - points * 0.7) / 3) + rng.randint(-1, 1))
        load.append(
            LoadView(at=at, waiting=waiting, running=5, most_waiting=waiting, most_running=5 - (number % 7 == 0))
        )
    return TimelineView(
        since=since, until=until, now=now, bucket_s=bucket_s, lanes=tuple(lanes), load=tuple(load), gaps=(gap,)
    )


def sample_moment(at: datetime, *, robots: list[tuple[str, str]], job_ids: list[str]) -> MomentView:
    """Two runs, three that wait, one that had just failed."""
    (robot_id, name), *_ = robots
    ran = {"robot_id": robot_id, "robot_name": name, "attempt": 1}
    return MomentView(
        at=at,
        robots=tuple(
            MomentRobotView(
                robot_id=each,
                name=words,
                slots=2,
                state=("online", "lost", "maintenance")[number % 3],
                since=at - timedelta(hours=3),
                note="new disk" if number % 3 == 2 else "",
                running=2 if number == 0 else 0,
            )
            for number, (each, words) in enumerate(robots)
        ),
        running=(
            MomentRunView(
                job_id=job_ids[0],
                workflow_name=NAMES[0],
                started_at=at - 80 * _SECOND,
                ended_at=at + 30 * _SECOND,
                outcome="completed",
                steps=("Read each job's page",),
                steps_done=4,
                steps_total=8,
                **ran,
            ),
            MomentRunView(job_id=job_ids[1], workflow_name=NAMES[2], started_at=at - 12 * _SECOND, **ran),
        ),
        waiting_count=3,
        waiting=tuple(
            MomentWaitView(
                job_id=job_ids[2 + number],
                workflow_name=NAMES[1],
                since=at - (40 - number) * _SECOND,
                until=at + 20 * _SECOND if number else None,
                robot_name=name if number else "",
                reason="" if number else "Every slot of every robot is taken.",
            )
            for number in range(3)
        ),
        failed=(
            MomentFailureView(
                job_id=job_ids[5],
                workflow_name=NAMES[3],
                started_at=at - 300 * _SECOND,
                ended_at=at - 200 * _SECOND,
                outcome="failed",
                error="No element matches the button “Send proposal”.",
                **ran,
            ),
        ),
    )


def _stretches(number: int, since: datetime, until: datetime) -> tuple[StretchView, ...]:
    length = until - since
    marks = {1: ("lost", 0.55, 0.68, ""), 2: ("maintenance", 0.4, 0.62, "new disk"), 3: ("offline", 0.0, 0.45, "")}
    if number not in marks:
        return (StretchView(state="online", since=since, until=until),)
    state, begin, end, note = marks[number]
    return (
        StretchView(state="online", since=since, until=since + begin * length),
        StretchView(state=state, since=since + begin * length, until=since + end * length, note=note),
        StretchView(state="online", since=since + end * length, until=until),
    )


def _runs(  # noqa: PLR0917  what a lane is made of
    rng: random.Random, since: datetime, length: timedelta, now: datetime, job_ids: list[str], count: int
) -> list[RunView]:
    found = []
    for number in range(count):
        begin = since + (number + rng.random() * 0.5) / count * length
        end = begin + rng.uniform(0.3, 1.6) / count * length
        is_over = end < now - timedelta(seconds=1) and number < count - 1
        outcome = rng.choices(("completed", "failed", "cancelled"), (12, 2, 1))[0]
        found.append(
            RunView(
                job_id=job_ids[number % len(job_ids)],
                attempt=1,
                workflow_name=rng.choice(NAMES),
                started_at=begin,
                ended_at=end if is_over else None,
                outcome=outcome if is_over else None,
            )
        )
    return found
