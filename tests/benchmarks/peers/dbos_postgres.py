"""DBOS with PostgreSQL, its worker inside the submitting process as on one machine: `python dbos_postgres.py JOBS`."""
# mypy: ignore-errors
# DBOS is not among Botswain's dependencies: this file runs in an environment of its own.

import json
import os
import sys
import time

from dbos import DBOS

DBOS(
    config={
        "name": "bench",
        "system_database_url": os.environ["BENCH_PG"],
        "log_level": "ERROR",
        "run_admin_server": False,
    }
)


@DBOS.workflow()
def no_op() -> int:
    """Nothing."""
    return 1


def main(jobs: int) -> None:
    """Time from the first submit to the last result."""
    DBOS.launch()
    DBOS.register_queue("bench", polling_interval_sec=0.01)
    DBOS.enqueue_workflow("bench", no_op).get_result()
    began = time.monotonic()
    handles = [DBOS.enqueue_workflow("bench", no_op) for _ in range(jobs)]
    for handle in handles:
        handle.get_result(polling_interval_sec=0.01)
    print(json.dumps({"jobs": jobs, "one_by_one_s": time.monotonic() - began, "batch_s": None}))
    DBOS.destroy()


if __name__ == "__main__":
    main(int(sys.argv[1]))
