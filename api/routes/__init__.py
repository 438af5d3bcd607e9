"""The addresses, one file per noun; each handler parses, asks the model once, and answers."""

from api.routes import (
    caseload,
    compliance,
    curve,
    departments,
    erlang,
    figures,
    rules,
    scenarios,
    staff,
    workload,
)

routers = tuple(
    module.router
    for module in (
        staff,
        caseload,
        workload,
        compliance,
        rules,
        erlang,
        curve,
        departments,
        scenarios,
        figures,
    )
)
"""In the order in which the documentation shows them."""
