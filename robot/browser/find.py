"""Which browser a robot uses: the first that is there, in the order that was measured to be best."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from robot.errors import RobotSetupError

VARIABLE = "BOTSWAIN_BROWSER"
CHANNELS = ("chrome", "msedge")
HOW_TO_INSTALL = (
    "Install one with `apt install chromium-headless-shell` or `playwright install chromium-headless-shell`, "
    f"or set {VARIABLE} to a browser's path."
)

PLAYWRIGHTS_ONLY = {
    "firefox": "Install it with `playwright install firefox`: Playwright drives only its own build of Firefox.",
    "webkit": "Install it with `playwright install webkit`; it needs libraries that `playwright install-deps` brings.",
}
"""Browsers that work only as Playwright builds them, and how to get them."""


class BrowserKind(StrEnum):
    """What sort of browser it is."""

    HEADLESS_SHELL = "headless_shell"
    FULL = "full"


class Engine(StrEnum):
    """Which of Playwright's browsers drives it."""

    CHROMIUM = "chromium"
    FIREFOX = "firefox"
    WEBKIT = "webkit"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserChoice:
    """A browser that can be started: by its file, or by the name of its channel."""

    kind: BrowserKind
    engine: Engine = Engine.CHROMIUM
    executable: Path | None = None
    channel: str | None = None
    source: str
    """Why this one, for people."""

    def __str__(self) -> str:
        return f"{self.executable or self.channel} ({self.source})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where a search looks; tests look elsewhere."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    platform: str = sys.platform
    root: Path = Path("/")
    playwright_folder: Path | None = None
    """Where Playwright keeps its browsers; found out without it."""


@dataclass(slots=True)
class _Search:
    machine: Machine
    headless: bool
    tried: list[str] = field(default_factory=list)

    def file(
        self, path: Path, kind: BrowserKind, source: str, engine: Engine = Engine.CHROMIUM
    ) -> Iterator[BrowserChoice]:
        if kind is BrowserKind.HEADLESS_SHELL and not self.headless:
            return
        if path.is_file() and os.access(path, os.X_OK):
            yield BrowserChoice(kind=kind, engine=engine, executable=path, source=source)
        else:
            self.tried.append(f"{path} ({source}): not there")


def find_browser(wanted: str | None = None, *, headless: bool = True, machine: Machine | None = None) -> BrowserChoice:
    """The browser to start: `wanted` or BOTSWAIN_BROWSER (a path, or `chrome`, `msedge`, `chromium`, `firefox`,
    `webkit`), Playwright's own, the distribution's headless shell, Chrome, Edge, Chromium. A headless shell is left
    out when the window must be seen. RobotSetupError lists what was tried."""
    machine = machine or Machine()
    search = _Search(machine, headless)
    asked = wanted or machine.environment.get(VARIABLE) or None
    found = next(_asked(search, asked) if asked else _candidates(search), None)
    if found is None:
        tried = "; ".join(search.tried) or "nothing fits"
        hint = PLAYWRIGHTS_ONLY.get(asked or "", HOW_TO_INSTALL)
        raise RobotSetupError(f"No browser was found. Tried: {tried}.", field="browser", hint=hint)
    return found


def _asked(search: _Search, asked: str) -> Iterator[BrowserChoice]:
    if asked in CHANNELS:
        yield from _channel(search, asked)
    elif asked in PLAYWRIGHTS_ONLY:
        yield from _playwrights_build(search, Engine(asked))
    elif asked == "chromium":
        yield from _chromium(search)
    else:
        path = Path(asked).expanduser()
        kind = BrowserKind.HEADLESS_SHELL if "headless" in path.name else BrowserKind.FULL
        yield from search.file(path, kind, "as configured")


def _candidates(search: _Search) -> Iterator[BrowserChoice]:
    yield from _playwrights_own(search)
    shell = search.machine.root / "usr/lib/chromium/chromium-headless-shell"
    yield from search.file(shell, BrowserKind.HEADLESS_SHELL, "the distribution's headless shell")
    for channel in CHANNELS:
        yield from _channel(search, channel)
    yield from _chromium(search)


def _playwrights_own(search: _Search) -> Iterator[BrowserChoice]:
    folder = search.machine.playwright_folder or _playwright_folder(search.machine)
    revisions = _revisions()
    for name, kind, files in (
        ("chromium-headless-shell", BrowserKind.HEADLESS_SHELL, ("chrome-headless-shell*", "headless_shell*")),
        ("chromium", BrowserKind.FULL, ("chrome", "chrome.exe", "Chromium.app/Contents/MacOS/Chromium")),
    ):
        home = folder / f"{name.replace('-', '_')}-{revisions.get(name, '')}"
        for file in sorted(path for pattern in files for path in home.glob(f"*/{pattern}")):
            yield from search.file(file, kind, "Playwright's own")
        search.tried.append(f"{home} (Playwright's own): not there")


_BUILD_FILES = {
    Engine.FIREFOX: ("firefox/firefox", "firefox/firefox.exe", "firefox/Nightly.app/Contents/MacOS/firefox"),
    Engine.WEBKIT: ("pw_run.sh", "Playwright.exe", "Playwright.app/Contents/MacOS/Playwright"),
}


def _playwrights_build(search: _Search, engine: Engine) -> Iterator[BrowserChoice]:
    folder = search.machine.playwright_folder or _playwright_folder(search.machine)
    homes = sorted(folder.glob(f"{engine}-*"), reverse=True)
    wanted = folder / f"{engine}-{_revisions().get(engine, '')}"
    for home in [each for each in homes if each == wanted]:
        for name in _BUILD_FILES[engine]:
            yield from search.file(home / name, BrowserKind.FULL, f"Playwright's own {engine}", engine)
    others = f"; found {', '.join(each.name for each in homes)}, made for another Playwright" if homes else ""
    search.tried.append(f"{wanted} (Playwright's own {engine}): not there{others}")


def _playwright_folder(machine: Machine) -> Path:
    """Where Playwright installs browsers; see `PLAYWRIGHT_BROWSERS_PATH` in its documentation."""
    chosen = machine.environment.get("PLAYWRIGHT_BROWSERS_PATH")
    if chosen and chosen != "0":
        return Path(chosen)
    if machine.platform == "win32":
        return Path(machine.environment.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "ms-playwright"
    if machine.platform == "darwin":
        return Path.home() / "Library/Caches/ms-playwright"
    return Path(machine.environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"


def _revisions() -> dict[str, str]:
    """The builds that the installed Playwright was made for."""
    import playwright  # noqa: PLC0415  only its folder is needed, and only here

    path = Path(next(iter(playwright.__path__))) / "driver/package/browsers.json"
    try:
        listed = json.loads(path.read_text("utf-8"))["browsers"]
    except (OSError, ValueError, KeyError):
        return {}
    return {each["name"]: each["revision"] for each in listed}


_CHANNEL_FILES = {
    ("chrome", "linux"): "opt/google/chrome/chrome",
    ("chrome", "darwin"): "Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ("chrome", "win32"): "Program Files/Google/Chrome/Application/chrome.exe",
    ("msedge", "linux"): "opt/microsoft/msedge/msedge",
    ("msedge", "darwin"): "Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ("msedge", "win32"): "Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
}


def _channel(search: _Search, channel: str) -> Iterator[BrowserChoice]:
    known = _CHANNEL_FILES.get((channel, search.machine.platform))
    if known and (search.machine.root / known).is_file():
        yield BrowserChoice(kind=BrowserKind.FULL, channel=channel, source=f"the channel {channel}")
    else:
        search.tried.append(f"{channel} (channel): not installed")


def _chromium(search: _Search) -> Iterator[BrowserChoice]:
    """The browser itself, not the script that starts it: killing the script would orphan the browser."""
    own = search.machine.root / "usr/lib/chromium/chromium"
    yield from search.file(own, BrowserKind.FULL, "the distribution's Chromium")
    path = search.machine.environment.get("PATH", "")
    for name in ("chromium", "chromium-browser"):
        found = shutil.which(name, path=path)
        if found:
            yield BrowserChoice(kind=BrowserKind.FULL, executable=Path(found), source="Chromium on the PATH")
        else:
            search.tried.append(f"{name} (on the PATH): not there")
