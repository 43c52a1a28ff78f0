"""The parts that the console is put together from."""
