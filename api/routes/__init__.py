"""The addresses, one file per noun; each handler parses, asks the model once, and answers."""

from api.routes import (
    audit,
    caseload,
    compliance,
    curve,
    department_comparison,
    departments,
    erlang,
    figures,
    fits,
    import_sources,
    imports,
    jobs,
    observed,
    plans,
    reviews,
    rules,
    running,
    scenarios,
    schemas,
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
        reviews,
        rules,
        erlang,
        curve,
        jobs,
        departments,
        imports,
        import_sources,
        observed,
        fits,
        department_comparison,
        scenarios,
        plans,
        figures,
        schemas,
        running,
        audit,
    )
)
"""In the order in which the documentation shows them."""
