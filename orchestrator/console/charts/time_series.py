"""Lines and stacked bars over time on pyqtgraph, which is loaded only when a chart is first seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from orchestrator.console.formatting import short_count
from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, TEXT_XS, Tone
from orchestrator.console.widgets.labels import card, label
from orchestrator.console.words import tr

COUNT_STEPS = (1.0, 2.0, 5.0)
"""Ticks at 1, 2, 5, 10, 20, 50 and so on."""
TIME_STEPS = (
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0,
    1800.0, 3600.0, 7200.0,
)  # fmt: skip
SHARE_STEPS = (0.25,)
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Series:
    """Points (seconds since 1970, value); None as value is a gap and stays one. No tone: the palette's next."""

    name: str
    points: Sequence[tuple[float, float | None]]
    tone: Tone | None = None
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bar: start and width in seconds, successes below, failures on top."""

    start: float
    width_s: float
    successes: int
    failures: int


class TimeChart(QWidget):
    """A card with title, legend, readout under the pointer and a chart; `hovered(x)` is NaN off the chart."""

    hovered = Signal(float)

    def __init__(
        self,
        theme: Theme,
        title: str,
        *,
        words: Callable[[float], str] = short_count,
        empty: str = tr("No data in this range yet"),
        y_range: tuple[float, float] | None = None,
        steps: Sequence[float] = COUNT_STEPS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._words = theme, words
        self._series: tuple[Series, ...] = ()
        self._buckets: tuple[Bucket, ...] = ()
        self._y_range, self._steps = y_range, steps
        self._x_range: tuple[float, float] | None = None
        self._plot: Any = None
        self._is_coming = False
        self._cursor: Any = None
        self.setAccessibleName(title)
        self._legend, self._readout = label("", "caption"), label("", "caption")
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._empty = label(empty, "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrange(label(title, "strong"))
        theme.changed.connect(self._redraw)

    def set_series(self, series: Sequence[Series]) -> None:
        """Draw lines."""
        self._series, self._buckets = tuple(series), ()
        self._redraw()

    def set_buckets(self, buckets: Sequence[Bucket]) -> None:
        """Draw success and failure per bucket as stacked bars."""
        self._series, self._buckets = (), tuple(buckets)
        self._redraw()

    def set_range(self, start: float, end: float) -> None:
        """The stretch of time to show (seconds since 1970), also where nothing happened; takes effect with the data."""
        self._x_range = (start, end)

    def set_crosshair(self, x: float) -> None:
        """Show the crosshair of another chart; NaN hides it."""
        if self._cursor is not None:
            self._cursor.setVisible(x == x)  # noqa: PLR0124 - NaN is the one number that differs from itself
            if x == x:  # noqa: PLR0124 - the same
                self._cursor.setValue(x)
        self._readout.setText(self._words_at(x))

    def showEvent(self, event: QShowEvent) -> None:
        """What came while it was hidden is drawn now."""
        super().showEvent(event)
        if self._plot is not None:
            self._redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first time it is seen, the chart is built after the paint of all the rest."""
        super().paintEvent(event)
        if self._plot is None and not self._is_coming:
            self._is_coming = True
            QTimer.singleShot(0, self, self._build)

    def _arrange(self, title: QLabel) -> None:
        frame = card()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._readout)
        head.addWidget(self._legend)
        self._column = QVBoxLayout(frame)
        self._column.setContentsMargins(SPACE_L, SPACE_M, SPACE_M, SPACE_M)
        self._column.addLayout(head)
        self._column.addWidget(self._empty, 1)

    def _build(self) -> None:
        if self._plot is not None:
            return
        import pyqtgraph  # noqa: PLC0415 - numpy and pyqtgraph cost 200 ms and wait for the first paint

        words, steps = self._words, self._steps

        class WordsAxis(pyqtgraph.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
            """Few ticks, at round values, in the words of the chart: percents, durations, counts."""

            def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:  # noqa: ARG002
                return [(tick_step(high - low, steps), 0.0)]

            def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
                return [words(value) for value in values]

        time_axis = pyqtgraph.DateAxisItem(orientation="bottom")
        self._plot = pyqtgraph.PlotWidget(axisItems={"bottom": time_axis, "left": WordsAxis(orientation="left")})
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setAccessibleName(self.accessibleName())
        self._plot.setMinimumHeight(140)
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._cursor = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self._plot.scene().sigMouseMoved.connect(self._moved)
        self._column.addWidget(self._plot, 1)
        self._redraw()

    def _redraw(self) -> None:
        has_data = self._has_data()
        self._empty.setVisible(not has_data or self._plot is None)
        self._legend.setVisible(has_data)
        if self._plot is None or not self.isVisible():
            return
        self._plot.setVisible(has_data)
        self._dress()
        self._plot.clear()
        self._draw_lines()
        self._draw_bars()
        self._plot.addItem(self._cursor, ignoreBounds=True)
        self._cursor.hide()
        self._tell_legend()

    def _has_data(self) -> bool:
        """A zero is data for a queue; buckets in which nothing ended are not."""
        has_values = any(value is not None for series in self._series for _, value in series.points)
        return has_values or any(bucket.successes or bucket.failures for bucket in self._buckets)

    def _dress(self) -> None:
        tokens = self._theme.tokens
        self._plot.setBackground(tokens.surface)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(QColor(tokens.border))
            axis.setTextPen(QColor(tokens.muted))
            axis.setStyle(tickLength=0)
            axis.setTickFont(text_font(TEXT_XS))
        # Behind the data, so that no grid line shows through a bar.
        self._plot.getAxis("left").setZValue(-1000)
        self._plot.showGrid(x=False, y=True, alpha=1.0)
        self._cursor.setPen(QColor(tokens.border_strong))
        self._frame()

    def _frame(self) -> None:
        box = self._plot.getPlotItem().vb
        box.setDefaultPadding(0.02)
        if self._x_range is not None:
            box.setXRange(*self._x_range, padding=0.01)
        if self._y_range is not None:
            box.setYRange(*self._y_range, padding=0.04)
        else:
            box.setYRange(0.0, self._highest() * 1.08, padding=0.0)

    def _highest(self) -> float:
        values = [value for series in self._series for _, value in series.points if value is not None]
        values += [float(bucket.successes + bucket.failures) for bucket in self._buckets]
        return max(values, default=1.0) or 1.0

    def _colour(self, number: int) -> QColor:
        tone, colours = self._series[number].tone, self._theme.tokens.chart
        return self._theme.colour(tone) if tone else QColor(colours[number % len(colours)])

    def _draw_lines(self) -> None:
        import pyqtgraph  # noqa: PLC0415 - loaded by _build

        for number, series in enumerate(self._series):
            colour = self._colour(number)
            x = [at for at, _ in series.points]
            y = [float("nan") if value is None else value for _, value in series.points]
            soft = QColor(colour)
            soft.setAlphaF(0.12)
            self._plot.plot(x, y, pen=pyqtgraph.mkPen(colour, width=1.6), connect="finite", antialias=True)
            self._draw_dots(series, colour)
            for run in _runs(series.points) if series.filled else ():
                self._plot.plot([at for at, _ in run], [v for _, v in run], pen=None, fillLevel=0, brush=soft)

    def _draw_dots(self, series: Series, colour: QColor) -> None:
        """A point without neighbours makes no line: it shows as a dot."""
        dots = lone_points(series.points)
        if dots:
            x, y = [at for at, _ in dots], [value for _, value in dots]
            self._plot.plot(x, y, pen=None, symbol="o", symbolSize=7, symbolBrush=colour, symbolPen=None)

    def _draw_bars(self) -> None:
        import pyqtgraph  # noqa: PLC0415 - loaded by _build

        if not self._buckets:
            return
        x = [bucket.start for bucket in self._buckets]
        width = [bucket.width_s * 0.8 for bucket in self._buckets]
        good = [bucket.successes for bucket in self._buckets]
        bad = [bucket.failures for bucket in self._buckets]
        for base, height, colour in (([0] * len(x), good, self._bar_colours()[0]), (good, bad, self._bar_colours()[1])):
            bars = pyqtgraph.BarGraphItem(x0=x, y0=base, width=width, height=height, brush=colour, pen=None)
            self._plot.addItem(bars)

    def _bar_colours(self) -> tuple[QColor, QColor]:
        """Large areas want calmer colours than text does."""
        return QColor(self._theme.tokens.chart_good), QColor(self._theme.tokens.chart_bad)

    def _tell_legend(self) -> None:
        entries = [(series.name, self._colour(n).name()) for n, series in enumerate(self._series)]
        if self._buckets:
            good, bad = self._bar_colours()
            entries = [(tr("Succeeded"), good.name()), (tr("Failed"), bad.name())]
        dots = (f'<span style="color:{colour}">●</span>&nbsp;{_escaped(name)}' for name, colour in entries)
        self._legend.setText("&nbsp;&nbsp; ".join(dots))

    def _moved(self, position: QPointF) -> None:
        box = self._plot.getPlotItem().vb
        inside = self._plot.sceneBoundingRect().contains(position)
        x = float(box.mapSceneToView(position).x()) if inside else float("nan")
        self.set_crosshair(x)
        self.hovered.emit(x)

    def _words_at(self, x: float) -> str:
        if self._buckets and x == x:  # noqa: PLR0124 - NaN
            return self._bucket_words(x)
        near = [(s.name, min(s.points, key=lambda p: abs(p[0] - x))[1]) for s in self._series if s.points]
        if x != x:  # noqa: PLR0124 - NaN
            return ""
        return "   ".join(f"{name} {self._words(value)}" for name, value in near if value is not None)

    def _bucket_words(self, x: float) -> str:
        at = next((b for b in self._buckets if b.start <= x < b.start + b.width_s), None)
        return (
            tr("{successes} succeeded   {failures} failed", successes=at.successes, failures=at.failures) if at else ""
        )


def lone_points(points: Sequence[tuple[float, float | None]]) -> list[tuple[float, float]]:
    """The points with a gap, or nothing, on both sides."""
    return [run[0] for run in _stretches(points) if len(run) == 1]


def _runs(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """What can be filled: filling across a gap would draw over it."""
    return [run for run in _stretches(points) if len(run) > 1]


def _stretches(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """The points between gaps."""
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in points:
        if value is not None:
            runs[-1].append((at, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def tick_step(span: float, steps: Sequence[float]) -> float:
    """The smallest of the steps, or of their tenfolds, that needs no more than five ticks."""
    factor = 1.0
    while True:
        for step in steps:
            if step * factor * _MOST_TICKS >= span:
                return step * factor
        factor *= 10.0


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
