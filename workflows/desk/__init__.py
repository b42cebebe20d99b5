"""The clerk's workbench (工作台): lists and counts, no tables of its own."""
