"""What the engine needs from outside, in its own words: a store that remembers and a gateway that reaches robots."""
