"""The bundled fonts: Inter for text, JetBrains Mono for ids, logs and code."""

from importlib.resources import files

from PySide6.QtGui import QFont, QFontDatabase

from orchestrator.console.theme.tokens import TEXT_M, TEXT_S

TEXT_FAMILY = "Inter"
MONO_FAMILY = "JetBrains Mono"
_FILES = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "Inter-Bold.otf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Medium.ttf",
    "JetBrainsMono-Bold.ttf",
)


class FontMissingError(RuntimeError):
    """A bundled font file could not be loaded; `file` names it."""

    def __init__(self, file: str) -> None:
        super().__init__(f"The font file {file} is missing or damaged: install Botswain again.")
        self.file = file


def load_fonts() -> None:
    """Make both families known to Qt; needs a QApplication. Raises FontMissingError."""
    if TEXT_FAMILY in QFontDatabase.families() and MONO_FAMILY in QFontDatabase.families():
        return
    folder = files("resources") / "fonts"
    for name in _FILES:
        if QFontDatabase.addApplicationFontFromData((folder / name).read_bytes()) < 0:
            raise FontMissingError(name)


def text_font(size_px: int = TEXT_M, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Inter at this size with tabular figures, so that columns of numbers line up."""
    font = _font(TEXT_FAMILY, size_px, weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font(size_px: int = TEXT_S, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """JetBrains Mono at this size, without ligatures: an id shows the characters it has."""
    font = _font(MONO_FAMILY, size_px, weight)
    font.setFeature(QFont.Tag("calt"), 0)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def _font(family: str, size_px: int, weight: QFont.Weight) -> QFont:
    font = QFont(family)
    font.setPixelSize(size_px)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
