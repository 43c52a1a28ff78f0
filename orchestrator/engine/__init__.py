"""When things happen: the queue, the dispatcher, the scheduler and the engine around them."""
