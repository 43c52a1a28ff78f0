"""The window under measurement: how soon it is there, whether it ever stands still, and what it needs."""
