"""Where the `botswain` process begins: small enough that Ctrl+C is answered before the commands are there."""

import sys

EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command; Ctrl+C ends it in the same way from its first moment to its last."""
    try:
        from orchestrator.cli.commands import main as run_command  # noqa: PLC0415  takes a second; Ctrl+C must be heard

        run_command()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(EXIT_INTERRUPTED)


if __name__ == "__main__":
    main()
