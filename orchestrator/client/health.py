"""The health of an orchestrator, also when it answers that it cannot work: that answer is what is asked for."""

import httpx
from pydantic import ValidationError

from orchestrator.client.certificates import certificates_for
from orchestrator.client.errors import ClientError, UnreachableError
from orchestrator.contract.api.orchestrator import HealthView


async def health_of(base_url: str, *, timeout_s: float = 10.0) -> HealthView:
    """What `GET /health` says, with any status. Raises UnreachableError, ClientError; needs no key."""
    try:
        verify = certificates_for(base_url)
        async with httpx.AsyncClient(timeout=timeout_s, trust_env=False, verify=verify) as http:
            response = await http.get(f"{base_url}/health")
    except httpx.HTTPError as error:
        raise UnreachableError(f"{base_url} does not answer.") from error
    try:
        return HealthView.model_validate_json(response.content)
    except ValidationError:
        raise ClientError(f"{base_url} answered something else: is it Botswain?") from None
