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
    improvements,
    jobs,
    observed,
    plans,
    reviews,
    rules,
    running,
    scenarios,
    schemas,
    staff,
    synthetic,
    turnaround,
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
        improvements,
        rules,
        erlang,
        curve,
        jobs,
        departments,
        imports,
        import_sources,
        synthetic,
        observed,
        turnaround,
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
