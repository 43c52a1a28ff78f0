"""`/api/v1/search`: jobs, robots, workflows, errors and log lines by their words."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.search import MAX_HITS, MAX_QUERY, SearchAnswer, SearchKind
from orchestrator.server.parts import Parts, parts
from orchestrator.server.search_views import SearchViews

router = APIRouter(prefix="/search", tags=["search"])

Using = Annotated[Parts, Depends(parts)]


@router.get("")
async def search(
    using: Using,
    q: Annotated[str, Query(max_length=MAX_QUERY)],
    kinds: Annotated[list[SearchKind] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_HITS)] = 10,
) -> SearchAnswer:
    """What holds all the words, `"phrases"`, `begin*` and `field:value`, newest first, grouped by kind."""
    result = await using.engine.search.search(q, kinds=kinds or (), limit=limit)
    return await SearchViews(using.engine).answer(q, result, limit)
