"""The look that is in force: light, dark or the system's, and who must hear of a change."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from weakref import ReferenceType, ref

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication

from orchestrator.console.theme.fonts import load_fonts, text_font
from orchestrator.console.theme.icons import IconSet
from orchestrator.console.theme.palette import build_palette
from orchestrator.console.theme.stylesheet import build_stylesheet
from orchestrator.console.theme.tokens import DARK, ICON_M, LIGHT, Tokens, Tone


class ThemeMode(StrEnum):
    """What the user asked for."""

    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


class TakesIcon(Protocol):
    """A button, an action: anything with `setIcon`."""

    def setIcon(self, icon: QIcon, /) -> None: ...


@dataclass(frozen=True, slots=True)
class _Binding:
    target: ReferenceType[TakesIcon]
    name: str
    tone: Tone
    size: int
    filled: bool


class Theme(QObject):
    """Hands out colours and icons, and repaints the application when the mode changes.

    Widgets that paint themselves take the theme in their constructor and connect `changed`
    to their `update`; everything else follows the palette and the one style sheet.
    """

    changed = Signal()

    def __init__(self, mode: ThemeMode = ThemeMode.SYSTEM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode = mode
        self._app: QApplication | None = None
        self._icons = IconSet()
        self._bound: list[_Binding] = []
        self._tokens = self._wanted_tokens()

    @property
    def mode(self) -> ThemeMode:
        """What the user asked for."""
        return self._mode

    @property
    def tokens(self) -> Tokens:
        """The palette in force."""
        return self._tokens

    def _prepare(self, app: QApplication) -> None:
        """Style, fonts and palette."""
        app.setStyle("Fusion")
        load_fonts()
        app.setFont(text_font())
        app.setPalette(build_palette(self._tokens))
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._app = app

    def apply(self, app: QApplication) -> None:
        """Dress the application: style, fonts, palette, style sheet; follow the system's scheme."""
        if self._app is None:
            self._prepare(app)
        self._repaint()

    @contextmanager
    def undressed(self, app: QApplication) -> Iterator[None]:
        """Take the style sheet off while much is built, and put it on again.

        That takes half the time, since parts are not styled anew with each step.
        """
        app.setStyleSheet("")
        try:
            yield
        finally:
            self.apply(app)

    def set_mode(self, mode: ThemeMode) -> None:
        """Change to light, dark or the system's look at once."""
        self._mode = mode
        self._switch()

    def toggle(self) -> None:
        """From dark to light or back, whatever the system says."""
        self.set_mode(ThemeMode.LIGHT if self._tokens.is_dark else ThemeMode.DARK)

    def colour(self, tone: Tone) -> QColor:
        """The colour of this meaning."""
        return QColor(self._tokens.tone(tone))

    def pixmap(self, name: str, tone: Tone = Tone.NEUTRAL, size: int = ICON_M, ratio: float = 1.0) -> QPixmap:
        """An icon to paint oneself, in the colour of the tone. Raises UnknownIconError."""
        return self._icons.pixmap(name, self._tokens.tone(tone), size, ratio)

    def pixmap_in(self, name: str, colour: str, size: int = ICON_M, ratio: float = 1.0) -> QPixmap:
        """An icon to paint oneself, in a colour of the tokens. Raises UnknownIconError."""
        return self._icons.pixmap(name, colour, size, ratio)

    def icon(self, name: str, tone: Tone = Tone.NEUTRAL, size: int = ICON_M) -> QIcon:
        """An icon of the palette in force; `bind_icon` keeps it right. Raises UnknownIconError."""
        tokens = self._tokens
        return self._icons.icon(name, tokens.tone(tone), tokens.border_strong, tokens.accent, size)

    def bind_icon(
        self, target: TakesIcon, name: str, tone: Tone = Tone.NEUTRAL, size: int = ICON_M, *, filled: bool = False
    ) -> None:
        """Give a button or an action its icon, now and after every change of the look.

        `filled` is for buttons on the accent colour. Raises UnknownIconError.
        """
        binding = _Binding(ref(target), name, tone, size, filled)
        self._bound = [entry for entry in self._alive() if entry.target() is not target]
        self._bound.append(binding)
        self._dress(binding)

    def _dress(self, binding: _Binding) -> None:
        target = binding.target()
        if target is None:
            return
        tokens = self._tokens
        colour = tokens.on_accent if binding.filled else tokens.tone(binding.tone)
        checked = colour if binding.filled else tokens.accent
        target.setIcon(self._icons.icon(binding.name, colour, tokens.border_strong, checked, binding.size))

    def _switch(self) -> None:
        tokens = self._wanted_tokens()
        if tokens is not self._tokens:
            self._tokens = tokens
            self._repaint()

    def _repaint(self) -> None:
        if self._app is None:
            return
        self._app.setPalette(build_palette(self._tokens))
        self._app.setStyleSheet("")  # to go from one sheet to another takes Qt five times as long as by way of none
        self._app.setStyleSheet(build_stylesheet(self._tokens))
        for binding in self._alive():
            self._dress(binding)
        self.changed.emit()

    def _alive(self) -> list[_Binding]:
        self._bound = [e for e in self._bound if (t := e.target()) is not None and shiboken6.isValid(t)]
        return self._bound

    def _follow_system(self) -> None:
        if self._mode is ThemeMode.SYSTEM:
            self._switch()

    def _wanted_tokens(self) -> Tokens:
        if self._mode is not ThemeMode.SYSTEM:
            return DARK if self._mode is ThemeMode.DARK else LIGHT
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return LIGHT
        return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
