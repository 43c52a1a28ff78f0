"""Why a form was not taken, where the step does not say where the site tells it: the browser's words, or the page's."""

from collections.abc import Sequence

from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.targets import Target
from robot.actions.locating import page_locator
from robot.actions.losses import is_lost

COMPLAINTS = Target.of(
    "role=alert",
    *(".errornote", ".errorlist", ".alert", ".error", ".invalid-feedback", ".flash"),
    "[aria-live=assertive]",
    "form:has([aria-invalid=true]) [aria-live]",
    "form:has([aria-invalid=true]) :is([id*=error i], [class*=error i])",
    ":is([id*=error i], [class*=error i], [class*=toast i]):not(html, body, form, label)",
)
"""Where pages tell what they do not like."""
_MOST_WORDS = 500
_INVALID = """(button, field) => {
  const form = button.form;
  if (button.type !== 'submit' || !form || form.noValidate || button.formNoValidate || !form.contains(field)) return '';
  const wrong = [...form.elements].find(each => each.willValidate && !each.validity.valid);
  if (!wrong) return '';
  const name = wrong.labels?.[0]?.innerText || wrong.ariaLabel || wrong.placeholder || wrong.name || wrong.id;
  return `${name.trim() || wrong.type}: ${wrong.validationMessage}`;
}"""


async def kept_back(button: PageLocator, field: ElementHandle | None) -> str:
    """What the browser says of a form that it does not send, such as one with an empty field that must be filled;
    nothing for one that it sends, or has sent."""
    if field is None:
        return ""
    try:
        return str(await button.evaluate(_INVALID, field, timeout=1_000))
    except PlaywrightError as error:
        if is_lost(error):
            raise
        return ""  # the page is another one by now


async def complaints(page: Page) -> list[str]:
    """All that looks like a complaint and can be seen now."""
    try:
        found = [page_locator(page, each).filter(visible=True) for each in COMPLAINTS.locators]
        texts = [text for each in found for text in await each.all_inner_texts()]
    except PlaywrightError as error:
        if is_lost(error):
            raise
        return []  # between two documents
    return [words[:_MOST_WORDS] for text in texts if (words := " ".join(text.split()))]


def new_complaint(before: Sequence[str], now: Sequence[str]) -> str:
    """The first that was not there before; nothing where there is none."""
    return next((words for words in now if words not in before), "")
