"""What steps have put into the forms of a page, so that a page which must be opened anew gets it again.

A browser that died takes what stood in its forms with it, and a server knows nothing of it yet. Steps that fill forms
are done, and a run that goes on does not run them again; so they are remembered here until the page is left.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playwright.async_api import Page

from orchestrator.contract.checkpoints import FormEntry
from orchestrator.contract.ids import JsonValue
from robot.browser.session import Session

FILLING = frozenset({"fill", "type", "check", "select", "upload"})
"""Actions that change nothing but what stands in a form, and give the same again on a fresh page."""
MOST = 200
MAX_BYTES = 65_536
"""Of one entry's parameters; a larger file is not kept."""


@dataclass(frozen=True, slots=True)
class Filled:
    """An entry, and the document that it was made in."""

    entry: FormEntry
    page: Page | None = None
    """None for one that a checkpoint brought."""
    navigation: int = 0

    def stands_in(self, session: Session) -> bool:
        """True while the page that it was made in is open."""
        page = session.page
        is_here = self.page is page and self.entry.url == plain(page.url)
        return is_here and self.navigation >= session.document_of(page)


def filled(session: Session, action: str, parameters: Mapping[str, JsonValue]) -> Filled | None:
    """What an action that is done has put into the session's page; None when it is nothing to be kept."""
    if action not in FILLING or len(json.dumps(parameters)) > MAX_BYTES:
        return None
    entry = FormEntry(action=action, parameters=dict(parameters), url=plain(session.page.url))
    return Filled(entry, session.page, session.navigations)


def standing(entries: Sequence[Filled], session: Session) -> list[Filled]:
    """Those that still stand in the session's page."""
    return [each for each in entries if each.stands_in(session)][-MOST:]


def plain(url: str) -> str:
    """An address without its fragment."""
    return url.partition("#")[0]
