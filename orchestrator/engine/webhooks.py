"""Calls of other programs: the right secret, not too often, and each delivery once."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.contract.ids import JsonValue, new_id
from orchestrator.contract.trace import HEADER, read_traceparent
from orchestrator.domain.call_rate import CallRate
from orchestrator.domain.triggers import Occurrence, Trigger, TriggerId, Webhook, hash_of, of_trigger
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import NotFoundError, OrchestratorError
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.ports.triggers import Firing
from orchestrator.engine.triggers import Triggers

DELIVERY_HEADERS = ("idempotency-key", "webhook-id", "x-github-delivery", "x-gitlab-event-uuid", "x-request-id")
"""What callers number their deliveries with: a repeat is answered with the first job."""
_KEPT_BACK = frozenset({"authorization", "cookie", "proxy-authorization"})
WRONG_PER_MINUTE = 120
"""Calls with a wrong secret or name that are looked at; guessing 256 bits gets nowhere anyway."""


class TooManyCallsError(OrchestratorError):
    """More calls than the trigger takes."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"Too many calls; try again in {wait_s:.0f} s.")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCall:
    """What a caller sent."""

    body: JsonValue
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""


class WebhookDesk:
    """Takes calls of `/hooks/{trigger}/{secret}`."""

    def __init__(self, triggers: Triggers, live: LiveSettings, clock: Clock) -> None:
        self._triggers = triggers
        self._live = live
        self._clock = clock
        self._rates: dict[TriggerId, CallRate] = {}
        self._wrong = CallRate.full(WRONG_PER_MINUTE, clock.monotonic())

    def admit(self, wanted: str, secret: str) -> Trigger:
        """The trigger, before the body is read.

        Raises NotFoundError, the same for a name that does not exist and a secret that is wrong, and
        TooManyCallsError.
        """
        trigger = self._known(wanted)
        source = trigger.source if trigger is not None else None
        is_right = isinstance(source, Webhook) and source.opens_with(secret)
        if source is None:
            hmac.compare_digest(hash_of(secret), hash_of(wanted))  # as long as a real comparison
        if trigger is None or not is_right or not trigger.enabled or not self._is_on():
            self._count_wrong_one()
            raise NotFoundError("webhook", wanted)
        assert isinstance(source, Webhook)
        self._count(trigger, source)
        return trigger

    async def call(self, trigger: Trigger, call: HookCall) -> Firing:
        """Answer a call that was admitted. Raises StorageError."""
        return await self._triggers.fire(of_trigger(trigger), occurrence_of(trigger, call))

    def _known(self, wanted: str) -> Trigger | None:
        try:
            return self._triggers.named(wanted)
        except NotFoundError:
            return None

    def _is_on(self) -> bool:
        return self._live.values.webhooks and self._triggers.are_on

    def _count(self, trigger: Trigger, source: Webhook) -> None:
        now_s = self._clock.monotonic()
        rate = self._rates.get(trigger.trigger_id)
        if rate is None or rate.per_minute != source.per_minute:
            rate = CallRate.full(source.per_minute, now_s)
        self._rates[trigger.trigger_id], wait_s = rate.called(now_s)
        if wait_s is not None:
            raise TooManyCallsError(wait_s)

    def _count_wrong_one(self) -> None:
        self._wrong, wait_s = self._wrong.called(self._clock.monotonic())
        if wait_s is not None:
            raise TooManyCallsError(wait_s)


def occurrence_of(trigger: Trigger, call: HookCall) -> Occurrence:
    """A call as an occurrence: `body`, `query` and `headers`, without what proves who the caller is."""
    headers: dict[str, JsonValue] = {name: value for name, value in call.headers.items() if name not in _KEPT_BACK}
    query: dict[str, JsonValue] = dict(call.query)
    return Occurrence(
        key=_delivery(call),
        names={"body": call.body, "query": query, "headers": headers},
        words=f"{trigger.name} was called",
        traceparent=read_traceparent(call.headers.get(HEADER)),
    )


def _delivery(call: HookCall) -> str:
    said = next((call.headers[name] for name in DELIVERY_HEADERS if call.headers.get(name)), None)
    return hashlib.sha256(said.encode()).hexdigest()[:40] if said is not None else new_id()
