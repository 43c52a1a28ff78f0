"""The one style sheet, generated from the tokens; widgets opt in by dynamic properties.

Properties: `role` (title, heading, muted, caption, mono, kpi, overline, tone-danger …) on labels, `variant`
(primary, danger, ghost, link) on buttons, `card` on frames, `panel` on plain grounds.
"""

from importlib.resources import files
from string import Template

from orchestrator.console.theme.fonts import MONO_FAMILY
from orchestrator.console.theme.tokens import (
    RADIUS_L,
    RADIUS_M,
    RADIUS_S,
    TEXT_L,
    TEXT_M,
    TEXT_S,
    TEXT_XL,
    TEXT_XS,
    TEXT_XXL,
    Tokens,
    Tone,
)


def build_stylesheet(tokens: Tokens) -> str:
    """The style sheet of the whole application for this palette."""
    values = {name: getattr(tokens, name) for name in Tokens.__slots__} | {
        "down": _arrow(tokens, "down"),
        "up": _arrow(tokens, "up"),
        "cross": _picture(f"cross-{tokens.name}"),
        "tick": _picture(f"tick-{tokens.name}"),
    }
    sheet = _GROUND + _TEXT + _BUTTONS + _INPUTS + _CHOICES + _TABLES + _MENUS + _BARS + _PARTS
    return Template(sheet).substitute(values | _SIZES) + _tone_roles(tokens)


def _arrow(tokens: Tokens, way: str) -> str:
    return _picture(f"arrow-{way}-{tokens.name}")


def _picture(name: str) -> str:
    """A style sheet takes pictures from files only, so that each of these exists once for each look."""
    return str(files("resources") / "icons" / f"{name}.svg").replace("\\", "/")


def _tone_roles(tokens: Tokens) -> str:
    return "".join(f'QLabel[role="tone-{tone}"] {{ color: {tokens.tone(tone)}; }}\n' for tone in Tone)


_SIZES = {
    "mono": MONO_FAMILY,
    "radius_s": f"{RADIUS_S}px",
    "radius_m": f"{RADIUS_M}px",
    "radius_l": f"{RADIUS_L}px",
    "xs": f"{TEXT_XS}px",
    "s": f"{TEXT_S}px",
    "m": f"{TEXT_M}px",
    "l": f"{TEXT_L}px",
    "xl": f"{TEXT_XL}px",
    "xxl": f"{TEXT_XXL}px",
}

_GROUND = """
QMainWindow, QDialog { background: $background; }
QWidget[panel="true"] { background: $background; }
QFrame[card="true"] { background: $surface; border: 1px solid $border; border-radius: $radius_l; }
QFrame[card="true"][clickable="true"]:hover { border-color: $border_strong; background: $raised; }
QFrame[card="true"][clickable="true"]:focus { border-color: $accent; }
QFrame[line="true"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QToolTip { background: $raised; color: $text; border: 1px solid $border_strong; padding: 5px 7px; font-size: $s; }
QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter[gap="true"]::handle { background: transparent; }
QSplitter[gap="true"]::handle:horizontal { width: 12px; }
QSplitter[gap="true"]::handle:vertical { height: 12px; }
QScrollArea { background: transparent; border: none; }
QScrollArea[reader="true"] { border: 1px solid transparent; border-radius: $radius_m; }
QScrollArea[reader="true"]:focus { border-color: $accent; }
QScrollArea > QWidget > QWidget[panel="true"] { background: $background; }
"""

_TEXT = """
QLabel { background: transparent; }
QLabel[role="title"] { font-size: $xl; font-weight: 600; }
QLabel[role="heading"] { font-size: $l; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="caption"] { color: $muted; font-size: $s; }
QLabel[role="overline"] { color: $muted; font-size: $s; font-weight: 500; }
QLabel[role="kpi"] { font-size: $xxl; font-weight: 600; }
QLabel[role="mono"] { font-family: "$mono"; font-size: $s; }
QLabel[role="keys"] { color: $muted; font-size: $xs; font-weight: 500; background: $neutral_soft;
    border: 1px solid $border; border-radius: $radius_s; padding: 1px 5px; }
"""

_BUTTONS = """
QPushButton, QToolButton { color: $text; background: $raised; border: 1px solid $border_strong;
    border-radius: $radius_m; padding: 5px 12px; font-weight: 500; min-height: 18px; }
QToolButton { padding: 5px; }
QToolButton[tight="true"] { padding: 1px 3px; min-height: 16px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $sunken; }
QPushButton:focus, QToolButton:focus { border-color: $accent; outline: none; }
QPushButton:disabled, QToolButton:disabled { color: $muted; border-color: $border; background: $background; }
QPushButton[variant="primary"] { color: $on_accent; background: $accent; border-color: $accent; }
QPushButton[variant="primary"]:hover { background: $accent_strong; border-color: $accent_strong; }
QPushButton[variant="primary"]:focus { border-color: $text; }
QPushButton[variant="primary"]:disabled { color: $muted; background: $neutral_soft; border-color: $border; }
QPushButton[variant="danger"] { color: $on_danger; background: $danger; border-color: $danger; }
QPushButton[variant="danger"]:focus { border-color: $text; }
QPushButton[variant="ghost"], QToolButton[variant="ghost"] { background: transparent; border-color: transparent; }
QPushButton[variant="ghost"]:hover, QToolButton[variant="ghost"]:hover { background: $hover; }
QPushButton[variant="ghost"]:focus, QToolButton[variant="ghost"]:focus { border-color: $accent; }
QPushButton[variant="link"] { background: transparent; border-color: transparent; color: $accent; padding: 2px 4px; }
QPushButton[variant="link"]:hover { text-decoration: underline; }
QPushButton[variant="link"]:focus { border-color: $accent; }
QToolButton::menu-indicator, QPushButton::menu-indicator { image: none; width: 0; }
QToolButton[segment="true"] { background: transparent; border: 1px solid transparent; color: $muted;
    padding: 2px 10px; border-radius: $radius_s; font-size: $s; min-height: 20px; }
QToolButton[segment="true"]:hover { color: $text; }
QToolButton[segment="true"]:checked { background: $raised; color: $text; border-color: $border_strong; }
QToolButton[segment="true"]:focus { border-color: $accent; }
QFrame#segments { background: $sunken; border: 1px solid $border; border-radius: $radius_m; }
QToolButton[chip="true"] { background: $surface; border: 1px solid $border; color: $muted; padding: 3px 9px;
    border-radius: 13px; font-size: $s; min-height: 18px; }
QToolButton[chip="true"]:hover { border-color: $border_strong; color: $text; }
QToolButton[chip="true"]:checked { background: $accent_soft; border-color: $accent; color: $text; }
QToolButton[chip="true"]:focus { border-color: $accent; }
QToolButton[nav="true"] { background: transparent; border: 1px solid transparent; color: $muted;
    text-align: left; padding: 7px 10px; font-weight: 500; border-radius: $radius_m; }
QToolButton[nav="true"]:hover { background: $hover; color: $text; }
QToolButton[nav="true"]:checked { background: $accent_soft; color: $text; }
QToolButton[nav="true"]:focus { border-color: $accent; }
QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
"""

_INPUTS = """
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateTimeEdit, QDateEdit, QTimeEdit {
    background: $surface; color: $text; border: 1px solid $border_strong; border-radius: $radius_m; padding: 5px 8px;
    selection-background-color: $accent; selection-color: $on_accent; min-height: 18px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
QDateTimeEdit:focus, QDateEdit:focus, QTimeEdit:focus { border-color: $accent; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled { color: $muted; background: $background; }
QAbstractSpinBox { padding: 3px 26px 3px 8px; }
QAbstractSpinBox QLineEdit { border: none; padding: 0; background: transparent; }
QLineEdit > QToolButton { border: none; padding: 0; min-height: 0; background: transparent;
    qproperty-icon: url("$cross"); }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; width: 24px; height: 14px;
    border: none; border-left: 1px solid $border; background: transparent; }
QAbstractSpinBox::up-button { subcontrol-position: top right; border-top-right-radius: $radius_m; margin: 1px 1px 0 0; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; border-bottom-right-radius: $radius_m;
    margin: 0 1px 1px 0; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-button:pressed, QAbstractSpinBox::down-button:pressed { background: $sunken; }
QAbstractSpinBox::up-arrow { image: url("$up"); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url("$down"); width: 10px; height: 10px; }
QDateTimeEdit[calendarPopup="true"]::drop-down { subcontrol-origin: border; subcontrol-position: center right;
    width: 24px; border: none; }
QDateTimeEdit[calendarPopup="true"]::down-arrow { image: url("$down"); width: 14px; height: 14px; }
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"] { border-color: $danger; }
QLineEdit[bare="true"] { border: none; background: transparent; font-size: $l; padding: 8px 4px; }
QPlainTextEdit[log="true"] { font-family: "$mono"; font-size: $s; border: none; border-radius: 0;
    background: $surface; padding: 4px; }
QPlainTextEdit[log="true"]:focus { border: 1px solid $accent; padding: 3px; border-radius: $radius_m; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$down"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $border_strong;
    selection-background-color: $selection; selection-color: $text; padding: 4px; outline: none; }
"""

_CHOICES = """
QRadioButton, QCheckBox { padding: 2px 5px 2px 1px; border: 1px solid transparent; border-radius: $radius_s; }
QRadioButton:focus, QCheckBox:focus { border-color: $accent; }
QCheckBox::indicator { width: 14px; height: 14px; border-radius: $radius_s; border: 1px solid $border_strong;
    background: $surface; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked { border-color: $accent; background: $accent; image: url("$tick"); }
QRadioButton::indicator { width: 14px; height: 14px; border-radius: 8px; border: 1px solid $border_strong;
    background: $surface; }
QRadioButton::indicator:hover, QRadioButton::indicator:focus { border-color: $accent; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent; background: $surface; }
"""

_TABLES = """
QAbstractItemView { background: $surface; color: $text; border: none; outline: none;
    selection-background-color: $selection; selection-color: $text; }
QTreeView, QListView { border: 1px solid transparent; border-radius: $radius_m; }
QTreeView:focus, QListView:focus { border-color: $accent; }
QTreeView::item, QListView::item { min-height: 26px; padding: 0 6px; border: none; }
QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTreeView::item:selected, QListView::item:selected { background: $selection; color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 0 10px; height: 32px; font-size: $s; font-weight: 500; }
QHeaderView::section:hover { color: $text; }
QTableCornerButton::section { background: $surface; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border_strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
"""

_MENUS = """
QMenuBar { background: $background; color: $text; border-bottom: 1px solid $border; padding: 2px 6px; }
QMenuBar::item { background: transparent; padding: 5px 9px; border-radius: $radius_s; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; color: $text; border: 1px solid $border_strong; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 10px; border-radius: $radius_s; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 5px 4px; }
QMenu::icon { padding-left: 8px; }
"""

_BARS = """
QStatusBar { background: $background; color: $muted; border-top: 1px solid $border; font-size: $s; }
QStatusBar::item { border: none; }
QToolBar { background: $background; border: none; border-bottom: 1px solid $border; spacing: 6px; padding: 6px 10px; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $muted; padding: 8px 4px; margin-right: 11px; font-weight: 500;
    border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }
QProgressBar { background: $neutral_soft; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
"""

_PARTS = """
QFrame#navRail { background: $background; border: none; border-right: 1px solid $border; }
QFrame#toast { background: $raised; border: 1px solid $border_strong; border-radius: $radius_l; }
QFrame#palette { background: $raised; border: 1px solid $border_strong; border-radius: 10px; }
QFrame#palette QListView { background: transparent; }
QFrame#banner { border: none; border-bottom: 1px solid $border; background: $neutral_soft; }
QFrame#banner[tone="info"] { background: $info_soft; }
QFrame#banner[tone="accent"] { background: $accent_soft; }
QFrame#banner[tone="success"] { background: $success_soft; }
QFrame#banner[tone="warning"] { background: $warning_soft; }
QFrame#banner[tone="danger"] { background: $danger_soft; }
QFrame#selectionBar { border: 1px solid $border; border-radius: $radius_l; background: $accent_soft; }
QFrame#remark { border: 1px solid $border; border-radius: $radius_l; background: $neutral_soft; }
QFrame#remark[tone="danger"] { background: $danger_soft; }
QFrame#remark[tone="info"] { background: $info_soft; }
QFrame#remark[tone="warning"] { background: $warning_soft; }
QWidget#emptyState { background: transparent; }
"""
