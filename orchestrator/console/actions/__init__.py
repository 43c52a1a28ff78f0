"""What people do with jobs, robots, schedules and workflows: commands, and the operations behind them."""
