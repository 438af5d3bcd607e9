"""Scenarios as documents, `format: 1`: what is stored, sent, exported as JSON or YAML.

Each change is a document with its `kind`; what the fields mean is said at the domain class of the
same name in `capacity.scenario_changes`. Every number says its unit and its least and most, which
are enforced here and listed at `/v1/inputs`.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, StrictInt
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from api.document_fields import Day, ExactNumber, Slug, Words
from api.documents import Document, RampUpDocument, TextDocument
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
_TIMES = Text(da="faktor", en="factor")
_SHARE = Text(da="andel 0-1", en="share 0-1")
_KRONER = Text(da="kr.", en="DKK")

PostsFte = Annotated[
    ExactNumber, Within(Fraction("0.01"), Fraction("200"), Text(da="stillinger", en="posts"), _FTE)
]
FactorNumber = Annotated[
    ExactNumber,
    Within(
        Fraction("0"), Fraction("10"), Text(da="faktor på det vante", en="times the usual"), _TIMES
    ),
]
EffectNumber = Annotated[
    ExactNumber,
    Within(Fraction("0"), Fraction("3"), Text(da="oplyst virkning", en="stated effect"), _TIMES),
]
PostHours = Annotated[
    ExactNumber,
    Within(
        Fraction("0"),
        Fraction("37"),
        Text(da="timer til andet pr. fuld stilling", en="other duties, a post"),
        _HOURS,
    ),
]
TeamHours = Annotated[
    ExactNumber,
    Within(
        Fraction("-2000"),
        Fraction("2000"),
        Text(da="timer om ugen i teamet", en="hours a week in the team"),
        _HOURS,
    ),
]
OvertimeHours = Annotated[
    ExactNumber,
    Within(
        Fraction("0.01"),
        Fraction("2000"),
        Text(da="overarbejde i teamet", en="overtime in the team"),
        _HOURS,
    ),
]
LimitNumber = Annotated[
    ExactNumber,
    Within(
        Fraction("0.01"),
        Fraction("500"),
        Text(da="loft over sagstal", en="caseload limit"),
        Text(da="sager", en="cases"),
    ),
]
MeasureFte = Annotated[
    ExactNumber,
    Within(
        Fraction("0"),
        Fraction("20"),
        Text(da="stillinger uden sager", en="posts without cases"),
        _FTE,
    ),
]
Amount = Annotated[
    ExactNumber,
    Within(Fraction("0"), Fraction("1000000000"), Text(da="beløb", en="amount"), _KRONER),
]
SignedAmount = Annotated[
    ExactNumber,
    Within(Fraction("-1000000000"), Fraction("1000000000"), Text(da="beløb", en="amount"), _KRONER),
]
PartOfPay = Annotated[
    ExactNumber,
    Within(Fraction("0"), Fraction("2"), Text(da="andel af lønnen", en="part of the pay"), _SHARE),
]
Rise = Annotated[
    ExactNumber,
    Within(
        Fraction("-0.2"), Fraction("0.5"), Text(da="stigning i året", en="rise in the year"), _SHARE
    ),
]
Ratio = Annotated[
    ExactNumber,
    Within(
        Fraction("0.5"),
        Fraction("1000"),
        Text(da="stillinger pr. stilling", en="posts for one"),
        _FTE,
    ),
]
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Years that a price or a budget can be of (da: år)."""
Year = Annotated[StrictInt, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class PostPriceDocument(Document):
    """What a full-time post costs in a year (da: stillingspris)."""

    salary: Amount
    supplements: Amount = Field(default=0, validate_default=True)
    pension: PartOfPay
    overhead: PartOfPay = Field(default=0, validate_default=True)
    recruitment: Amount = Field(default=0, validate_default=True)
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
    fte: PostsFte
    non_case_hours_per_week: PostHours = Field(default=0, validate_default=True)
    ramp_up: RampUpDocument | None = None
    price: PostPriceDocument | None = None


class TemporaryStaffDocument(_Dated):
    """Staff hired for a while (da: vikarer)."""

    kind: Literal["temporary_staff"]
    makes: ClassVar[type[Change]] = TemporaryStaff
    fte: PostsFte
    ramp_up: RampUpDocument | None = None
    price: PostPriceDocument | None = None


class EmptyPostsDocument(_Dated):
    """Posts that stand empty or go (da: vakancer, nedlagte stillinger)."""

    kind: Literal["empty_posts"]
    makes: ClassVar[type[Change]] = EmptyPosts
    fte: PostsFte
    price: PostPriceDocument | None = None


class OtherDutiesDocument(_Dated):
    """Other duties moved away or taken on (da: andre opgaver flyttet)."""

    kind: Literal["other_duties"]
    makes: ClassVar[type[Change]] = OtherDuties
    hours_per_week: TeamHours


class OvertimeDocument(_Dated):
    """Paid extra hours (da: overarbejde)."""

    kind: Literal["overtime"]
    makes: ClassVar[type[Change]] = Overtime
    hours_per_week: OvertimeHours
    kroner_per_hour: Amount | None = None
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
    cases_per_fte: LimitNumber | None = None


class WorkOrderDocument(_InTeam):
    """What is taken up next, and who gets a new case (da: rækkefølge og fordeling)."""

    kind: Literal["work_order"]
    makes: ClassVar[type[Change]] = WorkOrder
    policy: Policy | None = None
    after_due: AfterDue | None = None
    assignment: Assignment | None = None


class _FactorDocument(ChangeDocument):
    factor: FactorNumber
    teams: tuple[Slug, ...] | None = None


class InflowDocument(_FactorDocument):
    """What arrives (da: tilgang)."""

    kind: Literal["inflow"]
    makes: ClassVar[type[Change]] = Inflow


class EffortDocument(_FactorDocument):
    """Hours per piece of work (da: tidsforbrug)."""

    kind: Literal["effort"]
    makes: ClassVar[type[Change]] = Effort


class ExternalDelayDocument(_FactorDocument):
    """Waiting for others (da: ventetid på andre)."""

    kind: Literal["external_delay"]
    makes: ClassVar[type[Change]] = ExternalDelay


class SicknessDocument(_FactorDocument):
    """Sickness and leave (da: sygefravær og orlov)."""

    kind: Literal["sickness"]
    makes: ClassVar[type[Change]] = Sickness


class TurnoverDocument(_FactorDocument):
    """People leaving for good (da: personaleudskiftning)."""

    kind: Literal["turnover"]
    makes: ClassVar[type[Change]] = Turnover


class MeasureDocument(ChangeDocument):
    """Something other than posts, with the effects its user states (da: tiltag)."""

    kind: Literal["measure"]
    makes: ClassVar[type[Change]] = Measure
    name: Words
    teams: tuple[Slug, ...]
    from_: Day = Field(alias="from")
    to: Day | None = None
    hours_per_week: TeamHours = Field(default=0, validate_default=True)
    effort: EffectNumber = Field(default=1, validate_default=True)
    loops: EffectNumber = Field(default=1, validate_default=True)
    external_delay: EffectNumber = Field(default=1, validate_default=True)
    ramp_up: RampUpDocument | None = None
    priorities: dict[Slug, StrictInt] | None = None
    fte: MeasureFte = Field(default=0, validate_default=True)
    kroner_per_month: SignedAmount = Field(default=0, validate_default=True)
    kroner_once: SignedAmount = Field(default=0, validate_default=True)
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
    one_per: Ratio
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
