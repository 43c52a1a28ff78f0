"""Tables of any length: paged model, column specs, delegate, view."""
