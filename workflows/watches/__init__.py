"""Watches (监测预警): deadlines noticed, approvals that lapse, and how departments keep their clocks."""
