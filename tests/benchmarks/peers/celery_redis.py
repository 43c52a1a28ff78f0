"""Celery with Redis as broker and result store: `python celery_redis.py JOBS PORT`."""
# mypy: ignore-errors
# Celery is not among Botswain's dependencies: this file runs in an environment of its own.

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from celery import Celery, group

URL = f"redis://127.0.0.1:{os.environ.get('BENCH_PORT', '6379')}/0"
app = Celery("celery_redis", broker=URL, backend=URL)
app.conf.update(worker_prefetch_multiplier=128, task_acks_late=False, result_expires=600)


@app.task
def no_op() -> int:
    """Nothing."""
    return 1


def main(jobs: int) -> None:
    """Time from the first submit to the last result."""
    command = [sys.executable, "-m", "celery", "-A", "celery_redis", "worker", "-c", "2", "-l", "error", "-O", "fair"]
    worker = subprocess.Popen(command, cwd=Path(__file__).parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        no_op.delay().get(timeout=60)
        began = time.monotonic()
        results = [no_op.delay() for _ in range(jobs)]
        for result in results:
            result.get(timeout=120)
        one_by_one = time.monotonic() - began
        began = time.monotonic()
        group(no_op.s() for _ in range(jobs)).apply_async().get(timeout=120)
        print(json.dumps({"jobs": jobs, "one_by_one_s": one_by_one, "batch_s": time.monotonic() - began}))
    finally:
        worker.terminate()
        worker.wait(20)


if __name__ == "__main__":
    main(int(sys.argv[1]))
