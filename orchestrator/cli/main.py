"""Where the `botswain` process begins: small enough that Ctrl+C is answered before the commands are there."""

import gc
import sys

EXIT_INTERRUPTED = 130
GC_AFTER = 20_000
"""Allocations between two looks at the youngest objects: loading code makes many, and none that could go."""


def main() -> None:
    """Run the command; Ctrl+C ends it in the same way from its first moment to its last."""
    gc.set_threshold(GC_AFTER)
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # httpx's own command, with click, rich and pygments
    try:
        from orchestrator.cli.commands import main as run_command  # noqa: PLC0415  Ctrl+C must be heard before that

        run_command()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(EXIT_INTERRUPTED)


if __name__ == "__main__":
    main()
