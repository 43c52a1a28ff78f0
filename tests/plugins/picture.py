"""What colour a picture has at a place."""

from PySide6.QtGui import QImage


def colour_at(jpeg: bytes, x: float, y: float) -> tuple[int, int, int]:
    """Red, green and blue at a place of a JPEG, told in fractions of its width and height."""
    image = QImage.fromData(jpeg)
    assert not image.isNull()
    found = image.pixelColor(int(x * (image.width() - 1)), int(y * (image.height() - 1)))
    return found.red(), found.green(), found.blue()


def is_like(found: tuple[int, int, int], wanted: tuple[int, int, int]) -> bool:
    """True for colours that are the same but for a JPEG's imprecision."""
    return all(abs(one - other) <= 12 for one, other in zip(found, wanted, strict=True))


def dark_share(jpeg: bytes, left: float, top: float, right: float, bottom: float) -> float:
    """How much of a part of a picture is nearly black, 0 to 1: text on white, or none."""
    image = QImage.fromData(jpeg)
    xs = range(int(left * image.width()), int(right * image.width()))
    ys = range(int(top * image.height()), int(bottom * image.height()))
    dark = sum(image.pixelColor(x, y).lightness() < 110 for x in xs for y in ys)
    return dark / max(1, len(xs) * len(ys))
