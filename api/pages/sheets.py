"""The pages of a department, in the order in which a leader turns them (da: sider)."""

from dataclasses import dataclass

from capacity.wording import Text


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of the pages of a department (da: side)."""

    path: str
    label: Text


SHEETS = (
    Sheet("/", Text(da="I dag", en="Today")),
    Sheet("/what-if", Text(da="Hvad nu hvis", en="What if")),
    Sheet("/goal", Text(da="Mål", en="Goal")),
    Sheet("/vulnerability", Text(da="Sårbarhed", en="Vulnerability")),
    Sheet("/next-90-days", Text(da="De næste 90 dage", en="Next 90 days")),
    Sheet("/over-time", Text(da="Over tid", en="Over time")),
    Sheet("/compare", Text(da="Sammenlign", en="Compare")),
    Sheet("/edit", Text(da="Ret afdelingen", en="Edit")),
)
