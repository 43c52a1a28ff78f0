"""Actions for a freelance marketplace, with selectors that fit the bundled demo site by default."""
