"""Which addresses a step may open: the web's, seen from the page or the run's site, within the network policy."""

import asyncio
import ipaddress
import socket
from urllib.parse import urljoin, urlsplit

from orchestrator.contract.errors import ErrorKind
from robot.errors import ActionError

SCHEMES = ("http", "https")
NOT_HOSTS = frozenset(
    {"about", "blob", "chrome", "data", "file", "filesystem", "javascript", "vbscript", "view-source"}
)
BLANK = "about:blank"
RESOLVE_LIMIT_S = 10.0


async def checked_address(url: str, *, base: str | None, allow_private_networks: bool) -> str:
    """The absolute address to open; ActionError of kind bad_workflow says why it may not be opened."""
    if url == BLANK:
        return url
    absolute = absolute_address(url, base)
    if not allow_private_networks:
        await refuse_private(absolute)
    return absolute


def absolute_address(url: str, base: str | None) -> str:
    """`url` seen from `base`; only http and https, with a host."""
    text = url.strip()
    scheme, _ = _parts(text)
    if not scheme or (scheme not in SCHEMES and _is_host_and_port(text)):
        text = _joined(text, base)
    scheme, host = _parts(text)
    if scheme not in SCHEMES:
        raise _refused(f"{url!r:.200}: steps open http and https addresses only.")
    if not host:
        raise _refused(f"{url!r:.200} has no host.")
    return text


def _is_host_and_port(text: str) -> bool:
    """`localhost:8000/x` looks like a scheme to a parser."""
    host, _, rest = text.partition(":")
    return rest.split("/", 1)[0].isdigit() and host.lower() not in NOT_HOSTS


def _joined(text: str, base: str | None) -> str:
    if _is_host_and_port(text):
        return f"http://{text}"
    if base and urlsplit(base).scheme in SCHEMES:
        return urljoin(base, text)
    raise _refused(f"{text!r:.200} is relative, and neither the page nor the run has an address to begin with.")


def _parts(text: str) -> tuple[str, str | None]:
    try:
        parts = urlsplit(text)
        if parts.scheme.lower() in SCHEMES:
            parts.port  # noqa: B018  reading it checks it
    except ValueError as error:
        raise _refused(f"{text!r:.200} is no address: {error}.") from None
    return parts.scheme.lower(), parts.hostname


async def refuse_private(url: str) -> None:
    """ActionError when the address leads into a private network, by number or by name."""
    host = urlsplit(url).hostname or ""
    for address in await _resolved(host):
        if not ipaddress.ip_address(address.partition("%")[0]).is_global:
            raise _refused(f"{host} is in a private network, which this robot's policy does not allow.")


async def _resolved(host: str) -> set[str]:
    try:
        async with asyncio.timeout(RESOLVE_LIMIT_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError) as error:
        raise ActionError.of(ErrorKind.NETWORK, f"{host} cannot be resolved: {error}.") from None
    return {str(each[4][0]) for each in found}


def _refused(message: str) -> ActionError:
    return ActionError.of(ErrorKind.BAD_WORKFLOW, message)
