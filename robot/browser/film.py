"""The last minutes of a page as a film: frames in memory while the page changes, written only when they are wanted.

The frames come over the browser's own protocol, which sends one when the page has changed and the last one was taken;
taking it late bounds the rate. The file is an AVI with JPEG frames, which needs no encoder and every player reads.
"""

import asyncio
import base64
import logging
import struct
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

FRAME_S = 0.25
"""Between two frames at least."""
MOST_BYTES = 12 * 1_048_576
MOST_S = 600.0
JPEG_QUALITY = 45
WIDTH, HEIGHT = 960, 720
START_LIMIT_S = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFrame:
    """One picture and when it was taken."""

    at_s: float
    """Monotonic."""
    jpeg: bytes


class Film:
    """Films one page from `begin` to `end`; the oldest frames make room for new ones."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: deque[FilmFrame] = deque()
        self._size = 0
        self._devtools: CDPSession | None = None
        self._taking: set[asyncio.Task[None]] = set()

    async def begin(self) -> bool:
        """Start; False when the page cannot be filmed."""
        try:
            async with asyncio.timeout(START_LIMIT_S):
                self._devtools = await self._page.context.new_cdp_session(self._page)
                self._devtools.on("Page.screencastFrame", self._came)
                await self._devtools.send(
                    "Page.startScreencast",
                    {"format": "jpeg", "quality": JPEG_QUALITY, "maxWidth": WIDTH, "maxHeight": HEIGHT},
                )
        except (TimeoutError, PlaywrightError) as error:
            logger.info("The page cannot be filmed: %s", str(error).partition("\n")[0] or "no answer")
            return False
        return True

    async def end(self) -> Sequence[FilmFrame]:
        """Stop; the frames, oldest first."""
        for task in tuple(self._taking):
            task.cancel()
        try:
            async with asyncio.timeout(START_LIMIT_S):
                if self._devtools is not None:
                    await self._devtools.detach()
        except (TimeoutError, PlaywrightError):
            pass  # it went with its page
        return tuple(self._frames)

    def _came(self, frame: Mapping[str, object]) -> None:
        data, number = str(frame["data"]), frame["sessionId"]
        self._keep(FilmFrame(at_s=time.monotonic(), jpeg=base64.b64decode(data)))
        task = asyncio.get_running_loop().create_task(self._take(number))
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)

    async def _take(self, number: object) -> None:
        await asyncio.sleep(FRAME_S)  # the next frame comes once this one was taken
        try:
            if self._devtools is not None:
                await self._devtools.send("Page.screencastFrameAck", {"sessionId": number})
        except PlaywrightError:
            pass  # the page is gone

    def _keep(self, frame: FilmFrame) -> None:
        self._frames.append(frame)
        self._size += len(frame.jpeg)
        while self._size > MOST_BYTES or frame.at_s - self._frames[0].at_s > MOST_S:
            self._size -= len(self._frames.popleft().jpeg)


def write_avi(path: Path, frames: Sequence[FilmFrame], *, end_s: float, frame_s: float = FRAME_S) -> None:
    """Write frames as Motion-JPEG in AVI 1.0 (RIFF); a place without a change repeats the one before it. Blocking."""
    width, height = jpeg_size(frames[0].jpeg)
    chunks = _chunks(frames, end_s, frame_s)
    movie = b"movi" + b"".join(b"00dc" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for data in chunks)
    body = _list(b"hdrl", _headers(len(chunks), width, height, frame_s)) + _chunk(b"LIST", movie)
    path.write_bytes(_chunk(b"RIFF", b"AVI " + body + _chunk(b"idx1", _index(chunks))))


def _chunks(frames: Sequence[FilmFrame], end_s: float, frame_s: float) -> list[bytes]:
    """One entry for each moment; empty where nothing had changed."""
    begin_s = frames[0].at_s
    count = max(1, int((min(end_s, frames[-1].at_s + 5.0) - begin_s) / frame_s) + 1)
    chunks = [b""] * count
    for frame in frames:
        chunks[min(count - 1, int((frame.at_s - begin_s) / frame_s))] = frame.jpeg
    return chunks


def _headers(count: int, width: int, height: int, frame_s: float) -> bytes:
    """`avih`, and one stream of `strh` and `strf`."""
    micro = round(frame_s * 1_000_000)
    main = struct.pack("<14I", micro, 0, 0, 0x10, count, 0, 1, 0, width, height, 0, 0, 0, 0)
    rect = struct.pack("<4h", 0, 0, width, height)
    stream = struct.pack("<4s4sIHHIIIIIIII", b"vids", b"MJPG", 0, 0, 0, 0, micro, 1_000_000, 0, count, 0, 2**32 - 1, 0)
    picture = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    return _chunk(b"avih", main) + _list(b"strl", _chunk(b"strh", stream + rect) + _chunk(b"strf", picture))


def _index(chunks: Sequence[bytes]) -> bytes:
    place, entries = 4, []
    for data in chunks:
        entries.append(struct.pack("<4sIII", b"00dc", 0x10 if data else 0, place, len(data)))
        place += 8 + len(data) + len(data) % 2
    return b"".join(entries)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _list(name: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", name + content)


def jpeg_size(jpeg: bytes) -> tuple[int, int]:
    """Width and height, from the frame header of a JPEG file (ITU T.81, B.2.2). ValueError for anything else."""
    place = 2
    while place + 9 < len(jpeg) and jpeg[place] == 0xFF:
        marker, length = jpeg[place + 1], int.from_bytes(jpeg[place + 2 : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(jpeg[place + 7 : place + 9]), int.from_bytes(jpeg[place + 5 : place + 7])
        place += 2 + length
    raise ValueError("no JPEG frame")
