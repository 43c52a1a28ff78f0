"""A tile of the wall: what a run's browser shows, whose it is, and the buttons to act in it."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from orchestrator.console.theme.status import job_status
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import RADIUS_M, SPACE_M, SPACE_S
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.status_badge import StatusBadge
from orchestrator.console.words import tr
from orchestrator.contract.api.live import LookView

_SHAPE = QSize(320, 200)
LEAST_PICTURE = _SHAPE.height()
PICTURE_SHAPE = _SHAPE.width() / _SHAPE.height()
"""Width by height."""
TILE_FRAME = QSize(2 * SPACE_M + 2, 128)
"""What a tile needs beside and below its picture."""


class LivePicture(QWidget):
    """The newest frame, as large as the place allows; a word while there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image = QImage()
        self.words = tr("No picture yet")
        self.setMinimumHeight(_SHAPE.height())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def image(self) -> QImage:
        """What is shown."""
        return self._image

    def set_jpeg(self, jpeg: bytes) -> None:
        """Show another frame; one that cannot be read is left out."""
        image = QImage.fromData(jpeg)
        if not image.isNull():
            self._image = image
            self.update()

    def set_words(self, words: str) -> None:
        """Say why there is nothing (new) to see; empty: nothing to say."""
        self.words = words
        self.update()

    def sizeHint(self) -> QSize:
        """The shape of a page."""
        return _SHAPE

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Ground, picture, words."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        rounded = QPainterPath()
        rounded.addRoundedRect(QRectF(self.rect()), RADIUS_M, RADIUS_M)
        painter.setClipPath(rounded)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.sunken))
        if not self._image.isNull():
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
            painter.setOpacity(0.35 if self.words else 1.0)
            painter.drawImage(QRectF(left, top, size.width(), size.height()), self._image)
            painter.setOpacity(1.0)
        if self.words:
            painter.setPen(QColor(self._theme.tokens.muted))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect().adjusted(SPACE_M, 0, -SPACE_M, 0), flags, self.words)


class LiveTile(QFrame):
    """One run; `opened` for its live page, `taken` to take it over there, `given` to hand it back."""

    opened = Signal(str)
    taken = Signal(str)
    given = Signal(str)
    job_wanted = Signal(str)

    def __init__(self, theme: Theme, look: LookView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setProperty("clickable", True)
        self.job_id = look.job_id
        self.picture = LivePicture(theme)
        self._title = label("", "heading")
        self._place = label("", "caption")
        self._badge = StatusBadge(theme, job_status(look.status))
        self.open_button = QPushButton(tr("Open live page"))
        self.take_button = QPushButton(tr("Take over"))
        self.give_button = QPushButton(tr("Hand back"))
        self.buttons = (self.open_button, self.take_button, self.give_button)
        self._arrange()
        self.set_look(look)

    def set_look(self, look: LookView) -> None:
        """How the run stands now."""
        self._title.setText(look.workflow)
        step = f" · {look.step}" if look.step else ""
        self._place.setText(tr("{holder} has it", holder=look.holder) if look.holder else f"{look.robot}{step}")
        self._badge.set_status(job_status(look.status))
        self.give_button.setVisible(bool(look.holder))
        self.take_button.setVisible(not look.holder)
        has_picture = not self.picture.image.isNull()
        self.picture.set_words(look.problem or ("" if has_picture else tr("No picture yet")))
        self.setAccessibleName(tr("{workflow} on {robot}", workflow=look.workflow, robot=look.robot))

    def set_frame(self, jpeg: bytes) -> None:
        """What its browser shows now."""
        self.picture.set_words("")
        self.picture.set_jpeg(jpeg)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the tile enlarges it."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.job_id)
        super().mouseReleaseEvent(event)

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._place)
        head = QHBoxLayout()
        head.addLayout(words, 1)
        head.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        for button in self.buttons:
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_M)
        column.addWidget(self.picture)
        column.addLayout(head)
        column.addLayout(buttons)
        self.open_button.clicked.connect(lambda: self.opened.emit(self.job_id))
        self.take_button.clicked.connect(lambda: self.taken.emit(self.job_id))
        self.give_button.clicked.connect(lambda: self.given.emit(self.job_id))
