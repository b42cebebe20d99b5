"""The mechanism itself: one room per thing the office does."""
