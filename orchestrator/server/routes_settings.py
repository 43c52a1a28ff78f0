"""`/api/v1/settings`: what may change while the orchestrator runs."""

from typing import Annotated

from fastapi import APIRouter, Depends

from orchestrator.contract.api.settings import ChangeSettingsRequest, SettingView
from orchestrator.contract.live_settings import LiveValues
from orchestrator.engine.errors import NotFoundError
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.server.parts import Actor, Parts, parts

router = APIRouter(prefix="/settings", tags=["settings"])

Using = Annotated[Parts, Depends(parts)]


@router.get("")
async def settings(using: Using) -> list[SettingView]:
    """All of them, with what they mean."""
    return _views(using.engine.live)


@router.patch("")
async def change(request: ChangeSettingsRequest, using: Using, actor: Actor) -> list[SettingView]:
    """Change some; they hold at once, and over restarts."""
    await using.engine.live.change(request.values, actor=actor)
    return _views(using.engine.live)


@router.get("/{name}")
async def one(name: str, using: Using) -> SettingView:
    """One setting."""
    found = next((view for view in _views(using.engine.live) if view.name == name), None)
    if found is None:
        raise NotFoundError("setting", name)
    return found


@router.delete("/{name}")
async def reset(name: str, using: Using, actor: Actor) -> list[SettingView]:
    """Let arguments, environment and file decide again."""
    await using.engine.live.reset(name, actor=actor)
    return _views(using.engine.live)


def _views(live: LiveSettings) -> list[SettingView]:
    values, given = live.values.model_dump(mode="json"), live.given.model_dump(mode="json")
    return [
        SettingView(
            name=name,
            value=values[name],
            given=given[name],
            is_changed=name in live.changed,
            meaning=field.description or "",
        )
        for name, field in LiveValues.model_fields.items()
    ]
