"""Chance and time: queues, replications, and staffing curves over them."""

MODEL_VERSION = "7"
"""Raised whenever the same inputs, seed and rules give other numbers (da: modelversion)."""
