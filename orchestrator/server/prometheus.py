"""What Prometheus scrapes: read from the engine at that moment, so that nothing is counted twice."""

from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from orchestrator.contract.states import FINAL_STATES, JobStatus, RobotStatus
from orchestrator.domain.resources import Level
from orchestrator.engine.machine_alarms import HOST
from orchestrator.engine.tally import BUCKETS_S
from orchestrator.server.parts import Parts

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def exposition(parts: Parts) -> bytes:
    """The figures of this moment in Prometheus' text format, version 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(parts))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._engine = parts.engine
        self._watch = parts.engine.watch

    def describe(self) -> list[Metric]:
        """Nothing beforehand: every scrape has its own registry."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, in families."""
        yield from self._jobs()
        yield from self._queue()
        yield from self._robots()
        yield from self._machines()
        yield from self._troubles()

    def _jobs(self) -> Iterator[Metric]:
        tally, counts = self._watch.tally, self._engine.queue.counts()
        jobs = GaugeMetricFamily("botswain_jobs", "Jobs that have not ended.", labels=["status"])
        for status in JobStatus:
            if status not in FINAL_STATES:
                jobs.add_metric([status.value], counts[status])
        yield jobs
        accepted = CounterMetricFamily("botswain_jobs_accepted", "Jobs accepted since the start.")
        accepted.add_metric([], tally.accepted)
        yield accepted
        attempts = CounterMetricFamily("botswain_job_attempts", "Attempts started since the start.")
        attempts.add_metric([], tally.attempts)
        yield attempts
        ended = CounterMetricFamily("botswain_jobs_ended", "Jobs ended since the start.", labels=["status"])
        for status in JobStatus:
            if status in FINAL_STATES:
                ended.add_metric([status.value], tally.ended[status])
        yield ended
        yield self._durations()

    def _durations(self) -> Metric:
        tally, total = self._watch.tally, 0
        buckets = []
        for bound, count in zip([*map(str, BUCKETS_S), "+Inf"], tally.durations, strict=True):
            total += count
            buckets.append((bound, float(total)))
        family = HistogramMetricFamily("botswain_job_duration_seconds", "How long the last attempts of ended jobs ran.")
        family.add_metric([], buckets, tally.total_s)
        return family

    def _queue(self) -> Iterator[Metric]:
        queue, now = self._engine.queue, self._engine.clock.now()
        yield GaugeMetricFamily("botswain_queue_depth", "Jobs that wait for a robot.", value=len(queue))
        first = queue.peek()
        age_s = (now - (first.queued_at or first.changed_at)).total_seconds() if first is not None else 0.0
        yield GaugeMetricFamily(
            "botswain_queue_age_seconds", "How long the next job has waited.", value=max(0.0, age_s)
        )
        ended, failed = self._watch.alert_watch.failures()
        rate = failed / ended if ended else 0.0
        yield GaugeMetricFamily("botswain_error_rate", "Share of failed jobs in the alerts' window.", value=rate)

    def _robots(self) -> Iterator[Metric]:
        candidates = self._engine.pool.candidates()
        robots = GaugeMetricFamily("botswain_robots", "Robots that are known.", labels=["status"])
        for status in RobotStatus:
            robots.add_metric([status.value], sum(each.robot.status is status for each in candidates))
        yield robots
        connected = [each for each in candidates if each.robot.status.is_connected]
        slots, busy = sum(each.robot.slots for each in connected), sum(each.busy for each in connected)
        yield GaugeMetricFamily("botswain_slots", "Slots of connected robots.", value=slots)
        yield GaugeMetricFamily("botswain_slots_busy", "Slots of connected robots that are taken.", value=busy)
        share = busy / slots if slots else 0.0
        yield GaugeMetricFamily("botswain_utilisation", "Share of the connected slots that are taken.", value=share)

    def _machines(self) -> Iterator[Metric]:
        usage = GaugeMetricFamily("botswain_machine_usage", "How much is used, 0 to 1.", labels=["machine", "resource"])
        traffic = GaugeMetricFamily(
            "botswain_machine_network_bytes_per_second", "Traffic.", labels=["machine", "direction"]
        )
        for machine, each in self._watch.resources.usages().items():
            for resource, share in (("cpu", each.cpu), ("memory", each.memory), ("disk", each.disk)):
                if share is not None:
                    usage.add_metric([self._name(machine), resource], share)
            for direction, rate in (("in", each.network_in), ("out", each.network_out)):
                if rate is not None:
                    traffic.add_metric([self._name(machine), direction], rate)
        yield usage
        yield traffic

    def _name(self, machine: str) -> str:
        robot = self._engine.pool.find(machine) if machine != HOST else None
        return robot.name if robot is not None else machine

    def _troubles(self) -> Iterator[Metric]:
        open_alerts = self._watch.alerts.open()
        alerts = GaugeMetricFamily("botswain_alerts", "Alerts that are open.", labels=["level"])
        for level in (Level.WARNING, Level.CRITICAL):
            alerts.add_metric([level.value], sum(each.level is level for each in open_alerts))
        yield alerts
        notices, stalled = len(self._watch.notices.open()), len(self._watch.stalls.stalled())
        yield GaugeMetricFamily("botswain_notices", "Things that the engine switched off.", value=notices)
        yield GaugeMetricFamily("botswain_stalled_jobs", "Runs that stand still.", value=stalled)
        trouble = float(self._parts.store_trouble() is not None)
        yield GaugeMetricFamily("botswain_store_degraded", "1 while the store takes nothing.", value=trouble)
        lag_s = self._watch.blocks.lag_s
        yield GaugeMetricFamily("botswain_event_loop_lag_seconds", "Longest delay of the last minute.", value=lag_s)
        clients = self._parts.stream.clients
        yield GaugeMetricFamily("botswain_event_stream_clients", "Clients that listen to the events.", value=clients)
        yield InfoMetricFamily("botswain", "What runs here.", value={"version": version("botswain")})
