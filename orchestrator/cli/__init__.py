"""The `botswain` command: every file is a group of its words."""
