"""The vocabulary of steps: every action with its typed parameters, known to all sides."""
