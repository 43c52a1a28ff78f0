"""Keys of the DevTools Recorder: pairs of going down and coming up, as presses of keys and combinations."""

from collections.abc import Sequence
from dataclasses import dataclass, field

_MODIFIERS = {"Control": "Control", "Shift": "Shift", "Alt": "Alt", "Meta": "Meta"}
_SIDES = ("Left", "Right")
_RENAMED = {"\r": "Enter", "\n": "Enter", " ": "Space", "ArrowUp": "ArrowUp", "NumpadEnter": "Enter"}


@dataclass(slots=True)
class HeldKeys:
    """The keys that are down now."""

    modifiers: list[str] = field(default_factory=list)
    pressed: set[str] = field(default_factory=set)
    """Other keys that are down."""
    used: bool = False
    """True when a key was pressed while the modifiers were down."""

    def down(self, key: str) -> str | None:
        """What is pressed by this key's going down; None for a modifier, which waits for another key."""
        name = _modifier(key)
        if name is not None:
            self.modifiers.append(name)
            self.used = False
            return None
        self.used = True
        self.pressed.add(key)
        return combination(self.modifiers, key)

    def up(self, key: str) -> str | None:
        """What is pressed by its coming up: a modifier that nothing was pressed with."""
        self.pressed.discard(key)
        name = _modifier(key)
        if name is None or name not in self.modifiers:
            return None
        self.modifiers.remove(name)
        return None if self.used or self.modifiers else name

    def is_chord_with(self, key: str) -> bool:
        """True when this key goes down while another one is, that is no modifier: games listen to such."""
        return _modifier(key) is None and bool(self.pressed - {key})

    def holds(self, key: str) -> bool:
        """True when the recording has seen the key go down."""
        return key in self.pressed or _modifier(key) in self.modifiers


def combination(modifiers: Sequence[str], key: str) -> str:
    """Keys as `press` writes them."""
    named = _RENAMED.get(key, key)
    typed_with_shift = len(named) == 1 and (named.isupper() or not named.isalnum())
    kept = [each for each in modifiers if each != "Shift" or not typed_with_shift]
    return "+".join([*kept, named])


def _modifier(key: str) -> str | None:
    for side in _SIDES:
        key = key.removesuffix(side) if key.removesuffix(side) in _MODIFIERS else key
    return _MODIFIERS.get(key)
