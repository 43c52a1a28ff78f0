"""`/api/v1/selectors`: which locators runs use, and which targets want a repair."""

from typing import Annotated

from fastapi import APIRouter, Depends

from orchestrator.contract.api.selectors import SelectorView
from orchestrator.domain.selectors import Selector
from orchestrator.server.parts import Parts, parts

router = APIRouter(prefix="/selectors", tags=["selectors"])

Using = Annotated[Parts, Depends(parts)]


@router.get("")
async def listing(using: Using) -> list[SelectorView]:
    """Targets with several locators that were used lately, those that fall back first."""
    return [_view(each) for each in using.engine.selectors.listing()]


def _view(selector: Selector) -> SelectorView:
    return SelectorView(
        workflow_id=selector.workflow_id,
        workflow_name=selector.workflow_name,
        step_id=selector.step_id,
        locators=selector.locators,
        uses=len(selector.uses),
        fallbacks=selector.fallbacks,
        newest=selector.newest,
        is_falling_back=selector.is_falling_back,
        used_at=selector.used_at,
    )
