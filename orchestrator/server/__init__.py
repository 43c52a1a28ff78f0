"""One ASGI application: robots' gateway, event stream and API."""
