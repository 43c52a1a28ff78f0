"""`botswain sessions`: how browser sessions and work spread over the robots."""

from rich.text import Text

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, count_text, say, write_json, write_table
from orchestrator.contract.api.sessions import SessionDistribution


def sessions(*, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show how browser sessions and work spread over the robots, by their newest heartbeats."""

    async def ask() -> SessionDistribution:
        async with connected(connect, key, data_dir) as client:
            return await client.sessions.distribution()

    found = run_async(ask())
    if as_json:
        write_json(found)
        return
    rows = [
        (
            share.robot_name,
            str(share.sessions),
            str(share.browsers),
            f"{share.busy} of {share.slots}",
            f"{share.workload:.0%}",
            Text("overloaded", style="yellow") if share.is_overloaded else "",
        )
        for share in found.robots
    ]
    write_table(("ROBOT", "SESSIONS", "BROWSERS", "SLOTS", "LOAD", ""), rows, empty="No robot is connected.")
    if rows:
        words = f"{count_text(found.total_sessions, 'session')}, {found.average_workload:.0%} of all slots busy"
        say(f"{words}, {found.overloaded} overloaded.")
