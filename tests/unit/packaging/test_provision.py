"""What `make setup` decides: which packages are missing, and how pip's settings read for uv."""

import sys
from importlib.util import cache_from_source
from pathlib import Path

import provision
import pytest

EVERYTHING = frozenset({*provision.QT_PACKAGES, *provision.DRIVER_PACKAGES, *provision.TEST_PACKAGES, "chromium"})


def test_nothing_is_installed_where_everything_is_there() -> None:
    assert provision.missing_packages(EVERYTHING, for_uv=False) == []


def test_only_what_is_missing_is_asked_for() -> None:
    assert provision.missing_packages(EVERYTHING - {"libegl1", "xvfb"}, for_uv=False) == ["libegl1", "xvfb"]


def test_any_browser_that_a_robot_finds_will_do() -> None:
    assert provision.missing_packages(EVERYTHING - {"chromium"}, for_uv=False) == ["chromium-headless-shell"]
    assert provision.missing_packages(EVERYTHING - {"chromium"} | {"google-chrome-stable"}, for_uv=False) == []


def test_the_package_behind_virtual_environments_is_asked_for_only_to_get_uv() -> None:
    assert provision.missing_packages(EVERYTHING, for_uv=True) == ["python3-venv"]


def test_another_system_is_told_what_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert provision.missing_packages(None, for_uv=True) == []
    assert "not a Debian system" in capsys.readouterr().out


def test_a_package_counts_as_installed_under_every_name_that_it_provides() -> None:
    line = "installed\tlibglib2.0-0t64 libglib2.0-0 (= 2.80.0), libgio-2.0-0"
    assert set(provision.names_in(line)) >= {"libglib2.0-0t64", "libglib2.0-0", "libgio-2.0-0"}
    assert list(provision.names_in("config-files\txvfb xserver")) == []


def test_pips_registry_and_certificate_are_told_to_uv() -> None:
    listing = (
        "global.index-url='https://registry.example/simple'\n"
        "global.extra-index-url='file:///srv/a file:///srv/b'\n"
        "global.find-links='/srv/wheels\\n/srv/more'\n"
        ":env:.cert='/etc/ssl/ours.pem'\n"
    )
    translated = provision.uv_environment(dict(provision.pip_options(listing)), {})
    assert translated["UV_DEFAULT_INDEX"] == "https://registry.example/simple"
    assert translated["UV_INDEX"] == "file:///srv/a file:///srv/b"
    assert translated["UV_FIND_LINKS"] == "/srv/wheels,/srv/more"
    assert translated["SSL_CERT_FILE"] == "/etc/ssl/ours.pem"


def test_the_environment_outranks_pips_files_whatever_their_order() -> None:
    listing = ":env:.index-url='https://two.example'\nglobal.index-url='https://one.example'\n"
    assert dict(provision.pip_options(listing))["index-url"] == "https://two.example"


def test_what_is_set_for_uv_itself_wins() -> None:
    environ = {"UV_DEFAULT_INDEX": "https://uv.example", "HOME": "/home/a"}
    assert provision.uv_environment({"index-url": "https://pip.example"}, environ) == {
        "UV_SYSTEM_CERTS": "true",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        **environ,
    }


def test_a_stamp_of_other_files_means_work_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = tmp_path / "provisioned"
    monkeypatch.setattr(provision, "STAMP", stamp)
    monkeypatch.setattr(provision, "PYTHON", Path(sys.executable))
    assert not provision.is_current()
    stamp.write_text(provision.fingerprint())
    assert provision.is_current()
    stamp.write_text("of an older lock")
    assert not provision.is_current()


def test_an_old_python_without_a_newer_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "OLDEST_PYTHON", (99, 0))
    monkeypatch.setattr(provision, "NEWER_PYTHONS", ("python-that-nobody-has",))
    with pytest.raises(provision.ProvisionError, match=r"needs Python 3\.11 or newer"):
        provision.require_python()


def test_the_product_is_compiled_even_where_python_is_told_to_write_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "robot" / "here.py"
    module.parent.mkdir()
    module.write_text("HERE = True\n")
    monkeypatch.setattr(provision, "ROOT", tmp_path)
    monkeypatch.setattr(provision, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    provision.compile_sources()
    assert Path(cache_from_source(str(module))).exists()
