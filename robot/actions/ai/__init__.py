"""ai.act, ai.observe, ai.extract."""
