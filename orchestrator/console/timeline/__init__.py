"""The time machine: robots over time as a chart, and any moment of it."""
