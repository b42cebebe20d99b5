"""倒排计划：dependency graph, backward schedule, critical path, proof of infeasibility."""

from kernel.plan.graph import CycleFound, Edge, Node, PlanRefused, Strength, UnknownKey
from kernel.plan.schedule import Plan, Slot, schedule

__all__ = [
    "CycleFound",
    "Edge",
    "Node",
    "Plan",
    "PlanRefused",
    "Slot",
    "Strength",
    "UnknownKey",
    "schedule",
]
