"""One file for all environments and one for each: which has the last word, and what a mistake in them looks like."""

from pathlib import Path

import pytest

from orchestrator.app import engine_settings_of
from orchestrator.config import ConfigurationError, load_settings


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with both files, of which production's counts."""
    (tmp_path / "botswain.toml").write_text("port = 1\nload_balancing = 'random'\nmax_chain_depth = 3\n")
    (tmp_path / "botswain.production.toml").write_text("port = 2\nlog_format = 'json'\ntriggers = false\n")
    monkeypatch.setenv("BOTSWAIN_CONFIG", str(tmp_path / "botswain.toml"))
    monkeypatch.setenv("BOTSWAIN_ENV", "production")
    return tmp_path


@pytest.mark.feature("O32", "O29", "O31")
def test_the_environments_file_wins_over_the_common_one_and_loses_to_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert (settings.port, settings.log_format, settings.load_balancing) == (2, "json", "random")
    monkeypatch.setenv("BOTSWAIN_PORT", "4")
    assert load_settings().port == 4
    assert load_settings(port=5).port == 5
    monkeypatch.delenv("BOTSWAIN_ENV")
    assert (load_settings().log_format, load_settings().triggers) == ("text", True)


@pytest.mark.feature("O33")
def test_feature_flags_and_limits_reach_the_engine_as_typed_values() -> None:
    values = engine_settings_of(load_settings(debug="director, scheduler")).live_values()
    assert (values.triggers, values.schedules, values.webhooks) == (False, True, True)
    assert (values.max_chain_depth, values.debug) == (3, ("director", "scheduler"))


def test_an_environment_without_a_file_is_a_mistake_that_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTSWAIN_ENV", "staging")
    with pytest.raises(ConfigurationError, match=r"BOTSWAIN_ENV: there is no file .*botswain\.staging\.toml"):
        load_settings()
    monkeypatch.setenv("BOTSWAIN_ENV", "../etc")
    with pytest.raises(ConfigurationError, match="is no name"):
        load_settings()


@pytest.mark.feature("O35")
def test_a_mistake_is_blamed_on_the_file_that_it_stands_in(files: Path) -> None:
    (files / "botswain.production.toml").write_text("port = 'many'\ntrigers = false\n")
    with pytest.raises(ConfigurationError) as wrong:
        load_settings()
    assert all("botswain.production.toml" in mistake for mistake in wrong.value.mistakes)
    assert any("Did you mean 'triggers'" in mistake for mistake in wrong.value.mistakes)
