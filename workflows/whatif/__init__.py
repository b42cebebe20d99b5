"""The what-if desk (推演): other durations, starts, modes and edges, and what then moves."""
