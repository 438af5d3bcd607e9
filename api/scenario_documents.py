"""Scenarios as documents, `format: 1`: what is stored, sent, exported as JSON or YAML.

Each change is a document with its `kind`; what the fields mean is said at the domain class of the
same name in `capacity.scenario_changes`. Every number says its unit and its least and most, which
are enforced here and listed at `/v1/inputs`.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib.resources import files
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, StrictInt
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from api.document import Document, TextDocument
from api.document_fields import Day, ExactNumber, Slug, Words
from api.documents import RampUpDocument
from api.privacy import looks_like_cpr
from api.quantities import refusal
from capacity.errors import InvalidInput
from capacity.posts import PostRounding
from capacity.practice import AfterDue, Assignment, Policy
from capacity.rule_files import parsed
from capacity.scenario import FollowingPosts, Prices, Scenario, Status
from capacity.scenario_changes import (
    AddedPosts,
    CaseloadLimit,
    Change,
    Effort,
    EmptyPosts,
    ExternalDelay,
    Inflow,
    Measure,
    MergedTeams,
    OtherDuties,
    Overtime,
    Sickness,
    TemporaryStaff,
    Turnover,
    WorkOrder,
)
from capacity.staff_costs import PostPrice
from capacity.wording import Text, in_full


@dataclass(frozen=True, slots=True)
class Within:
    """A number's name, unit and bounds, both included (da: grænser)."""

    least: Fraction
    most: Fraction
    name: Text
    unit: Text

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the number when it has been read."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, value: Fraction) -> Fraction:
        if self.least <= value <= self.most:
            return value
        raise refusal(
            InvalidInput(
                Text(
                    da=f"{in_full(value, 'da')}: skriv fra {in_full(self.least, 'da')} til "
                    f"{in_full(self.most, 'da')} ({self.unit.da})",
                    en=f"{in_full(value, 'en')}: write from {in_full(self.least, 'en')} to "
                    f"{in_full(self.most, 'en')} ({self.unit.en})",
                )
            )
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Put name, unit and bounds into the schema."""
        described = handler(schema)
        described["description"] = (
            f"{self.name.en} ({self.unit.en}), {float(self.least):g} to {float(self.most):g} "
            f"(da: {self.name.da}, {self.unit.da})"
        )
        described["minimum"], described["maximum"] = float(self.least), float(self.most)
        return described


_FTE = Text(da="fuldtidsstillinger", en="FTE")
_HOURS = Text(da="timer/uge", en="h/week")
_HOURS_A_POST = Text(da="timer/uge pr. fuldtidsstilling", en="h/week per FTE")
_TIMES = Text(da="gange det vante", en="times the usual")
_SHARE = Text(da="andel 0-1", en="share 0-1")
_SHARE_OF_PAY = Text(da="andel af løn og tillæg", en="share of salary and supplements")
_SHARE_OF_COST = Text(da="andel af løn, tillæg og pension", en="share of pay and pension")
_KRONER_A_YEAR = Text(da="kr./år pr. fuldtidsstilling", en="DKK/year per FTE")
_KRONER_A_POST = Text(da="kr. pr. fuldtidsstilling", en="DKK per FTE")
_KRONER_A_MONTH = Text(da="kr./måned", en="DKK/month")
_KRONER_AN_HOUR = Text(da="kr./time", en="DKK/hour")
_KRONER_ONCE = Text(da="kr., én gang", en="DKK, once")
_MOST_KRONER = 1_000_000_000


MOST_POSTS = 200
"""More posts than this in one change are a slip of the pen (da: højst)."""


def _within(least: str, most: str, da: str, en: str, unit: Text) -> Within:
    return Within(Fraction(least), Fraction(most), Text(da=da, en=en), unit)


def _posts(da: str, en: str) -> Within:
    return _within("0.01", str(MOST_POSTS), da, en, _FTE)


def _factor(da: str, en: str) -> Within:
    return _within("0", "10", da, en, _TIMES)


def _effect(da: str, en: str) -> Within:
    """What a measure does, by its user's word; more than three times is another department."""
    return _within("0", "3", f"oplyst virkning på {da}", f"stated effect on {en}", _TIMES)


def _hours(da: str, en: str) -> Within:
    return _within("-2000", "2000", da, en, _HOURS)


def _amount(da: str, en: str, unit: Text) -> Within:
    return Within(Fraction(0), Fraction(_MOST_KRONER), Text(da=da, en=en), unit)


def _signed_amount(da: str, en: str, unit: Text) -> Within:
    return replace(_amount(da, en, unit), least=Fraction(-_MOST_KRONER))


Rise = Annotated[ExactNumber, _within("-0.2", "0.5", "stigning i året", "rise in the year", _SHARE)]
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Years that a price or a budget can be of (da: år)."""
Year = Annotated[StrictInt, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class PostPriceDocument(Document):
    """What a full-time post costs in a year (da: stillingspris)."""

    salary: Annotated[ExactNumber, _amount("løn", "salary", _KRONER_A_YEAR)]
    supplements: Annotated[ExactNumber, _amount("tillæg", "supplements", _KRONER_A_YEAR)] = Field(
        default=0, validate_default=True
    )
    pension: Annotated[ExactNumber, _within("0", "2", "pension", "pension", _SHARE_OF_PAY)]
    overhead: Annotated[ExactNumber, _within("0", "2", "overhead", "overhead", _SHARE_OF_COST)] = (
        Field(default=0, validate_default=True)
    )
    recruitment: Annotated[
        ExactNumber, _amount("rekruttering, én gang", "recruitment, once", _KRONER_A_POST)
    ] = Field(default=0, validate_default=True)
    price_year: Year
    source: Words

    def to_domain(self) -> PostPrice:
        """Read as `PostPrice`."""
        return self._as(PostPrice)


class ChangeDocument(Document):
    """What every change has: why it is made, and who vouches for what it does (da: ændring)."""

    makes: ClassVar[type[Change]]

    reason: Words
    said_by: Words | None = None

    def to_domain(self) -> Change:
        """Read as the change of that kind."""
        return self._as(self.makes)


class _InTeam(ChangeDocument):
    team: Slug


class _Dated(_InTeam):
    from_: Day = Field(alias="from")
    to: Day | None = None


class AddedPostsDocument(_Dated):
    """More posts in a team (da: flere stillinger)."""

    kind: Literal["added_posts"]
    makes: ClassVar[type[Change]] = AddedPosts
    fte: Annotated[ExactNumber, _posts("flere stillinger", "added posts")]
    non_case_hours_per_week: Annotated[
        ExactNumber,
        _within("0", "37", "timer til andet end sager", "hours on other duties", _HOURS_A_POST),
    ] = Field(default=0, validate_default=True)
    ramp_up: RampUpDocument | None = None
    price: PostPriceDocument | None = None


class TemporaryStaffDocument(_Dated):
    """Staff hired for a while (da: vikarer)."""

    kind: Literal["temporary_staff"]
    makes: ClassVar[type[Change]] = TemporaryStaff
    fte: Annotated[ExactNumber, _posts("vikarer", "temporary staff")]
    ramp_up: RampUpDocument | None = None
    price: PostPriceDocument | None = None


class EmptyPostsDocument(_Dated):
    """Posts that stand empty or go (da: vakancer, nedlagte stillinger)."""

    kind: Literal["empty_posts"]
    makes: ClassVar[type[Change]] = EmptyPosts
    fte: Annotated[ExactNumber, _posts("ubesatte stillinger til sager", "empty posts for cases")]
    price: PostPriceDocument | None = None


class OtherDutiesDocument(_Dated):
    """Other duties moved away or taken on (da: andre opgaver flyttet)."""

    kind: Literal["other_duties"]
    makes: ClassVar[type[Change]] = OtherDuties
    hours_per_week: Annotated[
        ExactNumber,
        _hours("timer frigjort fra andre opgaver i teamet", "hours freed from other duties, team"),
    ]


class OvertimeDocument(_Dated):
    """Paid extra hours (da: overarbejde)."""

    kind: Literal["overtime"]
    makes: ClassVar[type[Change]] = Overtime
    hours_per_week: Annotated[
        ExactNumber,
        _within("0.01", "2000", "overarbejde i teamet", "overtime in the team", _HOURS),
    ]
    kroner_per_hour: (
        Annotated[ExactNumber, _amount("betaling for overarbejde", "overtime pay", _KRONER_AN_HOUR)]
        | None
    ) = None
    price_year: Year | None = None
    source: Words | None = None


class MergedTeamsDocument(ChangeDocument):
    """One team of several (da: sammenlagte teams)."""

    kind: Literal["merged_teams"]
    makes: ClassVar[type[Change]] = MergedTeams
    teams: tuple[Slug, ...]
    slug: Slug
    label: TextDocument
    works_like: Slug | None = None


class CaseloadLimitDocument(_InTeam):
    """A limit on open cases for each post, or none (da: loft over sagstal)."""

    kind: Literal["caseload_limit"]
    makes: ClassVar[type[Change]] = CaseloadLimit
    cases_per_fte: (
        Annotated[
            ExactNumber,
            _within(
                "0.01",
                "500",
                "loft over sagstal",
                "caseload limit",
                Text(da="sager/fuldtidsstilling", en="cases/FTE"),
            ),
        ]
        | None
    ) = None


class WorkOrderDocument(_InTeam):
    """What is taken up next, and who gets a new case (da: rækkefølge og fordeling)."""

    kind: Literal["work_order"]
    makes: ClassVar[type[Change]] = WorkOrder
    policy: Policy | None = None
    after_due: AfterDue | None = None
    assignment: Assignment | None = None


class _OfTeams(ChangeDocument):
    teams: tuple[Slug, ...] | None = None


class InflowDocument(_OfTeams):
    """What arrives (da: tilgang)."""

    kind: Literal["inflow"]
    makes: ClassVar[type[Change]] = Inflow
    factor: Annotated[ExactNumber, _factor("tilgang", "inflow")]


class EffortDocument(_OfTeams):
    """Hours per piece of work (da: tidsforbrug)."""

    kind: Literal["effort"]
    makes: ClassVar[type[Change]] = Effort
    factor: Annotated[ExactNumber, _factor("tidsforbrug pr. sag", "effort per case")]


class ExternalDelayDocument(_OfTeams):
    """Waiting for others (da: ventetid på andre)."""

    kind: Literal["external_delay"]
    makes: ClassVar[type[Change]] = ExternalDelay
    factor: Annotated[ExactNumber, _factor("ventetid på andre", "waiting for others")]


class SicknessDocument(_OfTeams):
    """Sickness and leave (da: sygefravær og orlov)."""

    kind: Literal["sickness"]
    makes: ClassVar[type[Change]] = Sickness
    factor: Annotated[
        ExactNumber, _factor("varighed af sygefravær og orlov", "length of sickness and leave")
    ]


class TurnoverDocument(_OfTeams):
    """People leaving for good (da: personaleudskiftning)."""

    kind: Literal["turnover"]
    makes: ClassVar[type[Change]] = Turnover
    factor: Annotated[ExactNumber, _factor("personaleudskiftning", "turnover")]


class MeasureDocument(ChangeDocument):
    """Something other than posts, with the effects its user states (da: tiltag)."""

    kind: Literal["measure"]
    makes: ClassVar[type[Change]] = Measure
    name: Words
    teams: tuple[Slug, ...]
    from_: Day = Field(alias="from")
    to: Day | None = None
    hours_per_week: Annotated[
        ExactNumber,
        _hours("timer givet til sager i hvert team", "hours given to cases in each team"),
    ] = Field(default=0, validate_default=True)
    effort: Annotated[ExactNumber, _effect("tidsforbrug pr. sag", "effort per case")] = Field(
        default=1, validate_default=True
    )
    loops: Annotated[ExactNumber, _effect("omarbejde", "work that is done again")] = Field(
        default=1, validate_default=True
    )
    external_delay: Annotated[ExactNumber, _effect("ventetid på andre", "waiting for others")] = (
        Field(default=1, validate_default=True)
    )
    ramp_up: RampUpDocument | None = None
    priorities: dict[Slug, StrictInt] | None = None
    fte: Annotated[
        ExactNumber, _within("0", "20", "stillinger uden sager", "posts without cases", _FTE)
    ] = Field(default=0, validate_default=True)
    kroner_per_month: (
        Annotated[
            ExactNumber,
            _signed_amount("løbende udgift til tiltaget", "running cost", _KRONER_A_MONTH),
        ]
        | None
    ) = None
    kroner_once: (
        Annotated[
            ExactNumber,
            _signed_amount("engangsudgift til tiltaget", "cost paid once", _KRONER_ONCE),
        ]
        | None
    ) = None
    price_year: Year | None = None
    source: Words | None = None


AnyChange = Annotated[
    AddedPostsDocument
    | TemporaryStaffDocument
    | EmptyPostsDocument
    | OtherDutiesDocument
    | OvertimeDocument
    | MergedTeamsDocument
    | CaseloadLimitDocument
    | WorkOrderDocument
    | InflowDocument
    | EffortDocument
    | ExternalDelayDocument
    | SicknessDocument
    | TurnoverDocument
    | MeasureDocument,
    Field(discriminator="kind"),
]
CHANGE_DOCUMENTS: tuple[type[ChangeDocument], ...] = get_args(get_args(AnyChange)[0])
"""One for each kind of change, in the order in which they are shown."""


class FollowingPostsDocument(Document):
    """Posts that follow others by ratio (da: følgestillinger)."""

    label: TextDocument
    one_per: Annotated[
        ExactNumber,
        _within(
            "0.5",
            "1000",
            "stillinger, som én følger",
            "posts that one follows",
            _FTE,
        ),
    ]
    rounding: PostRounding = PostRounding.EXACT
    price: PostPriceDocument

    def to_domain(self) -> FollowingPosts:
        """Read as `FollowingPosts`."""
        return self._as(FollowingPosts)


class PricesDocument(Document):
    """What a plan's money is counted with (da: priser)."""

    post: PostPriceDocument | None = None
    growth: dict[Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)], Rise]
    following: tuple[FollowingPostsDocument, ...] = ()

    def to_domain(self) -> Prices:
        """Read as `Prices`."""
        return self._as(Prices)


_VERSIONED = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*@[1-9]\d{0,8}", re.ASCII)


def _with_version(address: str) -> str:
    """Refuse a department without its version: a plan is made on one and stays on it."""
    if looks_like_cpr(address) or not _VERSIONED.fullmatch(address):
        raise refusal(
            InvalidInput(
                Text(
                    da="skriv afdelingen med sin version, fx ishoej-2020@1",
                    en="write the department with its version: ishoej-2020@1",
                )
            )
        )
    return address


class ScenarioDocument(Document):
    """A whole scenario (da: scenarie). Its status and version are its store's to say."""

    format: Literal[1]
    slug: Slug
    name: Words
    department: Annotated[
        str, AfterValidator(_with_version), Field(examples=["ishoej-2020@1"], max_length=80)
    ]
    changes: tuple[AnyChange, ...] = ()
    prices: PricesDocument | None = None
    status: Status = Status.DRAFT
    version: StrictInt = Field(default=1, ge=1)

    def to_domain(self) -> Scenario:
        """Read as `Scenario`."""
        return self._as(Scenario)


def change_document(change: Change) -> ChangeDocument:
    """Write a change as the document of its kind (da: ændringen som dokument)."""
    for document in CHANGE_DOCUMENTS:
        if document.makes is type(change):
            return document.from_domain(change)
    raise TypeError(f"no document writes {change!r}")


def example_scenarios() -> tuple[Scenario, ...]:
    """Read the plans that come with the planner, by name (da: demoscenarier).

    >>> [each.slug for each in example_scenarios()]
    ['ishoej-2020-to-ekstra']
    """
    folder = files("capacity").joinpath("examples", "scenarios")
    written = sorted((file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir())
    return tuple(
        ScenarioDocument.model_validate(parsed(text)).to_domain()
        for name, text in written
        if name.endswith(".yaml")
    )
