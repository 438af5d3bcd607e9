"""What is kept, and where it is found again: every query of the planner, one file per noun.

Domain values go in and come out; nobody outside these files speaks SQL.
"""
