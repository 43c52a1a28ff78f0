"""`python -m orchestrator.console`: the window alone, for an orchestrator that runs elsewhere or one of its own."""

import argparse
import os
import sys
from pathlib import Path

from orchestrator.console.app import EXIT_USAGE, run_console


def main() -> int:
    """Read the arguments and show the window."""
    parser = argparse.ArgumentParser(prog="python -m orchestrator.console", description=__doc__)
    parser.add_argument("--connect", metavar="URL", help="address of an orchestrator; without, an own one is started")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="file with its key (or set BOTSWAIN_KEY)")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="data folder of the own one")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="where the window keeps its settings")
    given = parser.parse_args()
    try:
        key = given.key_file.read_text(encoding="utf-8").strip() if given.key_file else os.environ.get("BOTSWAIN_KEY")
    except OSError as error:
        sys.stderr.write(f"Error: --key-file: {error}\n")
        return EXIT_USAGE
    return run_console(given.connect, key, given.data_dir, given.settings)


if __name__ == "__main__":
    sys.exit(main())
