"""What a job's log says of a session at a service: which it is, where it can be watched, where its recording is."""

from collections.abc import Mapping

from robot.browser.lease import Lease

FACT_WORDS: Mapping[str, str] = {"live_view_url": "watch it live", "recording_url": "its recording"}


def facts_of(lease: Lease) -> dict[str, str]:
    """By name; empty for a session without a name of its own. The address to attach to is not told: it is a key."""
    if not lease.external_id:
        return {}
    told = {
        "provider": lease.provider,
        "session_id": lease.external_id,
        "live_view_url": lease.live_view_url,
        "recording_url": lease.recording_url,
        "expires_at": lease.expires_at.isoformat() if lease.expires_at else None,
    }
    return {name: value for name, value in told.items() if value}
