"""The protocol's version, limits and times (seconds)."""

PROTOCOL_VERSION = 1
MAX_MESSAGE_BYTES = 1_048_576
MAX_DEPTH = 64
HEARTBEAT_S = 10.0
OFFER_LEASE_S = 15.0
RUN_LEASE_S = 60.0
CANCEL_GRACE_S = 30.0
RESTART_EXIT_CODE = 75
"""A robot that was asked to restart ends with it (`EX_TEMPFAIL` of sysexits.h): try again, nothing is wrong."""
