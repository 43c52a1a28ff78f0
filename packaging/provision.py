"""Make a machine ready for Botswain: system packages, uv, and the locked environment in `.venv`.

Run as `python3 packaging/provision.py` (or `make setup`) with nothing but the standard library. Every step looks
before it acts, and a run with nothing to do ends after comparing one checksum.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BOOTSTRAP = VENV / "bootstrap"
STAMP = VENV / "provisioned"
LOCK = ROOT / "requirements" / "dev.txt"
UV_LOCK = ROOT / "requirements" / "uv.txt"
SOURCES = ("orchestrator", "robot", "resources")

OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome-stable", "microsoft-edge-stable")
QT_PACKAGES = (
    "libegl1", "libgl1", "libdbus-1-3", "libfontconfig1", "libglib2.0-0", "libxkbcommon0",
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libxkbcommon-x11-0",
)  # fmt: skip
DRIVER_PACKAGES = ("libatomic1",)  # for the Node.js inside Playwright
TEST_PACKAGES = ("xvfb",)

UV_NAME_OF_PIP_OPTION = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
COMMA_SEPARATED = ("UV_FIND_LINKS", "UV_INSECURE_HOST")


class ProvisionError(Exception):
    """What is missing, and what a person can do about it, in one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the machine; 0 when everything is in place, 1 with one sentence on stderr when it cannot be."""
    options = parsed(arguments)
    try:
        require_python()
        if not is_current():
            provision(system_packages=options.system_packages)
    except ProvisionError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("setup: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Set up Botswain's environment in .venv.")
    parser.add_argument(
        "--no-system-packages",
        dest="system_packages",
        action="store_false",
        help="leave the system's packages alone; only build .venv",
    )
    return parser.parse_args(arguments)


def provision(*, system_packages: bool) -> None:
    uv = find_uv()
    if system_packages:
        install_missing(missing_packages(installed_packages(), for_uv=uv is None and not can_make_environments()))
    uv = uv or bootstrap_uv()
    environment = uv_environment(pip_settings(), os.environ)
    say("building .venv from requirements/dev.txt (a first time downloads about 400 MB)")
    build_environment(uv, environment)
    STAMP.write_text(fingerprint())
    say("ready: .venv is built; `make demo` shows Botswain, `make test` proves it")


# --- is there anything to do -------------------------------------------------------------------------------------


def is_current() -> bool:
    """Whether the environment was built from exactly these files and its interpreter still exists."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint()


def fingerprint() -> str:
    digest = hashlib.sha256(f"{sys.version} {ROOT}".encode())
    for path in (ROOT / "pyproject.toml", LOCK, UV_LOCK, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


# --- Python ------------------------------------------------------------------------------------------------------


def require_python() -> None:
    """Go on under a new enough interpreter: this one, or the first that the PATH offers."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    newer = next(filter(None, map(shutil.which, NEWER_PYTHONS)), None)
    if newer is None:
        found = ".".join(map(str, sys.version_info[:2]))
        raise ProvisionError(
            f"Botswain needs Python 3.11 or newer and {sys.executable} is {found}; "
            "install one (Debian 12 and later: apt-get install python3) and run this again."
        )
    os.execv(newer, [newer, *sys.argv])  # noqa: S606  the same program under another interpreter


def base_python() -> str:
    """The interpreter outside any virtual environment, so that `.venv` never depends on another one."""
    return getattr(sys, "_base_executable", sys.executable)


# --- system packages ---------------------------------------------------------------------------------------------


def installed_packages() -> frozenset[str] | None:
    """Names of the installed Debian packages and of what they provide; None where there is no dpkg."""
    if shutil.which("dpkg-query") is None or shutil.which("apt-get") is None:
        return None
    listing = output("dpkg-query", "--show", "--showformat=${db:Status-Status}\t${Package} ${Provides}\n")
    return frozenset(name for line in listing.splitlines() for name in names_in(line))


def names_in(line: str) -> Iterator[str]:
    """Package names of one line `status<TAB>name provides, provides (= version)`; none unless installed."""
    status, _, names = line.partition("\t")
    if status == "installed":
        yield from (word.strip(",") for word in names.split() if not word.startswith(("(", "=")))


def missing_packages(installed: frozenset[str] | None, *, for_uv: bool) -> list[str]:
    """What to install: the browser, libraries of its driver and of Qt, the tests' display, and what leads to uv."""
    if installed is None:
        say(
            "this is not a Debian system: make sure that a Chromium or Chrome and the libraries of Qt are there "
            "(`.venv/bin/botswain doctor` looks)"
        )
        return []
    wanted = [*QT_PACKAGES, *DRIVER_PACKAGES, *TEST_PACKAGES]
    if installed.isdisjoint(BROWSERS):
        wanted.append(BROWSERS[0])
    if for_uv:
        wanted.append("python3-venv")
    return [name for name in wanted if name not in installed]


def install_missing(packages: Sequence[str]) -> None:
    """Install packages with apt where we may; otherwise name the command, since what follows may work without."""
    if not packages:
        return
    prefix = privilege()
    if prefix is None:
        problem = f"run this as root: apt-get install {' '.join(packages)}"
    else:
        say(f"installing system packages: {' '.join(packages)}")
        if apt_get(prefix, "update") and apt_get(prefix, "install", "--no-install-recommends", *packages):
            return
        problem = f"apt-get could not install {' '.join(packages)}; its own message stands above"
    say(f"going on without system packages, so browser, window or tests may not work; {problem}")


def privilege() -> list[str] | None:
    """What to put before a command that needs root: nothing for root, sudo when it asks no password, else None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and succeeds("sudo", "-n", "true", quiet=True):
        return ["sudo", "-n"]
    return None


def apt_get(prefix: Sequence[str], action: str, *arguments: str) -> bool:
    """Run apt-get without a question; its output appears only when it fails."""
    options = ("-y", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0")
    command = (*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options, action, *arguments)
    finished = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if finished.returncode != 0:
        print(finished.stdout, file=sys.stderr)
    return finished.returncode == 0


# --- uv ----------------------------------------------------------------------------------------------------------


def find_uv() -> str | None:
    """A uv that starts: the one on the PATH (a version manager's stub may be there and not start), or ours."""
    candidates = filter(None, (shutil.which("uv"), str(BOOTSTRAP / "bin" / "uv")))
    return next((uv for uv in candidates if os.access(uv, os.X_OK) and succeeds(uv, "--version", quiet=True)), None)


def can_make_environments() -> bool:
    """Whether this Python brings pip for new environments; Debian keeps that in a package of its own."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def bootstrap_uv() -> str:
    """Install the locked uv into an environment of its own inside `.venv`; returns its path."""
    if not can_make_environments():
        raise ProvisionError(
            "this Python cannot make virtual environments; as root: apt-get install python3-venv (or install uv), "
            "and run this again"
        )
    say("installing uv into .venv/bootstrap")
    must(base_python(), "-m", "venv", "--clear", str(BOOTSTRAP), why="python3 could not make an environment")
    must(
        *(str(BOOTSTRAP / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--requirement", str(UV_LOCK)),
        why="pip could not install uv; is the package index reachable (`pip config list`, proxy, certificates)?",
    )
    return str(BOOTSTRAP / "bin" / "uv")


def pip_settings() -> dict[str, str]:
    """The machine's pip configuration, most specific last: uv does not read it, and registries are set up there."""
    for python in (BOOTSTRAP / "bin" / "python", Path(base_python())):
        if python.exists() and succeeds(str(python), "-m", "pip", "--version", quiet=True):
            return dict(pip_options(output(str(python), "-m", "pip", "config", "list")))
    return {name[4:].lower().replace("_", "-"): value for name, value in os.environ.items() if name[:4] == "PIP_"}


def pip_options(listing: str) -> Iterator[tuple[str, str]]:
    """Options in the output of `pip config list` (`section.option='value'`), those of `:env:` after the files'."""
    lines = [line for line in listing.splitlines() if "=" in line]
    for line in sorted(lines, key=lambda line: (line.startswith(":env:"), line.startswith("install."))):
        name, _, value = line.partition("=")
        yield name.rpartition(".")[2], str(ast.literal_eval(value))


def uv_environment(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for uv: pip's registries and certificates in uv's words; what is set for uv itself wins."""
    translated: dict[str, str] = {"UV_SYSTEM_CERTS": "true", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    for option, value in settings.items():
        name = UV_NAME_OF_PIP_OPTION.get(option)
        if name and value:
            translated[name] = ",".join(value.split()) if name in COMMA_SEPARATED else " ".join(value.split())
    return {**translated, **environ}


# --- the environment ---------------------------------------------------------------------------------------------


def build_environment(uv: str, environment: Mapping[str, str]) -> None:
    """Make `.venv` hold exactly the locked packages and Botswain itself, importable from the work tree."""
    if not is_usable(PYTHON):
        must(
            *(uv, "venv", "--quiet", "--allow-existing", "--python", base_python(), str(VENV)),
            why="uv could not make .venv; remove the folder and run this again",
            environment=environment,
        )
    target = ("--python", str(PYTHON))
    compiled = ("--compile-bytecode", "--require-hashes")
    if not succeeds(uv, "pip", "sync", "--quiet", *target, *compiled, str(LOCK), environment=environment):
        install_with_pip()
    itself = ("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    must(
        *(uv, "pip", "install", "--quiet", "--offline", *target, *itself),
        why="the project itself could not be installed; pyproject.toml may be broken",
        environment=environment,
    )
    compile_sources()


def compile_sources() -> None:
    """Compile the product once: where PYTHONDONTWRITEBYTECODE is set, each start would compile it anew.

    A folder that cannot be written costs time and nothing else.
    """
    succeeds(str(PYTHON), "-m", "compileall", "-q", *(str(ROOT / name) for name in SOURCES), quiet=True)


def is_usable(python: Path) -> bool:
    """Whether the environment's interpreter runs and is the version that runs this script."""
    wanted = f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    return python.exists() and succeeds(str(python), "-c", wanted, quiet=True)


def install_with_pip() -> None:
    """The slower way to the same packages, for registries that only pip's configuration can reach."""
    say("uv could not install the packages; trying pip, which is slower")
    pip = next(
        (path for path in (BOOTSTRAP / "bin" / "pip", shutil.which("pip3")) if path and Path(path).exists()), None
    )
    if pip is None:
        raise ProvisionError("the packages could not be installed; uv's own message stands above.")
    must(
        *(str(pip), "--python", str(PYTHON), "install", "--quiet", "--require-hashes", "--requirement", str(LOCK)),
        why="the packages could not be installed; the messages above say what could not be reached",
    )


# --- processes ---------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


def must(*command: str, why: str, environment: Mapping[str, str] | None = None) -> None:
    if not succeeds(*command, environment=environment):
        raise ProvisionError(f"{why}. (The command was: {shlex.join(command)})")


def succeeds(*command: str, quiet: bool = False, environment: Mapping[str, str] | None = None) -> bool:
    sink = subprocess.DEVNULL if quiet else None
    finished = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=environment, cwd=ROOT, check=False
    )
    return finished.returncode == 0


def output(*command: str) -> str:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    sys.exit(main())
