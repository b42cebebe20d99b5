"""Issuing (发文): letterheads, numbers and the register of the papers an office issues."""
