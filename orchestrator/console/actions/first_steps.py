"""What people do first: the demo, and the page that explains how to begin."""

from orchestrator.console.commands import Command
from orchestrator.console.demo import DemoState
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench


class FirstStepActions:
    """Registers the commands for those who have just come."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        bench.commands.register(*self._commands())
        bench.demo.changed.connect(bench.commands.refresh)

    def start_demo(self) -> None:
        """Begin it, where its steps can be seen."""
        self._bench.navigator.show_panel("dashboard")
        self._bench.demo.start()

    def welcome(self) -> None:
        """The page with the three ways to begin."""
        self._bench.navigator.show_part("dashboard", "welcome")

    def _commands(self) -> tuple[Command, ...]:
        demo = self._bench.demo
        return (
            Command(
                id="demo.start",
                title=tr("Run the demo"),
                run=lambda _: self.start_demo(),
                icon="play",
                section=tr("Window"),
                keywords="try example first marketplace",
                enabled=lambda context: context.connected and demo.state in (DemoState.OFF, DemoState.FAILED),
            ),
            Command(
                id="demo.end",
                title=tr("End the demo"),
                run=lambda _: demo.end(),
                icon="x",
                section=tr("Window"),
                keywords="stop remove",
                enabled=lambda _: demo.state not in (DemoState.OFF, DemoState.ENDING),
            ),
            Command(
                id="window.welcome",
                title=tr("Welcome: ways to begin"),
                run=lambda _: self.welcome(),
                icon="ship-wheel",
                section=tr("Window"),
                keywords="first start help introduction tour",
            ),
        )
