"""The demo site's pages, one module per area."""
