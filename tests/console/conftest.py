"""An offscreen window system, a qasync loop for coroutines, and settings that stay in the test's folder."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

import qasync
from PySide6.QtWidgets import QApplication

from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.theme.theme import Theme, ThemeMode

HERE = Path(__file__).parent


def _qasync_loop() -> asyncio.AbstractEventLoop:
    app = QApplication.instance() or QApplication([])
    return qasync.QEventLoop(app)


def pytest_asyncio_loop_factories(
    config: pytest.Config,
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Coroutines under tests/console run on Qt's loop, all others on asyncio's own."""
    if HERE in item.path.parents:
        return {"qasync": _qasync_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The light theme, applied; the next test starts from it again."""
    theme = Theme(ThemeMode.LIGHT)
    theme.apply(qapp)
    yield theme
    theme.deleteLater()


@pytest.fixture
def settings(tmp_path: Path) -> ConsoleSettings:
    """Settings in a file of the test's own."""
    return ConsoleSettings(tmp_path / "console.ini")


@pytest.fixture
def now() -> datetime:
    """The time at which these tests take place."""
    return datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
