"""Which page of a session the robot works on, as a recording opens, leaves and closes windows."""

from orchestrator.recordings.draft import Draft
from orchestrator.recordings.recording import NotCarriedOverError


class Windows:
    """The windows by name, in the order in which they were opened; steps that change the page are added when needed."""

    def __init__(self, draft: Draft, first: str) -> None:
        self._draft = draft
        self._open = [first]
        self._robot_is_in = first
        self.current = first
        """Where the recording is."""

    def knows(self, name: str) -> bool:
        """True for a window that is open."""
        return name in self._open

    def by_place(self, place: int) -> str | None:
        """The name of the window that was opened as number `place`, from 0."""
        return self._open[place] if 0 <= place < len(self._open) else None

    def rename(self, old: str, new: str) -> None:
        """Call a window by another name."""
        self._open = [new if each == old else each for each in self._open]
        self.current = new if self.current == old else self.current
        self._robot_is_in = new if self._robot_is_in == old else self._robot_is_in

    def opened(self, name: str) -> None:
        """A click has opened a window: the robot is in it, the recording perhaps not."""
        self._open.append(name)
        self._robot_is_in = name

    def open_new(self, name: str) -> None:
        """Open a further window by itself."""
        self._draft.step("tab", "Open a window", op="new")
        self.opened(name)

    def enter(self) -> None:
        """Before a step: bring the robot to where the recording is."""
        if self.current not in self._open:
            raise NotCarriedOverError(f"its window {self.current!r} is closed or was never opened.")
        if self._robot_is_in != self.current:
            self._draft.step("tab", f"Go to window {self.current}", op="switch", index=self._open.index(self.current))
            self._robot_is_in = self.current

    def close(self, name: str) -> None:
        """Close a window; the robot goes to the one that was opened last. The only window ends with the run itself."""
        if len(self._open) > 1:
            self._draft.step("tab", f"Close window {name}", op="close", index=self._open.index(name))
        self._open.remove(name)
        if self._open:
            self._robot_is_in = self._open[-1]
            self.current = self._robot_is_in if self.current == name else self.current

    @property
    def names(self) -> tuple[str, ...]:
        """The open windows, in the order in which they were opened."""
        return tuple(self._open)
