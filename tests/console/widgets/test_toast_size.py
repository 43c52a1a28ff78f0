"""A message is as high as its words need, however many lines they take."""

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from orchestrator.console.theme.theme import Theme
from orchestrator.console.widgets.toast import ToastStack, ToastText


@pytest.mark.parametrize("lines", [1, 3, 6])
def test_a_toast_is_as_high_as_its_words(qtbot: QtBot, theme: Theme, lines: int) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(900, 700)
    host.show()
    stack = ToastStack(theme, host)
    stack.show_toast(ToastText(key="long", text="a word and another one, " * (2 * lines)))
    toast = stack.toasts[0]
    words = next(each for each in toast.findChildren(QLabel) if each.text())
    toast.layout().activate()  # type: ignore[union-attr]
    assert words.height() >= words.heightForWidth(words.width())
