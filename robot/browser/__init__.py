"""Browsers and sessions: finding, launching, lending and returning them."""
