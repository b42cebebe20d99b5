"""Append-only business log (留痕): who did or was refused what, when, chained by digest."""

from kernel.trail.writing import SYSTEM, Actor, record, record_refusal

__all__ = ["SYSTEM", "Actor", "record", "record_refusal"]
