"""Filters of the jobs that somebody gave a name, kept in the settings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.widgets.filter_bar import FilterChoice
from orchestrator.console.words import tr

_KEY = "jobs/views"
MOST_VIEWS = 50
MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class SavedView:
    """A name and what it shows."""

    name: str
    choice: FilterChoice


BUILT_IN = (
    SavedView(tr("Everything"), FilterChoice()),
    SavedView(tr("At work"), FilterChoice(frozenset({"running"}))),
    SavedView(tr("Failed or waiting for somebody"), FilterChoice(frozenset({"failed", "attention"}))),
)


class SavedViews:
    """What cannot be read counts as not there."""

    def __init__(self, settings: ConsoleSettings, chips: frozenset[str]) -> None:
        self._settings, self._chips = settings, chips

    def all(self) -> tuple[SavedView, ...]:
        """By name."""
        try:
            stored = json.loads(self._settings.text(_KEY, "[]"))
        except ValueError:
            return ()
        entries = stored if isinstance(stored, list) else []
        views = (self._view(each) for each in entries)
        return tuple(sorted((each for each in views if each is not None), key=lambda each: each.name.casefold()))

    def save(self, view: SavedView) -> None:
        """Keep it; one of the same name gives way."""
        kept = [each for each in self.all() if each.name != view.name]
        self._write([*kept, view][-MOST_VIEWS:])

    def remove(self, name: str) -> None:
        """Forget it."""
        self._write([each for each in self.all() if each.name != name])

    def _write(self, views: Sequence[SavedView]) -> None:
        rows = [{"name": v.name, "chips": sorted(v.choice.chips), "text": v.choice.text} for v in views]
        self._settings.set_text(_KEY, json.dumps(rows))

    def _view(self, entry: object) -> SavedView | None:
        match entry:
            case {"name": str(name), "chips": list(chips), "text": str(text)}:
                known = frozenset(str(chip) for chip in chips) & self._chips
                return SavedView(name, FilterChoice(known, text))
        return None
