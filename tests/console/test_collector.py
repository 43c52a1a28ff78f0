"""What only a reference cycle keeps alive dies on Qt's thread, however busy the others are."""

import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from orchestrator.console.collector import MainThreadCollector


class Witness:
    """Notes the thread on which it is finalised."""

    seen: list[int]

    def __init__(self, seen: list[int]) -> None:
        self.seen = seen
        self.myself = self

    def __del__(self) -> None:
        self.seen.append(threading.get_ident())


def test_cycles_are_collected_on_qts_thread_only(qtbot: QtBot) -> None:
    seen: list[int] = []
    parent = QObject()
    collector = MainThreadCollector(parent)
    for _ in range(100):
        Witness(seen)
    ballast: list[list[int]] = []
    busy = threading.Thread(target=lambda: ballast.extend([] for _ in range(200_000)))
    busy.start()
    busy.join(10)
    assert not seen
    qtbot.waitUntil(lambda: len(seen) == 100, timeout=10_000)
    collector.close()
    assert set(seen) == {threading.get_ident()}
