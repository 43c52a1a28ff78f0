"""Shows the window in German, and tells every text of ours that it still says in English."""

import re
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/plugins"), str(HERE)]

from orchestrator.console.words import Language, speak  # noqa: E402

speak(Language.GERMAN)  # before the modules of the window are loaded, as the program does

from golden_pictures import NOW, stations  # type: ignore[import-not-found]  # noqa: E402
from painted_text import painted_texts  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402
from screenshots import Studio, run  # type: ignore[import-not-found]  # noqa: E402
from scripted_engine import ScriptedEngine  # noqa: E402
from scripted_schedules import CLOCK_CHANGE  # noqa: E402
from window_rest import at_rest  # noqa: E402

from orchestrator.console.theme.theme import Theme, ThemeMode  # noqa: E402

CATALOGUE = ROOT / "resources/translations/botswain_de.ts"
_MOST_JOINING = 4
"""Texts with fewer letters of their own only join others: `{what} and {more}`."""
_PLACE = re.compile(r"\\{\w+\\}|%n")


def english() -> list[re.Pattern[str]]:
    """What our texts look like in English, those left out that are the same in both languages."""
    found = []
    for message in ET.parse(CATALOGUE).iter("message"):
        source, told = message.findtext("source", ""), message.find("translation")
        german = {"".join(form.itertext()) for form in (told.iter("numerusform") if told is not None else ())}
        german |= {told.text or ""} if told is not None else set()
        ours = {source, message.findtext("comment", "") if message.get("numerus") else source}
        same = {each.strip() for each in german}
        found += [_pattern(text) for text in ours if text.strip() not in same and _says_something(text)]
    return found


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(".+", re.escape(text.strip())))


def _says_something(text: str) -> bool:
    return len("".join(re.findall(r"[A-Za-z]{3,}", re.sub(r"\{\w+\}", "", text)))) > _MOST_JOINING


async def look(left: dict[str, str]) -> None:
    """Every panel, detail and main dialog."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    forms = english()
    is_english = cache(lambda text: any(form.fullmatch(text) for form in forms))
    with ScriptedEngine() as engine, tempfile.TemporaryDirectory() as folder:
        theme = Theme(ThemeMode.LIGHT)
        theme.apply(app)
        studio = Studio(theme, engine, Path(folder), Path(folder) / "console.ini", lambda: NOW)
        studio.window.show()
        await at_rest(studio.window, lambda: studio.window.store.info is not None)
        data = _data(engine)
        async for place, widget in stations(studio):
            for each in painted_texts(widget):
                is_data = any(each.text.rstrip("…") in known for known in data)
                if not is_data and is_english(each.text):
                    left.setdefault(each.text, place)
        await studio.close()


def _data(engine: ScriptedEngine) -> list[str]:
    """Names and messages of the sample fleet and its engine, which are shown as they are."""
    fleet = engine.fleet
    views = [*fleet.jobs.values(), *fleet.robots.values(), *fleet.schedules.values(), *fleet.workflows.values()]
    return list({text for view in [*views, *fleet.activity, CLOCK_CHANGE] for text in _texts(view.model_dump())})


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for each in value.values() for text in _texts(each))
        case list() | tuple():
            yield from (text for each in value for text in _texts(each))


def main() -> int:
    """0: nothing is left."""
    left: dict[str, str] = {}
    run(lambda: look(left))
    for text, place in left.items():
        sys.stdout.write(f"{place}: {text}\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
