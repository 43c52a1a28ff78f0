"""From the engine's figures to what the charts draw; pure."""

from orchestrator.console.charts.time_series import Bucket, Series
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr
from orchestrator.contract.api.figures import MetricsView


def outcome_buckets(view: MetricsView) -> list[Bucket]:
    """Success and failure of each stretch."""
    return [Bucket(b.starts_at.timestamp(), view.bucket_s, b.completed, b.failed) for b in view.buckets]


def success_series(view: MetricsView) -> Series:
    """The share of jobs that succeeded; None where nothing ended."""
    points = [(b.starts_at.timestamp() + view.bucket_s / 2, _share(b.completed, b.failed)) for b in view.buckets]
    return Series(tr("Success rate"), points, Tone.SUCCESS, filled=True)


def _share(good: int, bad: int) -> float | None:
    return good / (good + bad) if good + bad else None


def duration_series(view: MetricsView) -> list[Series]:
    """Average and 95th percentile of the execution time, in seconds."""
    middle = view.bucket_s / 2
    average = [(b.starts_at.timestamp() + middle, b.average_execution_s) for b in view.buckets]
    p95 = [(b.starts_at.timestamp() + middle, b.p95_execution_s) for b in view.buckets]
    return [Series(tr("Average"), average), Series("p95", p95)]


def queue_series(view: MetricsView) -> list[Series]:
    """Waiting and running jobs over time."""
    queued = [(sample.at.timestamp(), float(sample.queued)) for sample in view.queue]
    running = [(sample.at.timestamp(), float(sample.running)) for sample in view.queue]
    return [Series(tr("Waiting"), queued, filled=True), Series(tr("Running"), running)]
