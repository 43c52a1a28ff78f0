"""`python -m tests.model STEPS [FIRST_SEED]`: walks until so many steps are done, and stops at the first violation."""

import sys
import time

from tests.model.walk import walk

STEPS_PER_WALK = 250


def main() -> int:
    """Walk; 1 when a promise was broken."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed, done, starts, began_s = int(sys.argv[2]) if len(sys.argv) > 2 else 0, 0, 0, time.monotonic()
    while done < wanted:
        outcome = walk(seed, STEPS_PER_WALK)
        if outcome.violations:
            print(f"Seed {seed}, step {outcome.steps}:", *outcome.violations, sep="\n  ")
            return 1
        done, starts, seed = done + outcome.steps, starts + outcome.starts, seed + 1
    rate = done / (time.monotonic() - began_s)
    print(f"{done:,} steps ({rate:,.0f}/s), {starts:,} starts, no violation.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
