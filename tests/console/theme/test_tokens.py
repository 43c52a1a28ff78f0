"""The palettes are readable, on every ground and in every state."""

import pytest

from orchestrator.console.theme.tokens import DARK, LIGHT, Tokens, Tone, contrast

GROUNDS = ("background", "surface", "raised", "sunken", "hover", "selection")


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda t: t.name)
@pytest.mark.parametrize("tone", Tone)
def test_text_of_every_tone_is_readable_on_every_ground(tokens: Tokens, tone: Tone) -> None:
    ratios = {ground: contrast(tokens.tone(tone), getattr(tokens, ground)) for ground in GROUNDS}
    ratios["its own soft ground"] = contrast(tokens.tone(tone), tokens.soft(tone))
    assert {ground: r for ground, r in ratios.items() if r < 4.5} == {}


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda t: t.name)
def test_words_on_filled_buttons_are_readable(tokens: Tokens) -> None:
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent_strong) >= 4.5
    assert contrast(tokens.on_danger, tokens.danger) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda t: t.name)
def test_plain_and_muted_text_are_readable_on_every_soft_ground(tokens: Tokens) -> None:
    for tone in Tone:
        assert contrast(tokens.text, tokens.soft(tone)) >= 4.5
        assert contrast(tokens.muted, tokens.soft(tone)) >= 4.5


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
