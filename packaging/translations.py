"""Collects the texts of the window into resources/translations/*.ts with lupdate, and compiles: `make translations`.

A new language: `python packaging/translations.py fr` makes its file; translate it with Qt Linguist
(`.venv/bin/pyside6-linguist`), run this again, and name it in `orchestrator/console/words.py`.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "translations"
CONSOLE = ROOT / "orchestrator" / "console"
_TOOLS = Path(sys.executable).parent


def collect(code: str, target: Path) -> None:
    """Bring the language's file up to date with the texts in the code; what is translated stays."""
    sources = sorted(str(each.relative_to(ROOT)) for each in CONSOLE.rglob("*.py"))
    options = ("-tr-function-alias", "tr+=counted", "-locations", "none", "-no-obsolete", "-silent")
    _run("pyside6-lupdate", *sources, *options, "-source-language", "en", "-target-language", code, "-ts", str(target))


def compile_all() -> None:
    """Make of each file what the window loads."""
    for source in sorted(FOLDER.glob("*.ts")):
        _run("pyside6-lrelease", "-silent", str(source), "-qm", str(source.with_suffix(".qm")))


def _run(tool: str, *arguments: str) -> None:
    subprocess.run([str(_TOOLS / tool), *arguments], cwd=ROOT, check=True)


def main() -> None:
    """The languages that there are, and those that are asked for."""
    known = {each.stem.removeprefix("botswain_") for each in FOLDER.glob("*.ts")}
    for code in sorted(known | set(sys.argv[1:])):
        collect(code, FOLDER / f"botswain_{code}.ts")
    compile_all()


if __name__ == "__main__":
    main()
