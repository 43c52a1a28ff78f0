"""The demo site "Ardan": a small freelance marketplace for robots to work on."""
