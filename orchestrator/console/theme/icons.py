"""Lucide's icons, rendered at run time in the colour and sharpness that the place needs."""

from collections import OrderedDict
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_CACHE_SIZE = 512
_RATIOS = (1.0, 2.0)


class UnknownIconError(LookupError):
    """There is no bundled icon of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no icon named {name!r} in resources/icons.")
        self.name = name


class IconSet:
    """Renders icons and remembers the newest 512 pictures."""

    def __init__(self) -> None:
        self._sources: dict[str, str] = {}
        self._pixmaps: OrderedDict[tuple[str, str, int, float], QPixmap] = OrderedDict()

    def pixmap(self, name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
        """The icon as a picture of `size` logical pixels. Raises UnknownIconError."""
        key = (name, colour, size, ratio)
        found = self._pixmaps.get(key)
        if found is not None:
            self._pixmaps.move_to_end(key)
            return found
        made = self._pixmaps[key] = self._render(name, colour, size, ratio)
        if len(self._pixmaps) > _CACHE_SIZE:
            self._pixmaps.popitem(last=False)
        return made

    def icon(self, name: str, colour: str, disabled: str, checked: str, size: int) -> QIcon:
        """The icon for a button or an action, sharp at single and double density."""
        icon = QIcon()
        for ratio in _RATIOS:
            icon.addPixmap(self.pixmap(name, colour, size, ratio))
            icon.addPixmap(self.pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
            icon.addPixmap(self.pixmap(name, checked, size, ratio), QIcon.Mode.Normal, QIcon.State.On)
        return icon

    def _render(self, name: str, colour: str, size: int, ratio: float) -> QPixmap:
        edge = round(size * ratio)
        pixmap = QPixmap(edge, edge)
        pixmap.fill(Qt.GlobalColor.transparent)
        renderer = QSvgRenderer(QByteArray(self._source(name).replace("currentColor", colour).encode()))
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, edge, edge))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _source(self, name: str) -> str:
        if name not in self._sources:
            try:
                text = (files("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
            except FileNotFoundError:
                raise UnknownIconError(name) from None
            # A stroke of 1.75 keeps the weight of the text beside it at 13 px.
            self._sources[name] = text.replace('stroke-width="2"', 'stroke-width="1.75"')
        return self._sources[name]
