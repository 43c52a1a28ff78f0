"""The window's texts: all of them can be collected, all are translated, and numbers and dates are the user's own."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QLocale

from orchestrator.console.formatting import count, duration, exact_time, percent, relative_time
from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.words import CatalogueMissingError, Language, counted, speak, tr

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "orchestrator" / "console"
GERMAN = ROOT / "resources" / "translations" / "botswain_de.ts"
NEWEST = 0.03
"""So many texts may wait for their translators."""
NOW = datetime(2026, 11, 21, 14, 3, 9, tzinfo=UTC)

NO_WORDS = {"words.py", "display.py", "app.py", "__main__.py", "commands.py", "theme/stylesheet.py", "theme/fonts.py"}
"""What these say goes to a terminal or to developers, or is no language."""
AMONG_OTHERS = {f"editor/{name}.py" for name in ("document", "editor_commands", "fields", "saving", "structures")}
"""Here words of the palette and of workflows themselves stand among the texts, without a name to tell them apart."""
OTHER_ARGUMENTS = {"keywords", "reason", "note", "shortcut", "actor", "name", "key"}
"""For the search in the palette, for the engine's own record, for Qt."""
OTHER_CALLS = {"TypeVar", "compile", "setObjectName", "setProperty"}
ALLOWED = {
    "Botswain": "the product's name",
    "Fusion": "the name of a style of Qt's",
    "yyyy-MM-dd HH:mm": "a pattern of a date",
    "Error: it did not get ready in 90 s.": "as the engine's process would write it",
    "There is no icon named ": "for developers",
    " in resources/icons.": "for developers",
    "English": "a language by its own name",
    "Deutsch": "a language by its own name",
    "Span": "a type's own name",
    "Error:": "what the engine's process writes",
    "Address of the marketplace": "the name of a credential in the engine",
    "uv tool install 'botswain[robot]'": "a command",
    '<span style="color:': "markup",
    "ddd HH:mm": "a pattern of a date",
    "dddd HH:mm": "a pattern of a date",
    "The console finishes what runs, then closes.": "kept by the engine",
    "rolled back to version ": "kept by the engine",
    " in the console": "kept by the engine",
    "the change was taken back in the editor": "kept by the engine",
}


@pytest.fixture
def german() -> Iterator[None]:
    """What is said in this test is said in German."""
    speak(Language.GERMAN)
    yield
    speak(Language.ENGLISH)


def wordy(text: str) -> bool:
    """Two words, or one with a capital: what a person would read as language."""
    return bool(re.search(r"[A-Za-z]{2,}\s+\w|^[A-Z][a-z]+[….:?!]?$", text.strip()))


def bare_texts(path: Path) -> Iterator[str]:
    """Texts of a module that are given to something without going through `tr` or `counted`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not wordy(node.value):
            continue
        if not any(_excuses(parent, child) for child, parent in _way_up(node, above)):
            yield f"{path.relative_to(CONSOLE)}:{node.lineno}: {node.value!r}"


def _way_up(node: ast.AST, above: dict[ast.AST, ast.AST]) -> Iterator[tuple[ast.AST, ast.AST]]:
    while node in above:
        yield node, above[node]
        node = above[node]


def _excuses(parent: ast.AST, child: ast.AST) -> bool:  # noqa: PLR0911 - one answer for each kind of place
    match parent:
        case ast.Call(func=ast.Name(id=name)):
            return name in {"tr", "counted"} | OTHER_CALLS
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in OTHER_CALLS
        case ast.keyword(arg=name):
            return name in OTHER_ARGUMENTS
        case ast.Raise() | ast.Compare() | ast.arg() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Dict(keys=keys):
            return any(child is key for key in keys)
        case ast.AnnAssign(annotation=kind) | ast.FunctionDef(returns=kind):
            return child is kind
        case ast.ClassDef(bases=bases):
            return child in bases
        case _:
            return False


def test_every_visible_text_of_the_window_can_be_collected() -> None:
    left_out = NO_WORDS | AMONG_OTHERS
    paths = [path for path in CONSOLE.rglob("*.py") if path.relative_to(CONSOLE).as_posix() not in left_out]
    found = [text for path in paths for text in bare_texts(path)]
    assert [text for text in found if ast.literal_eval(text.split(": ", 1)[1]) not in ALLOWED] == []


def test_collected_texts_are_literals_that_lupdate_understands() -> None:
    wrong = []
    for path in CONSOLE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"tr", "counted"}:
                texts = node.args[: 2 if node.func.id == "counted" else 1]
                if not all(isinstance(each, ast.Constant) for each in texts):
                    wrong.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.JoinedStr) and any(_is_tr(each) for each in ast.walk(node)):
                wrong.append(f"{path.name}:{node.lineno}: lupdate does not look into f-strings")
    assert wrong == []


def _is_tr(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"tr", "counted"}


def test_the_german_catalogue_has_nearly_every_text_with_its_placeholders() -> None:
    """`make translations` collects new texts; Qt Linguist (or an editor) translates them; then it compiles."""
    collected = {ast.literal_eval(each) for each in _literals_of_tr()}
    told: dict[str, ET.Element] = {m.findtext("source", ""): m for m in ET.parse(GERMAN).iter("message")}
    missing = sorted(text for text in collected if text not in told or _is_unfinished(told[text]))
    assert len(missing) <= NEWEST * len(collected), f"make translations, then translate: {missing}"
    known = collected - set(missing)
    places = {text: _places(text) ^ _places(_words(told[text])) for text in known}
    assert {text: wrong for text, wrong in places.items() if wrong} == {}


def _literals_of_tr() -> Iterator[str]:
    for path in CONSOLE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _is_tr(node) and isinstance(node, ast.Call):
                yield repr(node.args[0].value) if isinstance(node.args[0], ast.Constant) else "''"


def _is_unfinished(message: ET.Element) -> bool:
    told = message.find("translation")
    return told is None or told.get("type") == "unfinished"


def _words(message: ET.Element) -> str:
    told = message.find("translation")
    return "".join(told.itertext()) if told is not None else ""


def _places(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


@pytest.mark.usefixtures("german")
def test_texts_numbers_and_plurals_are_german_in_a_german_window() -> None:
    assert tr("Nothing needs you") == "Nichts braucht Sie"
    assert tr("Robot {name} is lost", name="berlin-03") == "Roboter berlin-03 ist verloren"
    assert [counted("%n robot", "%n robots", n) for n in (1, 2_000)] == ["1 Roboter", "2.000 Roboter"]
    assert counted("%n slot", "%n slots", 2) == "2 Plätze"
    assert tr("a text that nobody knows") == "a text that nobody knows"


@pytest.mark.usefixtures("german")
def test_dates_and_figures_are_written_as_germans_do() -> None:
    assert exact_time(NOW, UTC) == "Sa. 21. Nov. 2026, 14:03:09 UTC"
    assert relative_time(NOW - timedelta(minutes=4), NOW) == "vor 4 min"
    assert (count(12_345), percent(0.974), duration(timedelta(seconds=4.2))) == ("12.345", "97,4 %", "4,2 s")


def test_english_is_as_it_is_written() -> None:
    assert counted("%n job waits", "%n jobs wait", 1) == "1 job waits"
    assert counted("{share} of %n slot", "{share} of %n slots", 1_200, share="5 %") == "5 % of 1,200 slots"


def test_the_system_s_language_is_taken_where_we_have_it() -> None:
    speak(Language.SYSTEM)
    is_german = QLocale.system().language() is QLocale.Language.German
    assert tr("Cancel") == ("Abbrechen" if is_german else "Cancel")
    speak(Language.ENGLISH)


def test_a_missing_catalogue_is_named() -> None:
    error = CatalogueMissingError("de")
    assert str(error) == "The translation to 'de' is missing or damaged: install Botswain again."


def test_the_language_is_remembered_and_a_strange_one_is_the_system_s(settings: ConsoleSettings) -> None:
    def known() -> Language:
        return settings.language

    assert known() is Language.SYSTEM
    settings.language = Language.GERMAN
    assert known() is Language.GERMAN
    settings.set_text("language", "tlh")
    assert known() is Language.SYSTEM


def test_the_german_window_says_nothing_in_english() -> None:
    script = Path(__file__).parent / "german_words.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
