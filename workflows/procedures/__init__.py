"""Procedures (办件) of a project: their lifecycle, clock, plan and ledger."""
