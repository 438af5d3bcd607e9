"""The best mix for an amount, or the least harmful saving, as a calculation (da: blanding)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar

from api.answers import Answer, Table
from api.errors import refusals_naming
from api.jobs.about import About
from api.jobs.calculation import ALONE, Calculation, Finding, Running
from api.jobs.mix_rows import MixRow, mix_rows
from api.jobs.mix_sentence import mix_sentence
from api.jobs.plans import Plan, Simulation, read_changes
from api.scenario_documents import change_document
from capacity.rulebook import rulebook
from capacity.scenario import Prices
from capacity.scenario_changes import Change
from capacity.units import Kroner, Share
from capacity.wording import Text, in_full, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A unit of what may be bought, and how many at most (da: mulighed)."""

    unit: Change
    most: int


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
        about = replace(self.asked.about(title, self.name, "best-mix", **terms), kroner=amount)
        # What is no version of a scenario has no address: its offers were written on a page.
        return about if "@" in self.name else replace(about, scenario=None, path=None)

    @property
    def total(self) -> int:
        """As many as a search counts at most: nobody knows beforehand how many it takes."""
        from simulations.best_mix import most_replications
        from simulations.mix_band import mix_bands_replications

        asked, offers = self.asked, len(self.offers)
        searched = most_replications(
            asked.department, offers, team=asked.team, replications=asked.replications
        )
        return searched + mix_bands_replications(asked.department, offers, asked.team)

    def steps(self) -> tuple[int, int]:
        """Say the work: as many mixes as may be tried, since nobody knows how many it takes."""
        from simulations.best_mix import most_steps
        from simulations.experiments import refuse_steps
        from simulations.mix_band import mix_bands_steps

        asked, offers = self.asked, len(self.offers)
        of = (asked.department, offers, asked.from_, asked.to, rulebook())
        wanted = most_steps(*of, team=asked.team, replications=asked.replications)
        wanted += mix_bands_steps(*of, asked.team)
        refuse_steps(wanted)
        return wanted, wanted

    def found(self, running: Running = ALONE) -> Finding:
        """Search for the mix, and ask of those named what a fit leaves open."""
        from simulations.best_mix import Offer, best_mix
        from simulations.mix_band import mix_bands

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
            searched = counted
            bands = mix_bands(
                found,
                asked.department,
                asked.from_,
                asked.to,
                rulebook(),
                executor=running.executor,
                on_progress=lambda done: told(searched + done),
            )
        running.on_progress(counted, counted)  # so many it took
        return Finding(
            Table[MixRow](rows=tuple(mix_rows(found, bands, asked, self.name, self.left_out))),
            mix_sentence(found, bands, self.left_out),
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
