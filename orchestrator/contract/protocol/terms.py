"""The protocol's version, limits and times (seconds)."""

PROTOCOL_VERSION = 1
MAX_MESSAGE_BYTES = 1_048_576
MAX_DEPTH = 64
MAX_MESSAGES_IN_A_FRAME = 2_048
"""Far more than either side sends: each of them is looked at, however small it is."""
HEARTBEAT_S = 10.0
OFFER_LEASE_S = 15.0
RUN_LEASE_S = 60.0
CANCEL_GRACE_S = 30.0
RESTART_EXIT_CODE = 75
"""A robot that was asked to restart ends with it (`EX_TEMPFAIL` of sysexits.h): try again, nothing is wrong."""

BATCHES = "batches"
"""A frame may be a JSON array of messages, which are taken in order as if each had come in a frame of its own."""
START_AT_ONCE = "start_at_once"
"""An offer may say that its run is safe to repeat and may begin once it is journalled, without a JOB_START."""
KEEP_WORKFLOWS = "keep_workflows"
"""The robot keeps the workflows that it is sent: a later offer of the same version needs its hash alone."""
LIVE = "live"
"""The robot can show its runs live, and lets a person take one over."""
WORK_ITEMS = "work_items"
"""Runs may ask for items of queues, and say how they ended."""
FEATURES = (BATCHES, START_AT_ONCE, KEEP_WORKFLOWS, LIVE, WORK_ITEMS)
"""What this side understands beyond the protocol's version."""
