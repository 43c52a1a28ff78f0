"""Dramatiq with Redis as broker and result store: `python dramatiq_redis.py JOBS`."""
# mypy: ignore-errors
# Dramatiq is not among Botswain's dependencies: this file runs in an environment of its own.

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend

PORT = int(os.environ.get("BENCH_PORT", "6379"))
broker = RedisBroker(host="127.0.0.1", port=PORT)
broker.add_middleware(Results(backend=RedisBackend(host="127.0.0.1", port=PORT)))
dramatiq.set_broker(broker)


@dramatiq.actor(store_results=True)
def no_op() -> int:
    """Nothing."""
    return 1


def main(jobs: int) -> None:
    """Time from the first submit to the last result."""
    command = [sys.executable, "-m", "dramatiq", "dramatiq_redis", "--processes", "2", "--threads", "8"]
    worker = subprocess.Popen(command, cwd=Path(__file__).parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        no_op.send().get_result(block=True, timeout=60_000)
        began = time.monotonic()
        messages = [no_op.send() for _ in range(jobs)]
        for message in messages:
            message.get_result(block=True, timeout=120_000)
        print(json.dumps({"jobs": jobs, "one_by_one_s": time.monotonic() - began, "batch_s": None}))
    finally:
        worker.terminate()
        worker.wait(20)


if __name__ == "__main__":
    main(int(sys.argv[1]))
