"""What integration tests share: a running orchestrator and its clients."""

from running_orchestrator import client, http, orchestrator

__all__ = ["client", "http", "orchestrator"]
