"""Huey with SQLite: `python huey_sqlite.py JOBS`."""
# mypy: ignore-errors
# Huey is not among Botswain's dependencies: this file runs in an environment of its own.

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from huey import SqliteHuey

huey = SqliteHuey("bench", filename=str(Path(os.environ["BENCH_FOLDER"]) / "huey.db"))


@huey.task()
def no_op() -> int:
    """Nothing."""
    return 1


def main(jobs: int) -> None:
    """Time from the first submit to the last result."""
    from huey_sqlite import no_op  # noqa: PLC0415  under the name by which the consumer knows it

    command = [
        sys.executable,
        "-m",
        "huey.bin.huey_consumer",
        "huey_sqlite.huey",
        "-w",
        "4",
        "-k",
        "thread",
        "-d",
        "0.01",
    ]
    worker = subprocess.Popen(command, cwd=Path(__file__).parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        no_op().get(blocking=True, timeout=60)
        began = time.monotonic()
        results = [no_op() for _ in range(jobs)]
        for result in results:
            result.get(blocking=True, timeout=120, backoff=1.0, max_delay=0.01)
        print(json.dumps({"jobs": jobs, "one_by_one_s": time.monotonic() - began, "batch_s": None}))
    finally:
        worker.terminate()
        worker.wait(20)


if __name__ == "__main__":
    main(int(sys.argv[1]))
