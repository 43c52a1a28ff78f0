"""How a client judges the orchestrator's certificate."""

import ssl

from robot.config import OrchestratorAddress


def certificates_for(address: OrchestratorAddress) -> ssl.SSLContext | bool:
    """httpx's `verify`: the known authorities for https, and nobody for http.

    Reading all authorities takes 40 ms of processor time for each client, and an address without TLS shows no
    certificate: whatever it leads to on https is refused.
    """
    return True if address.secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
