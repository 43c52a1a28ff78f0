"""What holds for every test: hypothesis' profiles, no unexpected warning in the log, no process left behind."""

import os

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
