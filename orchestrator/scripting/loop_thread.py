"""An event loop in a thread of its own, for scripts that have none."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_JOIN_S = 5.0


class LoopThread:
    """Runs coroutines for threads that wait for them; any number of threads at once."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # A daemon: a script that forgets to close it still ends, and the processes it started with it.
        self._thread = threading.Thread(target=self._loop.run_forever, name="botswain-script", daemon=True)
        self._thread.start()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work and wait for its result; Ctrl+C cancels it, and is raised once it has cleaned up."""
        done: Future[T] = Future()
        holder: list[asyncio.Task[None]] = []
        self._loop.call_soon_threadsafe(lambda: holder.append(self._loop.create_task(_into(work, done))))
        try:
            return done.result()
        except KeyboardInterrupt:
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in holder])
            done.exception()
            raise

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_JOIN_S)
        if not self._thread.is_alive():
            self._loop.close()


async def _into(work: Coroutine[Any, Any, T], done: "Future[T]") -> None:
    try:
        result = await work
    except asyncio.CancelledError:
        done.set_exception(InterruptedError("It was cancelled."))
    except BaseException as error:  # noqa: BLE001  whatever it is, it belongs to the thread that waits
        done.set_exception(error)
    else:
        done.set_result(result)
