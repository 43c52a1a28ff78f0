"""How a client judges an orchestrator's certificate."""

import ssl


def certificates_for(base_url: str) -> ssl.SSLContext | bool:
    """httpx's `verify`: the known authorities for https, and nobody for http.

    Reading all authorities takes 40 ms of processor time for each client, and an address without TLS shows no
    certificate: whatever it leads to on https is refused.
    """
    return True if base_url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
