"""The form of the page Goal: the target, what a post costs, how long hiring takes (da: felter)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from api.pages.figures import Address, in_an_address
from api.quantities import count, number
from api.scenario_documents import FIRST_YEAR, LAST_YEAR
from capacity.caseworker import RampUp
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.hiring import Hiring, HiringAssumption, hiring_sentence
from capacity.staff_costs import PostPrice
from capacity.units import Share
from capacity.wording import Text

Read = TypeVar("Read")

_TARGET, _CERTAINTY = "90", "80"
TERMS: Mapping[str, str | None] = {
    "watch": None,
    "target": _TARGET,
    "certainty": _CERTAINTY,
    "post_price": None,
    "price_year": None,
    "source": None,
    "growth": None,
    "recruitment": None,
    "budget_year": None,
    "hiring_days": None,
    "ramp_up_months": None,
    "first_share": None,
    "amount": None,
    "temporary_price": None,
    "overtime_price": None,
    "overtime_hours": None,
    "plan": None,
    "again": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What the reader says a post costs (da: oplyst pris)."""

    price: PostPrice
    growth: Fraction
    budget_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HiringPart:
    """When it has effect (da: hvornår det virker)."""

    hiring: Hiring
    usual: HiringAssumption
    sentence: Text
    address: Address


def hiring_part(
    terms: Mapping[str, str | None], department: Department, usual: HiringAssumption
) -> HiringPart:
    """Read how long hiring and learning take, what is not written as usual (da: ansættelse)."""
    days, months = term(terms, "hiring_days", count), term(terms, "ramp_up_months", count)
    first = term(terms, "first_share", number)
    hiring = Hiring(
        decided_on=department.on,
        hiring_days=usual.hiring_days if days is None else days,
        ramp_up=RampUp(
            months=usual.ramp_up.months if months is None else months,
            first_share=usual.ramp_up.first_share if first is None else first / 100,
        ),
    )
    asked = (
        ("decided_on", hiring.decided_on.isoformat()),
        ("hiring_days", str(hiring.hiring_days)),
        ("ramp_up_months", str(hiring.ramp_up.months)),
        ("first_share", in_an_address(hiring.ramp_up.first_share)),
    )
    return HiringPart(
        hiring=hiring,
        usual=usual,
        sentence=hiring_sentence(hiring),
        address=Address(path="/v1/hiring", terms=asked, field="months_to_full", digits=1),
    )


def money_of(terms: Mapping[str, str | None], department: Department) -> Money | None:
    """What the reader says a post costs; None where they have said nothing of it.

    `InvalidInput` names what is missing beside the price: nobody guesses a year or a source.
    """
    price = term(terms, "post_price", number)
    if price is None:
        return None
    price_year = year_term(terms, "price_year")
    growth = term(terms, "growth", number)
    for name, value, what in (
        ("price_year", price_year, _PRICE_YEAR),
        ("source", terms["source"], _SOURCE),
        ("growth", growth, _GROWTH),
    ):
        if value is None:
            raise InvalidInput(what, field=name)
    assert price_year is not None
    assert growth is not None
    if price <= 0:
        raise InvalidInput(
            Text(
                da="skriv, hvad en fuldtidsstilling koster om året, i kroner over 0",
                en="write what a full-time post costs in a year, in kroner above 0",
            ),
            field="post_price",
        )
    return Money(
        price=PostPrice(
            salary=price,
            pension=Fraction(0),
            recruitment=term(terms, "recruitment", number) or Fraction(0),
            price_year=price_year,
            source=terms["source"] or "",
        ),
        growth=growth / 100,
        budget_year=year_term(terms, "budget_year") or department.on.year,
    )


_PRICE_YEAR = Text(
    da="skriv, hvilket års lønninger prisen er i", en="write in which year’s wages the price is"
)
_SOURCE = Text(
    da="skriv, hvor prisen kommer fra, fx lønkontoret", en="write where the price comes from"
)
_GROWTH = Text(
    da="skriv, hvor meget løn og priser stiger om året, også hvis det er 0",
    en="write how much wages and prices rise in a year, even if it is 0",
)


def term(terms: Mapping[str, str | None], name: str, reader: Callable[[str], Read]) -> Read | None:
    """Read a field; None where nothing is written, and `InvalidInput` names it (da: felt)."""
    written = terms[name]
    if written is None:
        return None
    try:
        return reader(written)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=name) from error


def year_term(terms: Mapping[str, str | None], name: str) -> int | None:
    """Read a year (da: år)."""
    found = term(terms, name, count)
    if found is not None and not FIRST_YEAR <= found <= LAST_YEAR:
        raise InvalidInput(
            Text(
                da=f"skriv et år fra {FIRST_YEAR} til {LAST_YEAR}",
                en=f"write a year from {FIRST_YEAR} to {LAST_YEAR}",
            ),
            field=name,
        )
    return found


def percent_term(terms: Mapping[str, str | None], name: str, *, most: int) -> Share:
    """Read a percentage as a share (da: procent)."""
    found = term(terms, name, number)
    if found is None or not 0 < found <= most:
        raise InvalidInput(
            Text(
                da=f"skriv det i procent, over 0 og højst {most}",
                en=f"write it in per cent, above 0 and at most {most}",
            ),
            field=name,
        )
    return found / 100
