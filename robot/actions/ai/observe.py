"""ai.observe: elements that fit an instruction, as targets for other steps; nothing is done with them."""

import secrets

from orchestrator.contract.actions.ai import Observe
from orchestrator.contract.ids import JsonValue
from robot.actions.ai.elements import described, lasting_target, run_ai
from robot.actions.work import Work
from robot.ai.answers import Sightings
from robot.ai.page import PageView
from robot.ai.prompts import observe_question


async def observe(work: Work, parameters: Observe) -> JsonValue:
    """What the model sees; elements that nothing would find again are left out."""
    ai = run_ai(work)
    page = await described(work, ai, parameters)
    spoken = ai.spoken(parameters.instruction, {})
    question = observe_question(spoken.text, page.view.text, most=parameters.most, fence=secrets.token_hex(8))
    seen, _ = await ai.ask(question, Sightings, lambda seen: _problem(seen, page.view), limit_s=work.left_s)
    found: list[JsonValue] = []
    for each in seen.elements[: parameters.most]:
        target = await lasting_target(page, each.ref)
        if target is not None:
            found.append(
                {
                    "op": each.op,
                    "description": str(page.element(each.ref)),
                    "target": target.model_dump(mode="json", exclude_defaults=True),
                    "locator": str(target.locators[0]),
                }
            )
    return found


def _problem(seen: Sightings, view: PageView) -> str:
    unknown = next((each.ref for each in seen.elements if each.ref not in view.elements), None)
    return f"the page has no element {unknown}" if unknown is not None else ""
