"""What the window remembers: geometry, splitters, columns, theme, language and small choices."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from orchestrator.console.theme.theme import ThemeMode
from orchestrator.console.words import Language


class ConsoleSettings:
    """Settings in one INI file; a value that cannot be read counts as not there."""

    def __init__(self, path: Path) -> None:
        self._file = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def theme(self) -> ThemeMode:
        """Light, dark or the system's."""
        stored = self.text("theme", ThemeMode.SYSTEM)
        return ThemeMode(stored) if stored in set(ThemeMode) else ThemeMode.SYSTEM

    @theme.setter
    def theme(self, mode: ThemeMode) -> None:
        self.set_text("theme", mode)

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self._file.fileName())

    @property
    def folder(self) -> Path:
        """Where the file is, and what else the window keeps."""
        return self.path.parent

    @property
    def language(self) -> Language:
        """The window's language, or the system's."""
        stored = self.text("language", Language.SYSTEM)
        return Language(stored) if stored in set(Language) else Language.SYSTEM

    @language.setter
    def language(self, wanted: Language) -> None:
        self.set_text("language", wanted)

    def text(self, key: str, default: str = "") -> str:
        """A remembered word."""
        value = self._file.value(key)
        return value if isinstance(value, str) else default

    def set_text(self, key: str, value: str) -> None:
        """Remember a word."""
        self._file.setValue(key, str(value))

    def state(self, key: str) -> QByteArray | None:
        """The bytes of a `saveState`/`saveGeometry`, for the counterpart to take."""
        value = self._file.value(f"state/{key}")
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set_state(self, key: str, state: QByteArray) -> None:
        """Remember the bytes of a `saveState`/`saveGeometry`."""
        self._file.setValue(f"state/{key}", state)

    def words(self, key: str) -> tuple[str, ...]:
        """A remembered list of words, such as column keys."""
        value = self._file.value(f"list/{key}")
        if isinstance(value, str):
            return (value,) if value else ()
        return tuple(str(word) for word in value) if isinstance(value, list) else ()

    def set_words(self, key: str, words: Sequence[str]) -> None:
        """Remember a list of words."""
        self._file.setValue(f"list/{key}", list(words))

    def flush(self) -> None:
        """Write everything to the file now."""
        self._file.sync()
