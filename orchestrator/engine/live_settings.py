"""Settings that may change while the engine runs: checked, kept, written into the audit, and told."""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from orchestrator.contract.expression_language import nearest
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.live_settings import LiveValues
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import InvalidRequestError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.settings import SettingStore

Listener = Callable[[LiveValues], None]


class LiveSettings:
    """The values in memory, so that reading one costs nothing; `values` is replaced as a whole.

    What a person changed is kept in the store and wins over file, environment and arguments until it is reset.
    """

    def __init__(self, store: SettingStore, bus: EventBus, clock: Clock, given: LiveValues) -> None:
        self.values = given
        self.given = given
        """What file, environment and arguments say."""
        self.changed: Mapping[str, JsonValue] = {}
        self._store = store
        self._bus = bus
        self._clock = clock
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call with the values after each change."""
        self._listeners.append(listener)

    async def load(self) -> None:
        """Take up what was changed in earlier runs; what this version does not know or take is left alone."""
        kept: dict[str, JsonValue] = {}
        for name, value in (await self._store.every()).items():
            try:
                self._with({**kept, name: value})
            except InvalidRequestError:
                continue
            kept[name] = value
        self._take(kept)

    async def change(self, changes: Mapping[str, JsonValue], *, actor: str) -> LiveValues:
        """Set values, all or none. InvalidRequestError names what is wrong with one."""
        wanted = {**self.changed, **changes}
        values = self._with(wanted)
        dumped = values.model_dump(mode="json")
        clean = {name: dumped[name] for name in changes}
        await self._store.save(clean, at=self._clock.now(), actor=actor, audit=self._entry(clean, actor))
        self._take({**self.changed, **clean})
        self._tell(clean, actor)
        return self.values

    async def reset(self, name: str, *, actor: str) -> LiveValues:
        """Let file, environment and arguments decide again."""
        self._check_name(name)
        before: dict[str, JsonValue] = {name: self.given.model_dump(mode="json")[name]}
        await self._store.remove(name, audit=self._entry(before, actor))
        self._take({other: value for other, value in self.changed.items() if other != name})
        self._tell(before, actor)
        return self.values

    def _with(self, changes: Mapping[str, JsonValue]) -> LiveValues:
        for name in changes:
            self._check_name(name)
        try:
            return LiveValues.model_validate({**self.given.model_dump(mode="json"), **changes})
        except ValidationError as error:
            wrong = error.errors(include_url=False)[0]
            name = str(wrong["loc"][0])
            raise InvalidRequestError(f"{name}: {wrong['msg']} (it is {wrong['input']!r:.100}).", field=name) from None

    @staticmethod
    def _check_name(name: str) -> None:
        known = list(LiveValues.model_fields)
        if name not in known:
            raise InvalidRequestError(
                f"{name!r} cannot be changed while the orchestrator runs.{nearest(name, known)}",
                field=name,
                hint="Other settings stand in the configuration file and are read at the start.",
            )

    def _take(self, changed: Mapping[str, JsonValue]) -> None:
        self.changed = changed
        self.values = self._with(changed)
        for listener in self._listeners:
            listener(self.values)

    def _entry(self, changes: Mapping[str, JsonValue], actor: str) -> AuditEntry:
        words = ", ".join(f"{name} = {value}" for name, value in changes.items())
        return AuditEntry(
            at=self._clock.now(), kind="settings.changed", message=f"Settings: {words}.", actor=actor, details=changes
        )

    def _tell(self, changes: Mapping[str, JsonValue], actor: str) -> None:
        self._bus.publish(AuditAdded(entry=self._entry(changes, actor)))
