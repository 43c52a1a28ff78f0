"""A process full of robots that speak the protocol and do no work: what remains is the orchestrator's own cost.

Reads `expect N` from standard input and answers with one line of JSON as soon as N further results are acknowledged.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

HEARTBEAT_S = 10.0
FEATURES = ("batches", "start_at_once", "keep_workflows")
RESULT = (
    '{"type":"job_result","id":"%s","timestamp":"2026-01-01T00:00:00Z","version":1,"payload":{"result":{"job_id":"%s",'
    '"attempt":%d,"status":"completed","outputs":{},"step_results":[],"started_at":"2026-01-01T00:00:00Z",'
    '"finished_at":"2026-01-01T00:00:00Z","execution_time_s":0.0}}}'
)
SAY = '{"type":"%s","id":"1","timestamp":"2026-01-01T00:00:00Z","version":1,"payload":%s}'


class Fleet:
    """All robots of the process."""

    def __init__(self, count: int, slots: int, prefix: str) -> None:
        self.count, self.slots, self.prefix = count, slots, prefix
        self.connected = 0
        self.acknowledged = 0
        self.started: dict[str, float] = {}
        self.refused = 0
        self.news = asyncio.Event()

    async def robot(self, number: int, url: str, token: str) -> None:
        """One robot's life."""
        async with connect(
            f"{url}/robot", additional_headers={"Authorization": f"Bearer {token}"}, compression=None, proxy=None
        ) as socket:
            name = f"{self.prefix}{number}"
            hello = {"robot_id": name, "name": name, "slots": self.slots, "features": FEATURES}
            await socket.send(SAY % ("robot_hello", json.dumps(hello)))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._beat(socket))
                async for frame in socket:
                    content = json.loads(frame)
                    messages = content if isinstance(content, list) else [content]
                    answers = [answer for message in messages for answer in self._heed(message)]
                    if answers:
                        await socket.send(answers[0] if len(answers) == 1 else f"[{','.join(answers)}]")

    def _heed(self, message: dict[str, dict[str, Any]]) -> Iterator[str]:
        kind, payload = str(message["type"]), message["payload"]
        if kind == "job_assignment":
            yield SAY % ("job_accepted", json.dumps({"job_id": payload["job_id"], "attempt": payload["attempt"]}))
        if kind == "job_start" or payload.get("start"):
            self.started[payload["job_id"]] = time.monotonic()
            yield RESULT % (payload["job_id"][:36], payload["job_id"], int(payload["attempt"]))
        elif kind == "result_ack":
            self.acknowledged += 1
            self.refused += payload["outcome"] != "recorded"
            self.news.set()
        elif kind == "robot_registered":
            self.connected += 1
            self.news.set()

    async def _beat(self, socket: ClientConnection) -> None:
        while True:
            await socket.send(SAY % ("heartbeat", "{}"))
            await asyncio.sleep(HEARTBEAT_S)

    async def until(self, *, acknowledged: int = 0, connected: int = 0) -> None:
        """Wait for so many answers."""
        while self.acknowledged < acknowledged or self.connected < connected:
            self.news.clear()
            await self.news.wait()


async def main(url: str, token: str, count: int, slots: int, prefix: str) -> None:
    """Connect, say so, and answer until standard input ends."""
    fleet = Fleet(count, slots, prefix)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with asyncio.TaskGroup() as group:
        robots = []
        for number in range(count):
            robots.append(group.create_task(fleet.robot(number, url, token)))
            await fleet.until(connected=max(0, number - 20))
        await fleet.until(connected=count)
        print(json.dumps({"connected": count, "at_s": time.monotonic()}), flush=True)
        expected = 0
        while line := await reader.readline():
            expected += int(line.split()[1])
            await fleet.until(acknowledged=expected)
            answer = {"at_s": time.monotonic(), "started": fleet.started, "refused": fleet.refused}
            print(json.dumps(answer), flush=True)
            fleet.started = {}
        for robot in robots:
            robot.cancel()


if __name__ == "__main__":
    with suppress(ConnectionClosed, KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
