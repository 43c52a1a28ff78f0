"""What the rail leads to: one panel for each kind of thing."""
