"""The locked requirements answer pyproject.toml, carry hashes, and name no address."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)( ; [^\\]+)?", re.MULTILINE)
EXTRAS_OF_LOCK = {
    "console.txt": ("console",),
    "robot.txt": ("robot",),
    "dev.txt": ("console", "robot"),
}


def pins(lock: Path) -> dict[str, list[Version]]:
    """Versions in a lock by normalised name; more than one where markers choose between them."""
    found: dict[str, list[Version]] = {}
    for name, version, _ in PIN.findall(lock.read_text(encoding="utf-8")):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


def direct_requirements(lock: str) -> Iterator[Requirement]:
    """What pyproject.toml asks of a lock: the project's own dependencies, its extras', and for dev the group's."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    yield from map(Requirement, project["dependencies"])
    for extra in EXTRAS_OF_LOCK[lock]:
        yield from of_extra(project["optional-dependencies"], extra)
    if lock == "dev.txt":
        yield from map(Requirement, settings["dependency-groups"]["dev"])


def of_extra(extras: dict[str, list[str]], extra: str) -> Iterator[Requirement]:
    for requirement in map(Requirement, extras[extra]):
        if requirement.name == "botswain":
            for inner in requirement.extras:
                yield from of_extra(extras, inner)
        else:
            yield requirement


@pytest.mark.parametrize("lock", EXTRAS_OF_LOCK)
def test_every_direct_dependency_is_locked_at_a_version_that_it_allows(lock: str) -> None:
    locked = pins(REQUIREMENTS / lock)
    out_of_step = [
        str(requirement)
        for requirement in direct_requirements(lock)
        if not any(version in requirement.specifier for version in locked.get(canonicalize_name(requirement.name), []))
    ]
    assert out_of_step == [], "run `make lock`"


@pytest.mark.parametrize("lock", [*EXTRAS_OF_LOCK, "uv.txt"])
def test_every_locked_version_has_a_hash_and_no_address(lock: str) -> None:
    text = (REQUIREMENTS / lock).read_text(encoding="utf-8")
    assert text.count(" \\\n    --hash=") >= len(PIN.findall(text)) > 0
    assert re.search(r"://|--(extra-)?index-url|--find-links|(^|[ =])/", text, re.MULTILINE) is None


def test_a_robots_machine_needs_no_qt_no_sql_and_no_web_framework() -> None:
    unwanted = {"pyside6-essentials", "sqlalchemy", "apscheduler", "fastapi", "uvicorn"}
    assert unwanted.isdisjoint(pins(REQUIREMENTS / "robot.txt"))
