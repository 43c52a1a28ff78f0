"""What the API answers and takes: views of the engine's things, and the requests that change them."""
