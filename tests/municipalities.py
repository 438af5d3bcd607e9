"""Ninety-eight departments that do not exist, as different in size as Denmark's municipalities.

Every number is an assumption of this file and no word about any municipality. Inhabitants follow a
lognormal distribution cut at the smallest and the greatest municipality, one at each of 98 evenly
spaced ranks; the rest follows from them, with luck from a seed. The work and the ways of working
are those of the section 50 team of the Ishøj demo.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random
from statistics import NormalDist

from api.documents import load_example
from capacity.case_classes import Backlog
from capacity.department import Department
from capacity.roster import Caseworker, Roster
from capacity.wording import Text

MUNICIPALITIES = 98
MEDIAN_INHABITANTS, SPREAD = 43_000, 0.75
SMALLEST, GREATEST = 1_800, 650_000
CHILDREN = 0.19
"""Of the inhabitants."""
ASSESSMENTS = (0.006, 0.018)
"""A year for each child, from the least to the most."""
LOAD = (0.75, 1.0)
"""Hours of work over hours for it."""
HOURS_A_POST = 1_350
"""A year for cases, after holidays and sickness."""
FULL_TIME = Fraction(37)


def inhabitants() -> list[int]:
    ranks = [(n + 0.5) / MUNICIPALITIES for n in range(MUNICIPALITIES)]
    sizes = (MEDIAN_INHABITANTS * 2.71828 ** (SPREAD * NormalDist().inv_cdf(r)) for r in ranks)
    # The ends are no lognormal's: there are islands, and there is a capital.
    return [SMALLEST, *(int(size) for size in list(sizes)[1:-1]), GREATEST]


def municipalities(seed: int = 1) -> list[Department]:
    like, luck = load_example("ishoej-2020"), Random(seed)
    return [_municipality(n, size, like, luck) for n, size in enumerate(inhabitants())]


def _municipality(number: int, size: int, like: Department, luck: Random) -> Department:
    team = like.team("paragraf-50")
    assessment = next(each for each in like.case_classes if each.team == team.slug)
    yearly = max(1, round(size * CHILDREN * luck.uniform(*ASSESSMENTS)))
    hours = yearly * float(assessment.mean_effort_hours)
    posts = hours / luck.uniform(*LOAD) / HOURS_A_POST
    weekly = Fraction(max(round(posts * float(FULL_TIME) * 2), 4), 2)
    name = f"kommune-{number + 1:02}"
    people = []
    while weekly > 0:
        # The last has what is left, unless that is next to nothing for one more person.
        own = weekly if weekly <= FULL_TIME + 5 else FULL_TIME
        people.append(
            Caseworker(
                id=f"{name}-{len(people) + 1:02}",
                team=team.slug,
                hours_per_week=min(own, FULL_TIME),
            )
        )
        weekly -= own
    both = Text(da=f"Opdigtet {name}", en=f"Fictional {name}")
    open_cases = round(yearly * luck.uniform(0.2, 0.35))
    return replace(
        like,
        slug=name,
        name=both,
        teams=(team,),
        duty_rotas=(),
        roster=Roster(caseworkers=tuple(people)),
        case_classes=(
            replace(
                assessment,
                arrivals_per_year=Fraction(yearly),
                backlog=Backlog(unknown=open_cases),
            ),
        ),
        open_cases=open_cases,
        headline_team=team.slug,
        observations=(),
        volumes=(),
        assumptions=(),
        alternatives=(),
        source=both,
        fictional=True,
    )
