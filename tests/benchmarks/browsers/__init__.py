"""What a robot with real browsers costs."""
