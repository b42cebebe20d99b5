"""Pages of the annual list's cycle."""
