"""The values that the look is made of: colours for light and dark, spaces, radii and sizes."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """The meaning of a colour; each palette says which colour that is."""

    NEUTRAL = "neutral"
    MUTED = "muted"
    ACCENT = "accent"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One palette; every colour is `#rrggbb`, every text colour is readable on every ground."""

    name: str
    is_dark: bool
    background: str
    surface: str
    raised: str
    sunken: str
    hover: str
    border: str
    border_strong: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_strong: str
    success: str
    warning: str
    danger: str
    on_danger: str
    info: str
    selection: str
    accent_soft: str
    success_soft: str
    warning_soft: str
    danger_soft: str
    info_soft: str
    neutral_soft: str
    chart: tuple[str, ...]
    chart_good: str
    chart_bad: str

    def tone(self, tone: Tone) -> str:
        """The colour of text, icons and lines that carry this meaning."""
        return str(getattr(self, "text" if tone is Tone.NEUTRAL else tone))

    def soft(self, tone: Tone) -> str:
        """The quiet ground that text of this tone may stand on."""
        return str(getattr(self, f"{Tone.NEUTRAL if tone is Tone.MUTED else tone}_soft"))


LIGHT = Tokens(
    name="light",
    is_dark=False,
    background="#f6f8f9",
    surface="#ffffff",
    raised="#ffffff",
    sunken="#eef1f3",
    hover="#f1f4f6",
    border="#e2e7ea",
    border_strong="#c6ced4",
    text="#141b22",
    muted="#525f6b",
    accent="#0a6072",
    on_accent="#ffffff",
    accent_strong="#084e5d",
    success="#10633f",
    warning="#7e4d00",
    danger="#ac1f18",
    on_danger="#ffffff",
    info="#1d53ab",
    selection="#d9edf1",
    accent_soft="#e2f1f4",
    success_soft="#e3f4eb",
    warning_soft="#fcf1dc",
    danger_soft="#fce9e7",
    info_soft="#e6eefb",
    neutral_soft="#eef1f3",
    chart=("#0f7f95", "#5b6ee1", "#c27c0e", "#b4489b", "#3d8b5f", "#7a8794"),
    chart_good="#5fb58b",
    chart_bad="#e0685f",
)

DARK = Tokens(
    name="dark",
    is_dark=True,
    background="#0d1115",
    surface="#13181d",
    raised="#1a2027",
    sunken="#0a0e11",
    hover="#1a2026",
    border="#232b32",
    border_strong="#3a454f",
    text="#e7ecef",
    muted="#9aa7b2",
    accent="#52bfd1",
    on_accent="#04181d",
    accent_strong="#7ad0de",
    success="#5cc38b",
    warning="#e0a84a",
    danger="#f58b82",
    on_danger="#2a0704",
    info="#86b0f7",
    selection="#12353f",
    accent_soft="#102a32",
    success_soft="#11291e",
    warning_soft="#2c2313",
    danger_soft="#331a1a",
    info_soft="#17253c",
    neutral_soft="#20272e",
    chart=("#45b3c6", "#8b9af5", "#e0a84a", "#d881c3", "#63c08f", "#8fa0ae"),
    chart_good="#3f9a6d",
    chart_bad="#d9665d",
)

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24
RADIUS_S, RADIUS_M, RADIUS_L = 4, 6, 8
TEXT_XS, TEXT_S, TEXT_M, TEXT_L, TEXT_XL, TEXT_XXL = 11, 12, 13, 15, 20, 26
ROW_HEIGHT = 34
ICON_S, ICON_M, ICON_L = 14, 16, 20


def relative_luminance(colour: str) -> float:
    """Luminance 0..1 of `#rrggbb` as WCAG 2.2 defines it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio 1..21 of two colours as WCAG 2.2 defines it."""
    darker, lighter = sorted((relative_luminance(first), relative_luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)
