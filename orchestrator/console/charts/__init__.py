"""Charts that follow the theme."""
