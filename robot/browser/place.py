"""A name in a run and the browser session behind it, with what a session in its place must have again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.contract.ids import JsonValue
from robot.browser.form_entries import Filled
from robot.browser.session import Session
from robot.browser.session_options import PLAIN, SessionOptions

Storage = Mapping[str, JsonValue]
"""Cookies and local storage, as Playwright gives them."""


@dataclass(slots=True, eq=False)
class Place:
    """A name and the session behind it, which may be replaced."""

    name: str
    options: SessionOptions = PLAIN
    session: Session | None = None
    url: str | None = None
    """Where the session was after its last step."""
    other_tabs: tuple[str, ...] = ()
    """Addresses of further pages that come back with it."""
    storage: Storage | None = None
    """Its login, as last seen."""
    login: int = 0
    """Which of the run's logins the session has."""
    filled: list[Filled] = field(default_factory=list)
    """What stands in its page's forms."""
    may_have_login: bool = False
    """True when something was done that may have logged in, and its login was not read on a new address since."""
    has_left_site: bool = False
    """True when what it keeps of a site must be read although it is not there any more."""
    reading: asyncio.Task[None] | None = None
    """Will see its login again, a little later."""
    login_reading: asyncio.Task[None] | None = None
    """Sees its login again, while the next step begins."""
    is_suspect: bool = False
    """True after a failure: the page is probed before it is used again."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
