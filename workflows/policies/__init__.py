"""Policies improved (政策完善): a class of problem solved once becomes a change, and its effect is measured."""
