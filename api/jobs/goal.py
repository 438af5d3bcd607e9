"""What a target takes, as calculations: the least staff, what each post gives, and fuller work.

(da: mål.) Three questions about the same team, deadline and luck, each with its rows.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from api.answers import Answer, Table
from api.errors import refusals_naming
from api.jobs.about import About, address
from api.jobs.calculation import ALONE, Calculation, Finding, Running
from api.jobs.curve import CurveCalculation
from api.jobs.goal_rows import FullerWorkRow, LeastStaffRow, MarginalRow
from capacity.fit import verdict
from capacity.refusals import refuse_unless_above_zero
from capacity.rulebook import rulebook
from capacity.units import FTE, Share
from capacity.wording import Text, percent
from simulations.questions import StaffingQuestion

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.estimates import Estimate
    from simulations.least_staff import Expansion, LeastStaff, MarginalValue
    from simulations.left_open import Band, FullerWorkBand, LeastStaffBand


@dataclass(frozen=True, slots=True)
class _GoalCalculation(Calculation):
    """A team and a deadline of a department; `address` is what the rows call that."""

    asked: StaffingQuestion
    address: str

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked, with the whole department (da: spørgsmål)."""
        return {**CurveCalculation(self.asked, self.address).question, **self._sought}

    @property
    @abstractmethod
    def _sought(self) -> dict[str, Any]:
        """What is asked beside a curve."""

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.asked.department.slug

    def _about(self, path: str, title: Text, **terms: Any) -> About:
        asked = self.asked
        team, label = asked.department.team(asked.team).label, rulebook()[asked.deadline].label
        return About(
            title=Text(
                da=f"{title.da} for {team.da}: {label.da}",
                en=f"{title.en} of {team.en}: {label.en}",
            ),
            department=self.address,
            team=asked.team,
            path=address(
                path,
                department=self.address,
                team=asked.team,
                deadline=asked.deadline,
                from_=asked.from_,
                to=asked.to,
                extra_from=asked.extra_from,
                seed=asked.seed,
                replications=asked.replications,
                **terms,
            ),
        )

    def _origin(self) -> dict[str, Any]:
        """What every row says of where it comes from (da: oprindelse)."""
        from simulations import MODEL_VERSION

        asked = self.asked
        return {
            "department": self.address,
            "team": asked.team,
            "deadline": asked.deadline,
            "from": asked.from_,
            "to": asked.to,
            "extra_from": asked.extra_from or asked.department.on,
            "seed": asked.seed,
            "replications": asked.replications,
            "model_version": MODEL_VERSION,
            "rules_version": rulebook().fingerprint,
            "verdict": self._verdict,
        }

    @property
    def _sets(self) -> int:
        """How many times a question is asked again for what a fit leaves open (da: mulige sæt)."""
        from simulations.input_band import possible_departments

        return len(possible_departments(self.asked.department))

    @property
    def _verdict(self) -> Text:
        asked = self.asked
        return verdict(asked.department.fit, asked.team, asked.deadline)

    def _said(self, sentence: Text) -> Text:
        """A sentence with how well the model explains the department's own past."""
        tested = self._verdict
        return Text(da=f"{sentence.da} {tested.da}", en=f"{sentence.en} {tested.en}")


@dataclass(frozen=True, slots=True)
class LeastStaffCalculation(_GoalCalculation):
    """The least extra staff that meets a target often enough (da: mindste bemanding)."""

    kind: ClassVar[str] = "least-staff"
    answers_with: ClassVar[type[Answer]] = Table[LeastStaffRow]

    target: Share
    certainty: Share
    step: FTE
    most: FTE

    @property
    def _sought(self) -> dict[str, Any]:
        return {name: str(getattr(self, name)) for name in ("target", "certainty", "step", "most")}

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "LeastStaffCalculation":
        """Read what `question` wrote."""
        of = CurveCalculation.read(question)
        sought = (Fraction(question[each]) for each in ("target", "certainty", "step", "most"))
        return cls(of.asked, of.address, *sought)

    @property
    def about(self) -> About:
        """Which target, and how surely."""
        target, certainty = self.target, self.certainty
        title = Text(
            da=f"mindste bemanding til {percent(target, 'da')} i {percent(certainty, 'da')} af "
            "årene",
            en=f"least staff for {percent(target, 'en')} in {percent(certainty, 'en')} of the "
            "years",
        )
        return self._about(
            "/v1/least-staff",
            title,
            target=target,
            certainty=certainty,
            step=self.step,
            most=self.most,
        )

    @property
    def total(self) -> int:
        """As many as a search counts at most: nobody knows beforehand how many it takes."""
        from simulations.input_band import REPLICATIONS
        from simulations.least_staff import most_levels_tried

        each = self.asked.replications + self._sets * REPLICATIONS
        return most_levels_tried(self.step, self.most) * each

    def steps(self) -> tuple[int, int]:
        """Say the work: a level at least, and at most as many of the largest as may be tried."""
        from simulations.experiments import refuse_steps, steps
        from simulations.least_staff import refuse_unless_certainty
        from simulations.staffing import trial_at
        from simulations.tallies import refuse_unless_target

        refuse_unless_target(self.target, "target")
        refuse_unless_certainty(self.certainty)
        levels = Fraction(self.total, self.asked.replications)
        with _refusals():
            one, dearest = (
                steps(trial_at([level], self.asked, rulebook()), self.asked.replications)
                for level in (Fraction(0), self.most)
            )
        refuse_steps(one)
        return one, int(dearest * levels)

    def found(self, running: Running = ALONE) -> Finding:
        """Search, and ask what a fit leaves open of what was found."""
        from simulations.answers_in_words import least_staff_sentence
        from simulations.least_staff import least_staff
        from simulations.left_open import least_staff_band, least_staff_band_sentence

        most, counted = self.total, 0

        def told(done: int) -> None:
            nonlocal counted
            counted = done
            running.on_progress(done, most)

        with _refusals():
            found = least_staff(
                self.asked,
                self.target,
                self.certainty,
                rulebook(),
                step=self.step,
                most=self.most,
                executor=running.executor,
                on_progress=told,
            )
            searched = counted
            band = least_staff_band(
                found,
                rulebook(),
                executor=running.executor,
                on_progress=lambda done: told(searched + done),
            )
        running.on_progress(counted, counted)  # so many it took
        left_open = least_staff_band_sentence(band, found)
        return Finding(
            Table[LeastStaffRow](rows=tuple(self._rows(found, band))),
            self._said(least_staff_sentence(found, rulebook(), left_open)),
        )

    def _rows(self, found: "LeastStaff", band: "LeastStaffBand | None") -> Iterator[LeastStaffRow]:
        least = found.found
        of_all: dict[str, Any] = {
            "least": least and least.extra_fte,
            "least_low": found.range_low,
            "least_high": found.range_high,
            "least_inputs_low": band and band.low,
            "least_inputs_high": band and band.high,
            "enough_in_sets": band and band.enough_in,
            "possible_sets": band and band.sets,
            "target": found.target,
            "certainty": found.certainty,
            "step": found.step,
            "most": found.most,
            "reachable": found.reachable,
            **_ends("years_within_reach", found.years_within_reach),
            **self._origin(),
        }
        for each in found.tried:
            yield LeastStaffRow.model_validate(
                {
                    "extra_fte": each.extra_fte,
                    "is_least": least is not None and each.extra_fte == least.extra_fte,
                    **_ends("probability", each.probability),
                    "years_reached": each.years_reached,
                    "years": each.years,
                    "case_fte": each.case_fte,
                    **_ends("share_in_time", each.share_in_time),
                    "share_in_time_year_low": each.year_low,
                    "share_in_time_year_high": each.year_high,
                    "in_time": each.in_time,
                    "due": each.due,
                    **of_all,
                }
            )


@dataclass(frozen=True, slots=True)
class MarginalCalculation(_GoalCalculation):
    """What each further full-time post gives (da: marginal værdi)."""

    kind: ClassVar[str] = "marginal-value"
    answers_with: ClassVar[type[Answer]] = Table[MarginalRow]

    up_to: int

    @property
    def _sought(self) -> dict[str, Any]:
        return {"up_to": self.up_to}

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "MarginalCalculation":
        """Read what `question` wrote."""
        of = CurveCalculation.read(question)
        return cls(of.asked, of.address, int(question["up_to"]))

    @property
    def about(self) -> About:
        """Up to how many posts."""
        title = Text(da="hvad den næste stilling giver", en="what the next post gives")
        return self._about("/v1/marginal-value", title, up_to=self.up_to)

    @property
    def total(self) -> int:
        """All levels are run in the same replications, and in fewer under every possible set."""
        from simulations.input_band import REPLICATIONS

        return self.asked.replications + self._sets * REPLICATIONS

    def steps(self) -> tuple[int, int]:
        """Say the work (da: beregningens omfang)."""
        from simulations.experiments import refuse_steps, steps
        from simulations.staffing import trial_at

        levels = [Fraction(level) for level in range(self.up_to + 1)]
        with _refusals():
            wanted = steps(trial_at(levels, self.asked, rulebook()), self.total)
        refuse_steps(wanted)
        return wanted, wanted

    def found(self, running: Running = ALONE) -> Finding:
        """Simulate one post more, and one more, and ask what a fit leaves open of each."""
        from simulations.answers_in_words import marginal_value_sentence
        from simulations.least_staff import marginal_value
        from simulations.left_open import first_post_sentence, step_bands

        total, searched = self.total, self.asked.replications
        with _refusals():
            found = marginal_value(
                self.asked,
                rulebook(),
                up_to=self.up_to,
                executor=running.executor,
                on_progress=lambda done: running.on_progress(done, total),
            )
            bands = step_bands(
                found,
                rulebook(),
                executor=running.executor,
                on_progress=lambda done: running.on_progress(searched + done, total),
            )
        left_open = first_post_sentence(bands, found)
        return Finding(
            Table[MarginalRow](rows=tuple(self._rows(found, bands))),
            self._said(marginal_value_sentence(found, rulebook(), left_open)),
        )

    def _rows(
        self, found: "MarginalValue", bands: "tuple[Band, ...] | None"
    ) -> Iterator[MarginalRow]:
        for each, band in zip(found.steps, bands or [(None, None)] * len(found.steps), strict=True):
            yield MarginalRow.model_validate(
                {
                    "to_fte": each.to_fte,
                    "from_fte": each.from_fte,
                    **_ends("share_before", each.share_before),
                    **_ends("share_after", each.share_after),
                    "share_after_year_low": each.year_low,
                    "share_after_year_high": each.year_high,
                    **_ends("difference", each.difference),
                    "difference_inputs_low": band[0],
                    "difference_inputs_high": band[1],
                    **_ends("more_in_time", each.cases_in_time_a_year),
                    "is_distinguishable": each.is_distinguishable,
                    "flat_from": found.flat_from,
                    "kroner": None,
                    **_ends("price_of_kept", None),
                    **self._origin(),
                }
            )


@dataclass(frozen=True, slots=True)
class FullerWorkCalculation(_GoalCalculation):
    """What is left of some extra posts where work expands (da: arbejdet udvider sig)."""

    kind: ClassVar[str] = "fuller-work"
    answers_with: ClassVar[type[Answer]] = Table[FullerWorkRow]

    target: Share
    extra_fte: FTE

    @property
    def _sought(self) -> dict[str, Any]:
        return {"target": str(self.target), "added": str(self.extra_fte)}

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "FullerWorkCalculation":
        """Read what `question` wrote."""
        of = CurveCalculation.read(question)
        return cls(of.asked, of.address, Fraction(question["target"]), Fraction(question["added"]))

    @property
    def about(self) -> About:
        """Of how many posts."""
        title = Text(da="grundigere arbejde", en="fuller work")
        return self._about("/v1/fuller-work", title, target=self.target, extra_fte=self.extra_fte)

    @property
    def total(self) -> int:
        """As many as the searches for the place count at most."""
        from simulations.input_band import REPLICATIONS
        from simulations.least_staff import most_parts_tried

        return (self.asked.replications + self._sets * REPLICATIONS) * most_parts_tried()

    def steps(self) -> tuple[int, int]:
        """Say the work: the curves, and at most as many parts as may be tried."""
        from simulations.experiments import refuse_steps, steps
        from simulations.input_band import REPLICATIONS
        from simulations.least_staff import FULLER_WORK, most_parts_tried
        from simulations.staffing import trial_at
        from simulations.tallies import refuse_unless_target

        refuse_unless_target(self.target, "target")
        refuse_unless_above_zero(self.extra_fte, "extra_fte")
        levels = replace(self.asked, extra_fte=(*self.asked.extra_fte, self.extra_fte)).extra_fte
        with _refusals():
            curve, two, one = (
                steps(trial_at(some, self.asked, rulebook()), self.asked.replications)
                for some in (
                    [Fraction(0), *levels],
                    [Fraction(0), self.extra_fte],
                    [self.extra_fte],
                )
            )
        curves, parts = len(FULLER_WORK) * curve, most_parts_tried()
        # A set has the one level alone, and fewer replications.
        sets = Fraction(self._sets * REPLICATIONS, self.asked.replications)
        refuse_steps(curves + one)
        of_sets = int(sets * (len(FULLER_WORK) * two + parts * one))
        return curves + one, curves + one * parts + of_sets

    def found(self, running: Running = ALONE) -> Finding:
        """Simulate the curves, seek from where on the target fails, and what a fit leaves open."""
        from simulations.answers_in_words import expansion_sentence
        from simulations.least_staff import expansion
        from simulations.left_open import fuller_work_band, fuller_work_sentence

        most, counted = self.total, 0

        def told(done: int) -> None:
            nonlocal counted
            counted = done
            running.on_progress(done, most)

        with _refusals():
            found = expansion(
                self.asked,
                self.target,
                rulebook(),
                extra_fte=self.extra_fte,
                executor=running.executor,
                on_progress=told,
            )
            searched = counted
            band = fuller_work_band(
                found,
                rulebook(),
                executor=running.executor,
                on_progress=lambda done: told(searched + done),
            )
        running.on_progress(counted, counted)
        left_open = fuller_work_sentence(band, found)
        return Finding(
            Table[FullerWorkRow](rows=tuple(self._rows(found, band))),
            self._said(expansion_sentence(found, rulebook(), left_open)),
        )

    def _rows(self, found: "Expansion", band: "FullerWorkBand | None") -> Iterator[FullerWorkRow]:
        of_all = {
            "inputs_known": band is not None,
            "fails_from_inputs_low": band and band.low,
            "fails_from_inputs_high": band and band.high,
            "target": found.target,
            "added": found.extra_fte,
            "fails_from": found.fails_from,
            "fails_from_low": found.range_low,
            "fails_from_high": found.range_high,
            **self._origin(),
        }
        for part, curve in zip(found.fuller_work, found.curves, strict=True):
            for point in curve.points:
                yield FullerWorkRow.model_validate(
                    {
                        "fuller_work": part,
                        "extra_fte": point.extra_fte,
                        **_ends("share_in_time", point.share_in_time),
                        "share_in_time_year_low": point.year_low,
                        "share_in_time_year_high": point.year_high,
                        "in_time": point.in_time,
                        "due": point.due,
                        **of_all,
                    }
                )


def _refusals() -> AbstractContextManager[None]:
    return refusals_naming(rule="deadline", day="from")


def _ends(name: str, found: "Estimate | None") -> dict[str, float | None]:
    """An estimate and its two ends, as columns."""
    ends = (None,) * 3 if found is None else (found.value, found.low, found.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
