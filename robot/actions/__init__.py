"""What a step can do: one implementation for each action of the contract."""
