"""What belongs together on a login page: the name above a password, the button for both, the words of a refusal."""

import re
from collections.abc import Sequence

from playwright.async_api import ElementHandle, Frame
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.errors import ErrorKind
from robot.actions.locating import is_there
from robot.actions.losses import is_lost
from robot.actions.marketplace.parts import SitePage
from robot.errors import ActionError

Looks = tuple[str, ...]
COMPLAINT = "login_complaint"
_MOST_WORDS = 500
_SOMETHING = re.compile(r"\S")
_STILL_AT_IT = ("...", "…")
"""Words that end so tell that something goes on, and are no refusal."""
_FRAME_MS = 500.0

_WORDS = (
    "(log|sign)[ -]?(in|on)|next|continue|submit|verify|confirm|bestätigen|anmelden|einloggen|weiter|connexion"
    "|se connecter|suivant|continuer|vérifier|confirmar|conferma"
    "|iniciar sesi|acceder|siguiente|continuar|accedi|avanti|entrar|inloggen|volgende"
)
_BESIDE = r"""(field, [sought, said]) => {
  const words = new RegExp(`^\\W*(${said})`, 'i');
  const deep = root => [...root.querySelectorAll('*')].flatMap(
    each => each.shadowRoot ? [each, ...deep(each.shadowRoot)] : [each]);
  const shown = each => each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const all = deep(field.ownerDocument);
  const place = all.indexOf(field);
  const own = each => each.form === field.form;
  if (sought === 'name') {
    const sorts = ['text', 'email', 'tel', 'number', 'url'];
    const open = each => each.tagName === 'INPUT' && sorts.includes(each.type) && !each.readOnly && !each.disabled;
    return all.slice(0, place).filter(each => open(each) && own(each) && shown(each)).pop() ?? null;
  }
  const buttons = all.filter(each => each.matches('button, input[type=submit], [role=button]') && shown(each));
  const sends = buttons.filter(each => field.form && each.type === 'submit' && own(each));
  const says = each => words.test((each.getAttribute('aria-label') || each.value || each.innerText || '').trim());
  const after = list => list.find(each => all.indexOf(each) > place);
  return after(sends.filter(says)) ?? after(sends) ?? sends[0]
    ?? after(buttons.filter(says)) ?? null;
}"""
"""The name is the last open field before the password in its form. Of a form's buttons those above the fields often
lead to other providers, and a browser's own choice for the Enter key is the first of all."""
_CAN_BE_FILLED = """field => {
  if (!field.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || field.disabled) return false;
  for (let each = field; each; each = each.parentElement ?? each.getRootNode().host) {
    const is_shut = each.clientHeight <= 1 || each.clientWidth <= 1;
    if (is_shut && getComputedStyle(each).overflow !== 'visible') return false;
  }
  return true;
}"""
"""Providers keep the password of their second stage in a box without a size, for password managers."""


async def fillable(site: SitePage, part: str) -> ElementHandle | None:
    """The field of a part that a person could fill in now."""
    for found in site.visible(part):
        try:
            for field in await found.element_handles():
                if await field.evaluate(_CAN_BE_FILLED):
                    return field
        except PlaywrightError as error:
            if is_lost(error):
                raise
    return None


async def passwords_of(site: SitePage) -> int:
    """How many passwords the page asks for: to set a new one, it is asked for twice."""
    found = [frame.locator("input[type=password]").filter(visible=True) for frame in site.frames]
    return sum([await each.count() for each in found if await is_there(each)])


async def is_same(one: ElementHandle, other: ElementHandle) -> bool:
    """Whether two handles are of one element."""
    try:
        return bool(await one.evaluate("(one, other) => one === other", other))
    except PlaywrightError:
        return False  # of two frames


async def looks_of(field: ElementHandle) -> Looks:
    """What a field is known by from one page to the next."""
    return tuple(await field.evaluate("field => [field.name, field.id, field.type, field.placeholder]"))


async def name_beside(password: ElementHandle) -> ElementHandle | None:
    """The open field for the name that goes with a password, where the page has one."""
    return (await password.evaluate_handle(_BESIDE, ["name", _WORDS])).as_element()


async def fill_in(site: SitePage, field: ElementHandle, value: str, what: str) -> None:
    """Fills a field. A value that the browser will not send is a business failure, in the browser's words."""
    await field.fill(value, timeout=site.wait_ms)
    doubt = await field.evaluate("field => field.form?.noValidate ? '' : field.validationMessage")
    if doubt:
        raise ActionError.of(ErrorKind.BUSINESS, f"The form does not take this {what}: {str(doubt)[:_MOST_WORDS]}")


async def send(site: SitePage, field: ElementHandle, part: str) -> None:
    """Presses the part where it is known, or else the button that goes with the field, or else Enter."""
    if (shown := await site.shown(part)) is not None:
        await shown.click(timeout=site.wait_ms)
    elif site.is_own(part):
        await site.click(part)
    elif (button := (await field.evaluate_handle(_BESIDE, ["button", _WORDS])).as_element()) is not None:
        await button.click(timeout=site.wait_ms)
    else:
        await field.press("Enter", timeout=site.wait_ms)


async def words_before(site: SitePage) -> tuple[str, ...]:
    """What looks like a complaint before anything was sent, such as a banner on cookies."""
    return tuple({words for found in _complaints(site, ()) for words in await _all_words(found)})


async def complaint(site: SitePage, before: Sequence[str]) -> str:
    """Why a form is there again, in the site's own words; nothing where none are found."""
    for found in _complaints(site, before):
        for words in await _all_words(found):
            return words[:_MOST_WORDS]
    return ""


async def new_lines(site: SitePage, before: Sequence[str] = ()) -> list[str]:
    """What can be read on the page now, line by line, and could not before."""
    texts = [await _text_of(frame, site.wait_ms) for frame in site.frames]
    lines = [line for text in texts for each in text.splitlines() if (line := " ".join(each.split()))]
    return [line for line in lines if line not in before and not line.endswith(_STILL_AT_IT)]


async def _text_of(frame: Frame, wait_ms: float) -> str:
    """What a frame says; nothing for one without a body, or that is gone, other than the page's own."""
    is_own = frame.parent_frame is None
    try:
        return await frame.locator("body").inner_text(timeout=wait_ms if is_own else _FRAME_MS)
    except PlaywrightError:
        if is_own:
            raise
        return ""


def _complaints(site: SitePage, before: Sequence[str]) -> list[PageLocator]:
    found = []
    for visible in site.visible(COMPLAINT):
        said = visible.filter(has_text=_SOMETHING)
        for words in before:
            said = said.filter(has_not_text=words)
        found.append(said)
    return found


async def _all_words(found: PageLocator) -> list[str]:
    try:
        texts = await found.all_inner_texts()
    except PlaywrightError as error:
        if "detached" not in error.message:
            raise
        return []  # a frame that is taken out says nothing any more
    return [shown for words in texts if (shown := " ".join(words.split()))]
