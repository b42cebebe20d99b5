"""Notices (通知) inside the system: who has to know something, told once, and who has seen it."""
