"""The best mix for an amount, or the least harmful saving, as a calculation (da: blanding)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from api.answers import Answer, Exact, Label, Table, Words
from api.errors import refusals_naming
from api.jobs.about import About
from api.jobs.calculation import ALONE, Calculation, Finding, Running
from api.jobs.plans import Plan, PlanAnswer, Simulation, origin, read_changes
from api.scenario_documents import change_document
from capacity.rulebook import rulebook
from capacity.scenario import Prices
from capacity.scenario_changes import Change
from capacity.units import Kroner, Share
from capacity.wording import Language, Text, in_full, percent, shown

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.best_mix import BestMix, Mix

_SHARE = ("andel 0-1", "share 0-1")
_KRONER = ("kr.", "DKK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A unit of what may be bought, and how many at most (da: mulighed)."""

    unit: Change
    most: int


class MixColumns(Answer):
    """A mix, what it costs and what it keeps (da: blanding).

    `place` is `before` for the department as it is, `best`, `next_best`, or `alone` for what one
    offer does with the whole amount. `behind_best` is how much less than the best it keeps: where
    its interval holds 0, luck decides between the two. `price_of_avoided` is what the mix costs in
    the period for each deadline fewer that is late in it.
    """

    place: Annotated[str, Label("plads", "place")]
    what: Annotated[Words, Label("blanding", "mix")]
    share_in_time: Annotated[float, Label("andel til tiden", "share in time", *_SHARE)]
    share_in_time_low: Annotated[float, Label("nedre", "low", *_SHARE)]
    share_in_time_high: Annotated[float, Label("øvre", "high", *_SHARE)]
    share_in_time_year_low: Annotated[float, Label("ringe år", "poor year", *_SHARE)]
    share_in_time_year_high: Annotated[float, Label("godt år", "good year", *_SHARE)]
    difference: Annotated[float, Label("forskel", "difference", *_SHARE)]
    difference_low: Annotated[float, Label("forskel, nedre", "difference, low", *_SHARE)]
    difference_high: Annotated[float, Label("forskel, øvre", "difference, high", *_SHARE)]
    behind_best: Annotated[float | None, Label("efter den bedste", "behind the best", *_SHARE)]
    behind_best_low: Annotated[float | None, Label("efter, nedre", "behind, low", *_SHARE)]
    behind_best_high: Annotated[float | None, Label("efter, øvre", "behind, high", *_SHARE)]
    avoided_late: Annotated[
        float | None, Label("undgåede overskridelser", "avoided late", "frister", "deadlines")
    ]
    part_year: Annotated[Exact, Label("budgetåret", "budget year", *_KRONER)]
    estimate_1: Annotated[Exact, Label("overslagsår 1", "estimate year 1", *_KRONER)]
    estimate_2: Annotated[Exact, Label("overslagsår 2", "estimate year 2", *_KRONER)]
    estimate_3: Annotated[Exact, Label("overslagsår 3", "estimate year 3", *_KRONER)]
    full_year: Annotated[Exact, Label("helårsvirkning", "full-year effect", *_KRONER)]
    price_of_avoided: Annotated[
        Exact | None, Label("udgift pr. undgået", "cost per avoided", *_KRONER)
    ]
    price_of_avoided_low: Annotated[Exact | None, Label("nedre", "low", *_KRONER)]
    price_of_avoided_high: Annotated[Exact | None, Label("øvre", "high", *_KRONER)]
    kroner: Annotated[Exact, Label("beløb", "amount", *_KRONER)]
    budget_year: Annotated[int, Label("budgetår", "budget year")]
    deadline: Annotated[str, Label("frist", "deadline")]
    team: Annotated[str | None, Label("team (tomt: alle)", "team (empty: all)")]
    tried: Annotated[int, Label("prøvede blandinger", "mixes tried")]


class MixRow(PlanAnswer, MixColumns):
    """A mix, and where it comes from (da: blanding).

    `left_out` is what the plan holds and was not offered, because nobody has said what it costs.
    """

    left_out: Annotated[
        Words | None, Label("ikke tilbudt, da prisen mangler", "not offered for want of a price")
    ]


@dataclass(frozen=True, slots=True)
class MixCalculation(Calculation):
    """The mix that keeps most of a deadline for an amount; below 0 a saving (da: blanding).

    `left_out` names what a plan holds and nobody has said a price of, so that it is not offered.
    """

    kind: ClassVar[str] = "best-mix"
    answers_with: ClassVar[type[Answer]] = Table[MixRow]

    asked: Simulation
    name: str
    prices: Prices
    offers: tuple[Offered, ...]
    kroner: Kroner
    budget_year: int
    deadline: str
    left_out: tuple[Text, ...] = ()

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked (da: spørgsmål)."""
        return {
            **self.asked.as_json(),
            "plan": Plan(name=self.name, prices=self.prices).as_json(),
            "offers": [
                {"unit": change_document(each.unit).as_json(), "most": each.most}
                for each in self.offers
            ],
            "kroner": str(self.kroner),
            "budget_year": self.budget_year,
            "deadline": self.deadline,
            "left_out": [{"da": each.da, "en": each.en} for each in self.left_out],
        }

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "MixCalculation":
        """Read what `question` wrote."""
        plan = Plan.read(question["plan"])
        assert plan.prices is not None
        units = read_changes([each["unit"] for each in question["offers"]])
        return cls(
            Simulation.read(question),
            plan.name,
            plan.prices,
            tuple(
                Offered(unit=unit, most=each["most"])
                for unit, each in zip(units, question["offers"], strict=True)
            ),
            Fraction(question["kroner"]),
            question["budget_year"],
            question["deadline"],
            tuple(Text(**each) for each in question["left_out"]),
        )

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.asked.department.slug

    @property
    def about(self) -> About:
        """For how much, and by whose prices."""
        amount, year = self.kroner, self.budget_year
        title = Text(
            da=f"bedste blanding for {shown(amount, 0, 'da')} kr. i {year}",
            en=f"best mix for {shown(amount, 0, 'en')} kroner in {year}",
        )
        terms = {"kroner": amount, "budget_year": year, "deadline": self.deadline}
        return replace(self.asked.about(title, self.name, "best-mix", **terms), kroner=amount)

    @property
    def total(self) -> int:
        """As many as a search counts at most: nobody knows beforehand how many it takes."""
        from simulations.best_mix import most_replications

        asked = self.asked
        return most_replications(
            asked.department,
            len(self.offers),
            team=asked.team,
            replications=asked.replications,
        )

    def steps(self) -> tuple[int, int]:
        """Say the work: as many mixes as may be tried, since nobody knows how many it takes."""
        from simulations.best_mix import most_steps
        from simulations.experiments import refuse_steps

        asked = self.asked
        wanted = most_steps(
            asked.department,
            len(self.offers),
            asked.from_,
            asked.to,
            rulebook(),
            team=asked.team,
            replications=asked.replications,
        )
        refuse_steps(wanted)
        return wanted, wanted

    def found(self, running: Running = ALONE) -> Finding:
        """Search for the mix."""
        from simulations.best_mix import Offer, best_mix

        asked, most, counted = self.asked, self.total, 0

        def told(done: int) -> None:
            nonlocal counted
            counted = done
            running.on_progress(done, most)

        with refusals_naming(rule="deadline", day="from"):
            found = best_mix(
                asked.department,
                [Offer(unit=each.unit, most=each.most) for each in self.offers],
                self.kroner,
                self.prices,
                self.deadline,
                asked.from_,
                asked.to,
                rulebook(),
                budget_year=self.budget_year,
                team=asked.team,
                seed=asked.seed,
                replications=asked.replications,
                executor=running.executor,
                on_progress=told,
            )
        running.on_progress(counted, counted)  # so many it took
        return Finding(
            Table[MixRow](rows=tuple(self._rows(found))), mix_sentence(found, self.left_out)
        )

    def _rows(self, found: "BestMix") -> Iterator[MixRow]:
        nothing = Text(da="afdelingen, som den er", en="the department as it is")
        yield self._row(found, "before", nothing, None)
        if found.best is not None:
            yield self._row(found, "best", _together(found.best), found.best)
        for mix in found.next_best:
            yield self._row(found, "next_best", _together(mix), mix)
        for mix in found.alone:
            yield self._row(found, "alone", _together(mix), mix)

    def _row(self, found: "BestMix", place: str, what: Text, mix: "Mix | None") -> MixRow:
        outcome = found.before if mix is None else mix.outcome
        total = None if mix is None else mix.budget.total
        years = (Fraction(0),) * 4 if total is None else total.by_year
        price = None if mix is None else mix.price_of_avoided
        return MixRow.model_validate(
            {
                "place": place,
                "what": what,
                "share_in_time": outcome.share_in_time.value,
                "share_in_time_low": outcome.share_in_time.low,
                "share_in_time_high": outcome.share_in_time.high,
                "share_in_time_year_low": outcome.year_low,
                "share_in_time_year_high": outcome.year_high,
                "difference": mix.difference.value if mix else 0.0,
                "difference_low": mix.difference.low if mix else 0.0,
                "difference_high": mix.difference.high if mix else 0.0,
                "behind_best": mix.behind.value if mix else None,
                "behind_best_low": mix.behind.low if mix else None,
                "behind_best_high": mix.behind.high if mix else None,
                "avoided_late": mix.avoided_late.value if mix else None,
                "part_year": years[0],
                "estimate_1": years[1],
                "estimate_2": years[2],
                "estimate_3": years[3],
                "full_year": Fraction(0) if total is None else total.full_year,
                "price_of_avoided": price and price.value,
                "price_of_avoided_low": price and price.low,
                "price_of_avoided_high": price and price.high,
                "kroner": self.kroner,
                "budget_year": self.budget_year,
                "deadline": self.deadline,
                "team": found.team,
                "tried": found.tried,
                "left_out": _listed(self.left_out),
                **origin(self.asked, self.name),
            }
        )


@dataclass(frozen=True, slots=True)
class SavingCalculation(Calculation):
    """A share of what the staff cost, saved where it does least harm (da: besparelse)."""

    kind: ClassVar[str] = "saving"
    answers_with: ClassVar[type[Answer]] = Table[MixRow]

    mix: MixCalculation
    share: Share

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked (da: spørgsmål)."""
        return {**self.mix.question, "share": str(self.share)}

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "SavingCalculation":
        """Read what `question` wrote."""
        return cls(MixCalculation.read(question), Fraction(question["share"]))

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.mix.department

    @property
    def about(self) -> About:
        """How much is to be saved, and by whose prices."""
        mix, year, saved = self.mix, self.mix.budget_year, -self.mix.kroner
        per_cent = self.share * 100
        title = Text(
            da=f"besparelse på {in_full(per_cent, 'da')} % i {year}: {shown(saved, 0, 'da')} kr.",
            en=f"saving of {in_full(per_cent, 'en')}% in {year}: {shown(saved, 0, 'en')} kroner",
        )
        terms = {"share": self.share, "budget_year": year, "deadline": mix.deadline}
        about = mix.asked.about(title, mix.name, "saving", **terms)
        return replace(about, kroner=mix.kroner, share=self.share)

    @property
    def total(self) -> int:
        """As many as a search counts at most."""
        return self.mix.total

    def steps(self) -> tuple[int, int]:
        """Say the work, as of every search."""
        return self.mix.steps()

    def found(self, running: Running = ALONE) -> Finding:
        """Search for the saving."""
        return self.mix.found(running)


def mix_sentence(found: "BestMix", left_out: Sequence[Text] = ()) -> Text:
    """Say the best mix in a sentence or two, and what was not offered (da: svaret i ord)."""
    names = _listed(left_out)
    if names is None:
        return Text(da=_said(found, "da"), en=_said(found, "en"))
    return Text(
        da=f"{_said(found, 'da')} Ikke tilbudt, fordi prisen ikke er skrevet eller er 0: "
        f"{names.da}.",
        en=f"{_said(found, 'en')} Not offered, because the price is not written or is 0: "
        f"{names.en}.",
    )


def _listed(names: Sequence[Text]) -> Text | None:
    """Name several things; None for none (da: opremsning)."""
    if not names:
        return None
    return Text(da="; ".join(each.da for each in names), en="; ".join(each.en for each in names))


def _said(found: "BestMix", language: Language) -> str:
    is_danish = language == "da"
    amount = shown(abs(found.kroner), 0, language)
    deadline = rulebook()[found.deadline].label.in_language(language)
    if found.best is None and not found.alone:
        return (
            f"Intet af det udbudte kan købes for {amount} kr. i {found.budget_year}."
            if is_danish
            else f"Nothing that is offered can be had for {amount} kroner in {found.budget_year}."
        )
    if found.best is None:
        return (
            f"Ingen af mulighederne holder flere af fristen ”{deadline}” for {amount} kr. i "
            f"{found.budget_year}. I denne model og med disse antagelser."
            if is_danish
            else f"None of the offers keeps more of the deadline “{deadline}” for {amount} kroner "
            f"in {found.budget_year}. In this model and with these assumptions."
        )
    best = found.best
    before = percent(Fraction(found.before.share_in_time.value), language)
    after = percent(Fraction(best.outcome.share_in_time.value), language)
    year = "–".join(
        (
            shown(Fraction(best.outcome.year_low) * 100, 0, language),
            percent(Fraction(best.outcome.year_high), language),
        )
    )
    costs = shown(abs(best.budget.total.part_year), 0, language)
    saving = found.kroner < 0
    lasting = shown(best.budget.total.full_year * (-1 if saving else 1), 0, language)
    what = _together(best).in_language(language)
    equals = sum(each.behind.low <= 0 for each in found.next_best)
    if is_danish:
        lead = (
            f"En besparelse på {amount} kr. i {found.budget_year} koster mindst af fristen "
            f"”{deadline}”, og kun den er regnet med, sådan: {what}."
            if saving
            else f"For {amount} kr. i {found.budget_year} holder denne blanding flest af fristen "
            f"”{deadline}”: {what}."
        )
        others = "En anden blanding" if equals == 1 else f"{equals} andre blandinger"
        tail = f" {others} er ikke til at skelne fra den." if equals else ""
        does = "sparer" if saving else "koster"
        return (
            f"{lead} Rettidigheden går fra {before} til {after} (i et enkelt år {year}); den "
            f"{does} {costs} kr. i {found.budget_year} og {lasting} kr. i et helt år.{tail} I "
            "denne model og med disse antagelser."
        )
    lead = (
        f"A saving of {amount} kroner in {found.budget_year} costs least of the deadline "
        f"“{deadline}”, the only one counted, like this: {what}."
        if saving
        else f"For {amount} kroner in {found.budget_year} this mix keeps most of the deadline "
        f"“{deadline}”: {what}."
    )
    others = "Another mix" if equals == 1 else f"{equals} other mixes"
    tail = f" {others} cannot be told from it." if equals else ""
    return (
        f"{lead} Timeliness goes from {before} to {after} ({year} in a single year); it "
        f"{'saves' if saving else 'costs'} "
        f"{costs} kroner in {found.budget_year} and {lasting} in a full year.{tail} In this model "
        "and with these assumptions."
    )


def _together(mix: "Mix") -> Text:
    found = _listed(mix.titles)
    assert found is not None  # a mix of nothing is never named
    return found
