"""What the window says, in the language of its user: `tr` for a text, `counted` for one with a number.

English is written in the code and is the key of every translation; `make translations` collects the texts with Qt's
lupdate into `resources/translations/*.ts` and compiles them with lrelease. The language is set before the modules of
the window are loaded (`speak`), so that constants may be translated where they are written.
"""

from enum import StrEnum
from importlib.resources import files

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

CONTEXT = ""
"""lupdate gives texts of plain functions no context: one English text is one translation, everywhere."""
_MOST_KEPT = 4_096


class Language(StrEnum):
    """What the user asked for."""

    SYSTEM = "system"
    ENGLISH = "en"
    GERMAN = "de"


class CatalogueMissingError(RuntimeError):
    """A bundled translation could not be loaded; `language` names it."""

    def __init__(self, language: str) -> None:
        super().__init__(f"The translation to {language!r} is missing or damaged: install Botswain again.")
        self.language = language


class _Tongue:
    """The language in force: its catalogue (none: English, as it is written), and how it writes numbers and dates."""

    def __init__(self) -> None:
        self.code = "en"
        self.catalogue: QTranslator | None = None
        self.content = b""
        self.qt: QTranslator | None = None
        self.locale = QLocale("en_GB")
        self.known: dict[tuple[str, str, int], str] = {}

    def say(self, text: str, comment: str, number: int) -> str:
        """Looked up once: tables ask for the same words again and again while they paint."""
        found = self.known.get((text, comment, number))
        if found is None:
            if len(self.known) >= _MOST_KEPT:
                self.known.clear()
            assert self.catalogue is not None
            found = self.catalogue.translate(CONTEXT, text, comment or None, number) or ""
            self.known[text, comment, number] = found
        return found

    def become(self, code: str, place: QLocale, content: bytes) -> None:
        """Another language; without content it is English, as it is written."""
        self.code, self.locale, self.catalogue = code, place, None
        self.known.clear()
        if content:
            self.catalogue, self.content = QTranslator(), content  # Qt reads in the bytes themselves, without a copy
            if not self.catalogue.load(content):
                raise CatalogueMissingError(code)


_TONGUE = _Tongue()


def tr(text: str, comment: str = "", /, **values: object) -> str:
    """The text in the user's language; `{name}` in it becomes `values["name"]`.

    `text` must be one literal without an f-string, so that it can be collected. `comment` tells translators of two
    equal texts with different meanings which one this is.
    """
    if _TONGUE.catalogue is not None:
        text = _TONGUE.say(text, comment, -1) or text
    return text.format(**values) if values else text


def counted(one: str, many: str, number: int, /, **values: object) -> str:
    """`1 job`, `3 jobs`: the form that fits the number, with `%n` in it as the number in the user's writing.

    English has two forms, both written where they are used; other languages have as many as they need.
    """
    text = one if number == 1 else many
    if _TONGUE.catalogue is not None:
        text = _TONGUE.say(one, many, number) or text
    text = text.replace("%n", _TONGUE.locale.toString(number))
    return text.format(**values) if values else text


def locale() -> QLocale:
    """How the user writes numbers and dates."""
    return _TONGUE.locale


def language() -> str:
    """The code of the language in force, such as `de`."""
    return _TONGUE.code


def speak(wanted: Language) -> None:
    """Use this language from now on; the system's, where it is not among ours, is English.

    Raises CatalogueMissingError.
    """
    system = QLocale.system()
    code = _code_of(system) if wanted is Language.SYSTEM else wanted.value
    place = system if system.language() is _home_of(code).language() else _home_of(code)
    _TONGUE.become(code, place, b"" if code == Language.ENGLISH else _catalogue(code))
    QLocale.setDefault(place)
    _teach_qt(code)


def _code_of(place: QLocale) -> str:
    return Language.GERMAN if place.language() is QLocale.Language.German else Language.ENGLISH


def _home_of(code: str) -> QLocale:
    return QLocale("de_DE") if code == Language.GERMAN else QLocale("en_GB")


def _catalogue(code: str) -> bytes:
    try:
        return (files("resources") / "translations" / f"botswain_{code}.qm").read_bytes()
    except FileNotFoundError:
        raise CatalogueMissingError(code) from None


def _teach_qt(code: str) -> None:
    """Qt's own words: the file dialog, the menus of text fields. Where Qt came without them, they stay English."""
    if _TONGUE.qt is not None:
        QCoreApplication.removeTranslator(_TONGUE.qt)
        _TONGUE.qt = None
    made = QTranslator()
    if code == Language.ENGLISH or QCoreApplication.instance() is None:
        return
    if made.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        QCoreApplication.installTranslator(made)
        _TONGUE.qt = made
