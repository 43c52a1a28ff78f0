"""The one-time code that many sites ask for after the password: whether a page asks for one, and how it is given."""

import asyncio
import time
from collections.abc import Sequence

from playwright.async_api import ElementHandle
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.actions.marketplace import Login
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.one_time_code import CodeMaker
from robot.actions.losses import is_lost
from robot.actions.marketplace.login_fields import fillable
from robot.actions.marketplace.parts import SitePage
from robot.errors import ActionError

_FRESH_S = 3.0
"""A code that turns sooner might have turned when the site reads it: the next one is waited for."""
_HINT = (
    "Give the account's secret as `totp`, or the code as `code`; or say `leave_code: true` and let the next steps ask "
    "a person, with `human.solve`, or with `human.answer` and `fill`."
)
_FIND = r"""() => {
  const named = /(^|[^a-z])(otp|totp|mfa|2fa|tfa)([^a-z]|$)|one.?time|(two|second|multi).?factor|two.?step|pass.?code/i;
  const camel = /otp[A-Z_-]|O[tT][pP]|[mM]fa[A-Z]|totp/;
  const sort = '(verif\\w*|authenticat\\w*|security|auth|sms|confirmation)';
  const ofCode = new RegExp(`${sort}.?(code|token|pin)|(code|token).?${sort}`, 'i');
  const weak = /code|token|pin|digit|challenge|answer|response|number/i;
  const said = new RegExp('one[- ]time|(verification|security|authentication|login|sms) code|authenticator|'
    + '(two|2|multi)[- ](factor|step)|(6|six|8|eight)[- ]digit|einmal-?(code|passwort|kennwort)|'
    + '(bestätigungs|sicherheits|verifizierungs|authentifizierungs)-?code|zwei-?faktor|code de (vérification|sécurité)|'
    + 'usage unique|authentification à deux|código de (verificación|seguridad|verificação|segurança)|'
    + 'codice di (verifica|sicurezza)|verificatiecode', 'i');
  const deep = root => [...root.querySelectorAll('*')].flatMap(
    each => each.shadowRoot ? [each, ...deep(each.shadowRoot)] : [each]);
  const open = each => each.matches('input:is(:not([type]), [type=text], [type=tel], [type=number], [type=password])')
    && !each.readOnly && !each.disabled && each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const fields = deep(document).filter(open);
  const around = each => {
    let box = each.form ?? each.closest('[role=dialog], dialog, main, section') ?? document.body;
    return box.innerText.length < 40 ? box.parentElement ?? box : box;
  };
  const labelled = each => [each.placeholder, each.ariaLabel, each.title,
    ...[...each.labels ?? []].map(label => label.innerText)].filter(Boolean).join(' ');
  const asks = each => {
    const name = `${each.name} ${each.id} ${each.dataset.testid ?? ''}`;
    if (/captcha/i.test(name)) return false;
    if (named.test(name) || camel.test(name) || ofCode.test(name) || said.test(labelled(each))) return true;
    if (each.type === 'password') return false;
    const isSmall = each.maxLength > 0 && each.maxLength <= 8 || each.inputMode === 'numeric';
    const isMarked = each.autocomplete === 'one-time-code';
    const isCode = weak.test(`${name} ${labelled(each)}`) || isSmall;
    const isAlone = fields.filter(other => around(other) === around(each) && other.maxLength !== 1).length <= 1;
    return isCode && (isMarked || isAlone && said.test(around(each).innerText.slice(0, 1500)));
  };
  return fields.find(asks) ?? null;
}"""
"""The first open field that is called like a code, or is small or called so in a form that speaks of one."""
_BOXES = """field => field.maxLength !== 1 ? [field] :
  [...(field.form ?? field.closest('[role=dialog], dialog, main, section') ?? field.ownerDocument)
    .querySelectorAll('input')].filter(each => each.maxLength === 1 && each.checkVisibility())"""
"""Some sites give every digit a box of its own."""


async def asked_code(site: SitePage) -> ElementHandle | None:
    """The field for a one-time code that a person could fill in now; None where the page asks for none."""
    if site.is_own("login_code"):
        return await fillable(site, "login_code")
    for frame in site.frames:
        try:
            if (found := (await frame.evaluate_handle(_FIND)).as_element()) is not None:
                return found
        except PlaywrightError as error:
            if is_lost(error):
                raise
    return None


async def code_for(parameters: Login) -> str:
    """The code to give; ActionError of kind business where the step has none."""
    if parameters.code is not None:
        return parameters.code
    if parameters.totp is None:
        raise ActionError.of(ErrorKind.BUSINESS, "The site asks for a one-time code after the password.", hint=_HINT)
    maker = CodeMaker.of(parameters.totp)
    left_s = maker.left_s(time.time())
    if left_s < min(_FRESH_S, maker.period_s / 2):
        await asyncio.sleep(left_s)
    return maker.code(time.time())


async def enter_code(field: ElementHandle, code: str, wait_ms: float) -> None:
    """Writes the code into its field, or each digit into its box."""
    boxes = await _boxes(field)
    if len(boxes) <= 1:
        await field.fill(code, timeout=wait_ms)
        return
    for box, digit in zip(boxes, code, strict=False):
        await box.fill(digit, timeout=wait_ms)


async def _boxes(field: ElementHandle) -> Sequence[ElementHandle]:
    listed = await field.evaluate_handle(_BOXES)
    found = [each.as_element() for each in (await listed.get_properties()).values()]
    return [each for each in found if each is not None]
