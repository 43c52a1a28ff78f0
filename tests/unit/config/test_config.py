"""Settings come from where the user would expect, in the order that the documentation gives."""

import re
from pathlib import Path

import pytest

from orchestrator.config import ConfigurationError, load_settings


@pytest.fixture(autouse=True)
def _no_file_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "botswain.toml").touch()
    monkeypatch.setenv("BOTSWAIN_CONFIG", str(tmp_path / "botswain.toml"))


def test_without_anything_there_are_safe_defaults() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.insecure) == ("127.0.0.1", 8765, False)


@pytest.mark.feature("O29", "O30", "O31")
def test_an_argument_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "botswain.toml").write_text("port = 1\nload_balancing = 'random'\nhost = '127.0.0.9'\n")
    monkeypatch.setenv("BOTSWAIN_PORT", "2")
    monkeypatch.setenv("BOTSWAIN_LOAD_BALANCING", "Round-Robin")
    settings = load_settings(port=3)
    assert (settings.port, settings.load_balancing, settings.host) == (3, "round_robin", "127.0.0.9")


@pytest.mark.feature("C86")
def test_the_references_environment_names_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ORCHESTRATOR_HOST": "127.0.0.2",
        "ORCHESTRATOR_PORT": "9000",
        "DEFAULT_JOB_TIMEOUT": "60",
        "DISPATCH_INTERVAL": "2",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.2", 9000)
    assert (settings.default_job_timeout_s, settings.dispatch_interval_s) == (60, 2)


@pytest.mark.feature("O35")
@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("BOTSWAIN_PORT", "many", "port"),
        ("BOTSWAIN_PORT", "70000", "port"),
        ("BOTSWAIN_LOG_LEVEL", "loud", "log_level"),
    ],
)
def test_a_wrong_value_is_named_with_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"{field}.*{value}"):
        load_settings()


def test_an_unknown_setting_in_the_file_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "botswain.toml").write_text("prot = 1\n")
    with pytest.raises(ConfigurationError, match=r"prot \(in .*botswain\.toml\): .*Did you mean 'port'"):
        load_settings()


def test_a_mistake_is_blamed_on_the_source_that_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "botswain.toml"
    file.write_text("port = 'many'\n")
    with pytest.raises(ConfigurationError, match=re.escape(f"port (in {file}): ")):
        load_settings()
    monkeypatch.setenv("ORCHESTRATOR_PORT", "several")
    with pytest.raises(ConfigurationError, match=r"port \(ORCHESTRATOR_PORT\): .*'several'"):
        load_settings()
    with pytest.raises(ConfigurationError, match=r"port \(--port\): .*70000"):
        load_settings(port=70_000)


def test_all_mistakes_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "botswain.toml").write_text("prot = 1\ndispatch_interval_s = -1\n")
    monkeypatch.setenv("BOTSWAIN_LOG_LEVEL", "loud")
    with pytest.raises(ConfigurationError) as refused:
        load_settings()
    assert [each.partition(" ")[0] for each in refused.value.mistakes] == ["dispatch_interval_s", "log_level", "prot"]


def test_a_configuration_file_that_somebody_names_has_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTSWAIN_CONFIG", str(tmp_path / "nowhere.toml"))
    with pytest.raises(ConfigurationError, match=r"BOTSWAIN_CONFIG: there is no file '.*nowhere\.toml'"):
        load_settings()


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "botswain.toml").write_text("port is 1\n")
    with pytest.raises(ConfigurationError, match=r"botswain\.toml"):
        load_settings()


def test_a_database_is_a_path_or_an_sqlite_address(tmp_path: Path) -> None:
    assert load_settings(data_dir=tmp_path).database_path == tmp_path / "botswain.db"
    assert load_settings(database=f"sqlite:///{tmp_path}/x.db").database_path == tmp_path / "x.db"
    assert load_settings(database=str(tmp_path / "y.db")).database_path == tmp_path / "y.db"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:pass%40word@host:5432/name?sslmode=require",
        "postgres://user:pass%40word@host:5432/name?sslmode=require",
        "postgresql+psycopg://user:pass%40word@host:5432/name?sslmode=require",
    ],
)
def test_a_postgresql_address_is_handed_on_in_libpqs_words(address: str) -> None:
    settings = load_settings(database=address)
    assert settings.postgres_address == "postgresql://user:pass%40word@host:5432/name?sslmode=require"
    assert "pass" not in repr(settings)


@pytest.mark.parametrize("address", ["postgresql:///name?host=/run/postgresql", "postgresql://[::1]:5433,b:5432/name"])
def test_sockets_and_several_hosts_are_addresses_too(address: str) -> None:
    assert load_settings(database=address).postgres_address == address


@pytest.mark.parametrize("password", ["pa@sw", "pa/sw", "pa:sw", "pa?sw", "pa#sw", "pa sw"])
def test_a_password_that_would_be_misread_is_refused_without_being_told(password: str) -> None:
    with pytest.raises(ConfigurationError, match="%40 for @") as refused:
        _ = load_settings(database=f"postgresql://user:{password}@host/name").postgres_address
    assert "sw" not in str(refused.value).replace("PASSWORD", "").replace("password", "")


def test_a_path_is_no_postgresql_address() -> None:
    assert load_settings(database="postgres.db").postgres_address is None


@pytest.mark.parametrize("address", ["mysql://host/x", "sqlite://x", "sqlite:///", "sqlite://"])
def test_another_kind_of_database_is_refused_and_never_taken_for_a_path(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"write sqlite:///PATH"):
        _ = load_settings(database=address).database_path
