"""What a widget really paints: every text with its ink and the ground under it, read from a drawing of the widget."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float]
Written = tuple[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class PaintedText:
    """Words, their colour and what they stand on, both `#rrggbb`."""

    text: str
    ink: str
    ground: str


@dataclass(frozen=True, slots=True)
class _Fill:
    box: Box
    colour: str
    opacity: float


def painted_texts(widget: QWidget) -> list[PaintedText]:
    """Everything that the widget and its children write, in the order in which it is painted."""
    fills: list[_Fill] = []
    found: list[PaintedText] = []
    written: set[Written] = set()
    for group in ET.fromstring(_drawing(widget)).iter(f"{_SVG}g"):
        found.extend(_read(group, fills, written))
    return found


def _drawing(widget: QWidget) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    device = QSvgGenerator()
    device.setOutputDevice(buffer)
    device.setSize(widget.size())
    widget.render(device)
    return bytes(buffer.data().data())


def _read(group: ET.Element, fills: list[_Fill], written: set[Written]) -> Iterator[PaintedText]:
    """Words that are written twice in one place are selected ones: Qt writes those first, then the line with the
    selection clipped out of it; this drawing knows no clips, so the second writing is not looked at."""
    xx, yx, xy, yy, left, top = _matrix(group)
    for shape in group:
        if shape.tag == f"{_SVG}text":
            x, y = float(shape.get("x", 0)), float(shape.get("y", 0))
            where = (xx * x + xy * y + left + 1, yx * x + yy * y + top - 3)
            words = "".join(shape.itertext()).strip()
            if words and (words, where) not in written:
                written.add((words, where))
                yield PaintedText(words, shape.get("fill", "#000000"), _ground(fills, where))
        elif group.get("fill", "none").startswith("#"):
            points = [float(each) for each in _NUMBER.findall(_shape_numbers(shape))]
            if len(points) >= 4:
                xs, ys = points[::2], points[1::2]
                box = (min(xs) * xx + left, min(ys) * yy + top, max(xs) * xx + left, max(ys) * yy + top)
                fills.append(_Fill(box, group.get("fill", ""), float(group.get("fill-opacity", 1))))


def _shape_numbers(shape: ET.Element) -> str:
    if shape.tag == f"{_SVG}rect":
        x, y, width, height = (float(shape.get(name, 0)) for name in ("x", "y", "width", "height"))
        return f"{x} {y} {x + width} {y + height}"
    return shape.get("d", "") or shape.get("points", "")


def _matrix(group: ET.Element) -> tuple[float, ...]:
    numbers = [float(each) for each in _NUMBER.findall(group.get("transform", ""))]
    return tuple(numbers) if len(numbers) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _ground(fills: list[_Fill], where: tuple[float, float]) -> str:
    """The colour at a place: the topmost opaque fill there, with what shines through above it."""
    above: list[_Fill] = []
    colour = "#ffffff"
    for fill in reversed(fills):
        left, top, right, bottom = fill.box
        if left <= where[0] <= right and top <= where[1] <= bottom:
            if fill.opacity >= 1:
                colour = fill.colour
                break
            above.append(fill)
    for fill in reversed(above):
        colour = _mixed(colour, fill.colour, fill.opacity)
    return colour


def _mixed(below: str, above: str, opacity: float) -> str:
    pairs = zip(_channels(below), _channels(above), strict=True)
    return "#" + "".join(f"{round(low * (1 - opacity) + high * opacity):02x}" for low, high in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
