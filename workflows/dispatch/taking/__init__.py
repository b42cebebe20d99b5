"""What each room says for a half-month (取数)."""
