"""What holds for every test: hypothesis' profiles, no unexpected warning in the log, no process left behind."""

import gc
import os
import signal

from hypothesis import settings

pytest_plugins = [
    "commands",
    "fault_table",
    "feature_rows",
    "fleet_fixture",
    "log_guard",
    "postgres_server",
    "process_guard",
    "pytester",
]

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# A shell that starts the tests in the background lets them, and all they start, ignore Ctrl+C: some of them send one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


gc.disable()  # hardly anything of what is loaded and collected can go


def pytest_collection_finish() -> None:
    """What is loaded by now stays; a garbage collection that looks at all of it takes longer than many tests."""
    gc.collect()
    gc.freeze()
    gc.enable()
