"""How a client dials one of the orchestrator's sockets."""

from websockets.asyncio.client import connect

_MAX_FRAME_BYTES = 16 * 1_048_576


def dialled(url: str, key: str) -> connect:
    """A socket to open with `async with`; silence of twenty seconds ends it. `key`: what the client shows."""
    return connect(
        url,
        additional_headers={"Authorization": f"Bearer {key}"},
        compression=None,
        max_size=_MAX_FRAME_BYTES,
        open_timeout=5,
        close_timeout=2,
        ping_interval=10,
        ping_timeout=10,
        proxy=None,
    )
