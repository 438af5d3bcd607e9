"""What history leaves open of a best mix: paired with nothing bought, set by set."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from small_department import fixed, small_department

from api.answers import Label, Table
from api.app import create_app
from api.documents import DepartmentDocument
from api.jobs.calculation import Running, read_finding
from api.jobs.kept_chunks import KeptChunks
from api.jobs.mix import MixCalculation, Offered, SavingCalculation
from api.jobs.mix_rows import MixRow
from api.jobs.plans import Simulation
from api.scenario_documents import PricesDocument, change_document
from api.settings import Settings
from capacity.changes import with_inputs
from capacity.department import Department
from capacity.errors import TooMuchWork
from capacity.fit import Fit, TeamInputs
from capacity.rulebook import rulebook
from capacity.scenario import Prices, changed_department
from capacity.scenario_changes import AddedPosts, Change, EmptyPosts, Measure
from capacity.staff_costs import PostPrice
from capacity.units import exact
from capacity.wording import Language, percent
from simulations.best_mix import BestMix, Offer, best_mix, most_replications, most_steps
from simulations.comparison import ComparedDeadline, compare
from simulations.experiments import MOST_STEPS
from simulations.input_band import REPLICATIONS
from simulations.mix_band import (
    MixBands,
    mix_bands,
    mix_bands_replications,
    mix_bands_sentence,
    mix_bands_steps,
)
from simulations.sentences import NOT_QUANTIFIED

BOOK = rulebook()
TEAM, DEADLINE = "assessment", "statute.child_assessment"
START, END = date(2024, 1, 1), date(2025, 1, 1)
PRICES = Prices(
    post=PostPrice(
        salary=Fraction(600_000), pension=Fraction(0), price_year=2024, source="an example"
    ),
    growth=dict.fromkeys(range(2024, 2029), Fraction(0)),
)
POSTS = Offer(unit=AddedPosts(reason="r", team=TEAM, fte=Fraction(1, 2), from_=START), most=2)
LATER = Offer(
    unit=AddedPosts(reason="r", team=TEAM, fte=Fraction(1, 2), from_=date(2024, 4, 1)), most=2
)
AGREEMENT = Measure(
    reason="r",
    name="Aftale med skolerne",
    teams=(TEAM,),
    from_=START,
    external_delay=Fraction(4, 5),
    kroner_once=Fraction(250_000),
    price_year=2024,
    source="s",
)
QUICKER = Offer(unit=AGREEMENT, most=1)
EMPTY = Offer(unit=EmptyPosts(reason="r", team=TEAM, fte=Fraction(1, 4), from_=START), most=4)
EMPTY_LATER = Offer(
    unit=EmptyPosts(reason="r", team=TEAM, fte=Fraction(1, 2), from_=date(2024, 4, 1)), most=3
)


def inputs(effort: str = "1", delays: str = "1", inflow: str = "1") -> tuple[TeamInputs, ...]:
    factors = {"effort": effort, "delays": delays, "inflow": inflow}
    given = {name: Fraction(factor) for name, factor in factors.items()}
    return (TeamInputs(team=TEAM, **given),)


SETS = (inputs("0.8", "1.2"), inputs("1.1"), inputs("1.3", "0.6", "1.1"))
SAME = (inputs(), inputs(), inputs())


def department(possible: tuple[tuple[TeamInputs, ...], ...] | None) -> Department:
    plain = small_department(arrivals_per_year="110", external_delay_days=fixed("60"))
    if possible is None:
        return plain
    history = Fit(
        from_=date(2022, 1, 1),
        seen_on=date(2023, 12, 31),
        cases=190,
        inputs=(),
        possible=possible,
    )
    return replace(plain, fit=history)


@cache
def found(
    possible: tuple[tuple[TeamInputs, ...], ...] | None,
    kroner: int = 300_000,
    replications: int = REPLICATIONS,
    seed: int = 1,
) -> BestMix:
    offers = (POSTS, LATER, QUICKER) if kroner > 0 else (EMPTY, EMPTY_LATER)
    return best_mix(
        department(possible),
        offers,
        Fraction(kroner),
        PRICES,
        DEADLINE,
        START,
        END,
        BOOK,
        budget_year=2024,
        team=TEAM,
        seed=seed,
        replications=replications,
    )


def bands_of(
    possible: tuple[tuple[TeamInputs, ...], ...] | None, mix: BestMix, **more: Any
) -> MixBands | None:
    return mix_bands(mix, department(possible), START, END, BOOK, **more)


def banded(possible: tuple[tuple[TeamInputs, ...], ...], mix: BestMix, **more: Any) -> MixBands:
    bands = bands_of(possible, mix, **more)
    assert bands is not None
    return bands


def beside(each: tuple[TeamInputs, ...], changes: tuple[Change, ...]) -> ComparedDeadline:
    """One set without and with some changes, by a comparison of its own."""
    plain = with_inputs(department(None), each)
    changed = changed_department(plain, changes, BOOK)
    compared = compare(plain, changed, START, END, BOOK, team=TEAM, replications=REPLICATIONS)
    (row,) = compared.deadlines
    return row


def test_without_sets_nothing_is_quantified_and_nothing_is_spent() -> None:
    for possible in (None, ()):
        mix = found(possible)
        assert bands_of(possible, mix) is None
        assert mix_bands_sentence(None, mix) is NOT_QUANTIFIED
        of = department(possible)
        assert mix_bands_replications(of, 3, TEAM) == 0
        assert mix_bands_steps(of, 3, START, END, BOOK, TEAM) == 0


@pytest.mark.parametrize("kroner", [600_000, -200_000])
def test_a_mixs_band_reaches_over_what_a_comparison_says_of_every_set(kroner: int) -> None:
    """With two sets the band's ends are the sets themselves, where luck is the same."""
    sets = (SETS[0], SETS[2])
    mix = found(sets, kroner)
    bands = banded(sets, mix)
    assert len(bands.mixes) == len(mix.named) > 3
    assert mix.best is not None
    best = [beside(each, mix.best.changes) for each in sets]
    starts = [row.before.share_in_time.value for row in best]
    assert bands.before == pytest.approx((min(starts), max(starts)), abs=1e-12)
    most = [
        max(beside(each, named.changes).difference.value for named in mix.named) for each in sets
    ]
    for named, band in zip(mix.named, bands.mixes, strict=True):
        rows = [beside(each, named.changes) for each in sets]
        told = {
            "share_in_time": [row.after.share_in_time.value for row in rows],
            "difference": [row.difference.value for row in rows],
            "avoided_late": [row.avoided.value for row in rows],
            "behind": [
                one.after.share_in_time.value - row.after.share_in_time.value
                for one, row in zip(best, rows, strict=True)
            ],
        }
        for name, values in told.items():
            assert getattr(band, name) == pytest.approx((min(values), max(values)), abs=1e-12), name
        assert band.best_in == sum(
            row.difference.value >= top for row, top in zip(rows, most, strict=True)
        )
    assert sum(band.best_in for band in bands.mixes) >= len(sets)


def test_the_price_of_an_avoided_late_case_lies_between_the_most_and_the_fewest_avoided() -> None:
    mix = found(SETS)
    for named, band in zip(mix.named, banded(SETS, mix).mixes, strict=True):
        fewest, most = band.avoided_late
        low, high = band.price_of_avoided
        assert low == (named.kroner / Fraction(most) if most > 0 else None)
        assert high == (named.kroner / Fraction(fewest) if fewest > 0 else None)
    best = banded(SETS, mix).mixes[0].price_of_avoided
    assert best[0] is not None
    assert mix.best is not None
    assert mix.best.price_of_avoided.value is not None
    # Eighty per cent of the effort and a longer wait leave little to win; the heaviest set much.
    assert best[0] < mix.best.price_of_avoided.value


@pytest.mark.parametrize("seed", [1, 3])
def test_sets_equal_to_the_own_inputs_leave_nothing_open(seed: int) -> None:
    """Nor is the best another, though by the first 64 replications of seed 3 it would be."""
    mix = found(SAME, replications=2 * REPLICATIONS, seed=seed)
    bands = banded(SAME, mix)
    for named, band in zip(mix.named, bands.mixes, strict=True):
        for name, value in (
            ("share_in_time", named.outcome.share_in_time.value),
            ("difference", named.difference.value),
            ("behind", named.behind.value),
            ("avoided_late", named.avoided_late.value),
        ):
            assert getattr(band, name) == pytest.approx((value, value), abs=1e-12)
        top = max(each.difference.value for each in mix.named)
        assert band.best_in == (3 if named.difference.value == top else 0)


def test_another_set_may_have_another_best_mix() -> None:
    """Where others keep a case for most of its limit, a shorter wait beats a post."""
    sets = (inputs("1.4", "0.2"), inputs("0.5", "1.9"), inputs("0.5", "1.9"))
    mix = found(sets)
    best_in = {
        named.changes: band.best_in
        for named, band in zip(mix.named, banded(sets, mix).mixes, strict=True)
    }
    assert best_in == {(POSTS.unit,): 1, (LATER.unit,): 0, (QUICKER.unit,): 2}
    assert mix.best is not None
    assert mix.best.changes == (POSTS.unit,)


def test_what_a_search_finds_does_not_depend_on_what_is_unknown() -> None:
    assert found(SETS) == found(None)


@pytest.mark.parametrize("threads", [1, 3])
def test_bands_are_the_same_on_one_thread_and_on_many(threads: int) -> None:
    mix = found(SETS)
    with ThreadPoolExecutor(threads) as executor:
        assert banded(SETS, mix, executor=executor) == banded(SETS, mix)


def test_the_work_of_the_bands_is_known_beforehand() -> None:
    mix, told = found(SETS), list[int]()
    banded(SETS, mix, on_progress=told.append)
    assert told == sorted(told)
    distinct = {str(each.titles) for each in mix.named}
    assert len(distinct) < len(mix.named)  # each is simulated once, however often it is named
    assert told[-1] == (1 + len(distinct)) * (1 + len(SETS)) * REPLICATIONS
    assert told[-1] <= mix_bands_replications(department(SETS), 3, TEAM)
    for possible, more in ((SETS[:1], 0), (SETS, 1)):
        of = department(possible)
        wanted = mix_bands_steps(of, 3, START, END, BOOK, TEAM)
        assert wanted > more * mix_bands_steps(department(SETS[:1]), 3, START, END, BOOK, TEAM)
    heavier = mix_bands_steps(department((inputs(inflow="3"),)), 3, START, END, BOOK, TEAM)
    assert heavier > mix_bands_steps(department((inputs(),)), 3, START, END, BOOK, TEAM)


def test_where_nothing_helps_every_mix_is_measured_against_buying_nothing() -> None:
    harm = replace(AGREEMENT, external_delay=Fraction(1), effort=Fraction(6, 5))
    fitted = department(SETS)
    mix = best_mix(
        fitted,
        (Offer(unit=harm, most=1),),
        Fraction(300_000),
        PRICES,
        DEADLINE,
        START,
        END,
        BOOK,
        budget_year=2024,
        team=TEAM,
        replications=REPLICATIONS,
    )
    bands = mix_bands(mix, fitted, START, END, BOOK)
    assert mix.best is None
    assert bands is not None
    (band,) = bands.mixes
    assert band.behind[0] < band.behind[1]
    assert band.behind == pytest.approx((-band.difference[1], -band.difference[0]), abs=1e-12)
    assert band.price_of_avoided == (None, None)
    said = mix_bands_sentence(bands, mix)
    assert "flytter rettidigheden i afdelingen, som den er, mellem" in said.da
    assert f"og {percent(exact(bands.before[1]), 'da')} (90 %-bånd)" in said.da
    assert "(3 possible sets)" in said.en


# The answer


def calculation(
    possible: tuple[tuple[TeamInputs, ...], ...] | None, kroner: int = 300_000, **asked: Any
) -> MixCalculation:
    offers = (POSTS, LATER, QUICKER) if kroner > 0 else (EMPTY, EMPTY_LATER)
    usual = {"team": TEAM, "from_": START, "to": END, "seed": 1, "replications": REPLICATIONS}
    simulation = Simulation(department=department(possible), address="x@1", **(usual | asked))
    return MixCalculation(
        simulation,
        "plan@1",
        PRICES,
        tuple(Offered(unit=each.unit, most=each.most) for each in offers),
        Fraction(kroner),
        2024,
        DEADLINE,
    )


def saving(possible: tuple[tuple[TeamInputs, ...], ...] | None) -> SavingCalculation:
    return SavingCalculation(calculation(possible, kroner=-200_000), Fraction(1, 10))


def rows_of(answer: Any) -> tuple[MixRow, ...]:
    assert isinstance(answer, Table)
    return answer.rows


def unknowns(row: MixRow) -> dict[str, Any]:
    return {name: value for name, value in row if "inputs" in name or name.endswith("sets")}


@pytest.mark.parametrize("asked", [calculation, saving])
def test_rows_carry_the_band_and_the_sentence_says_it(asked: Callable[..., Any]) -> None:
    answer = asked(SETS).found()
    before, *mixes = rows_of(answer.answer)
    assert before.share_in_time_inputs_low < before.share_in_time < before.share_in_time_inputs_high
    filled = {name for name, value in unknowns(before).items() if value is not None}
    assert filled == {"share_in_time_inputs_low", "share_in_time_inputs_high", "possible_sets"}
    mix = found(SETS, int(before.kroner))
    for row, band in zip(mixes, banded(SETS, mix).mixes, strict=True):
        assert unknowns(row) == {
            "share_in_time_inputs_low": band.share_in_time[0],
            "share_in_time_inputs_high": band.share_in_time[1],
            "difference_inputs_low": band.difference[0],
            "difference_inputs_high": band.difference[1],
            "behind_best_inputs_low": band.behind[0],
            "behind_best_inputs_high": band.behind[1],
            "avoided_late_inputs_low": band.avoided_late[0],
            "avoided_late_inputs_high": band.avoided_late[1],
            "price_of_avoided_inputs_low": band.price_of_avoided[0],
            "price_of_avoided_inputs_high": band.price_of_avoided[1],
            "best_in_sets": band.best_in,
            "possible_sets": 3,
        }
    best_in = mixes[0].best_in_sets
    assert answer.sentence is not None
    assert "(3 mulige sæt), flytter forskellen fra afdelingen, som den er" in answer.sentence.da
    assert answer.sentence.da.endswith(f"er den bedst i {best_in} af sættene.")
    assert answer.sentence.en.endswith(f"it is the best in {best_in} of the sets.")
    assert "90 %-bånd" in answer.sentence.da
    written = answer.as_json()
    assert read_finding(Table[MixRow], written).as_json() == written


@pytest.mark.parametrize("asked", [calculation, saving])
def test_an_answer_without_sets_says_that_nothing_is_quantified(asked: Callable[..., Any]) -> None:
    plain, fitted = asked(None).found(), asked(SETS).found()
    assert plain.sentence is not None
    assert plain.sentence.da.endswith(NOT_QUANTIFIED.da)
    assert plain.sentence.en.endswith(NOT_QUANTIFIED.en)
    for one, other in zip(rows_of(plain.answer), rows_of(fitted.answer), strict=True):
        assert set(unknowns(one).values()) == {None}
        assert one.model_dump(exclude={*unknowns(one), "verdict"}) == other.model_dump(
            exclude={*unknowns(one), "verdict"}
        )


@pytest.mark.parametrize("asked", [calculation, saving])
def test_the_band_is_counted_in_the_work_and_in_the_progress(asked: Callable[..., Any]) -> None:
    plain, fitted = asked(None), asked(SETS)
    of = (department(SETS), 3 if asked is calculation else 2)
    bands = mix_bands_steps(*of, START, END, BOOK, TEAM)
    assert fitted.steps() == (plain.steps()[0] + bands,) * 2
    searched = most_replications(*of, team=TEAM, replications=REPLICATIONS)
    assert plain.total == searched
    assert fitted.total == searched + mix_bands_replications(*of, TEAM)
    assert plain.steps()[0] == most_steps(
        *of, START, END, BOOK, team=TEAM, replications=REPLICATIONS
    )
    told: list[tuple[int, int | None]] = []
    fitted.found(Running(None, lambda *done: told.append(done)))
    done = [each for each, _ in told]
    assert done == sorted(done)
    assert {total for _, total in told[:-1]} == {fitted.total}
    assert told[-1] == (done[-1], done[-1])
    assert done[-1] <= fitted.total


class _Memory:
    """Chunks that outlive the executor that made them."""

    def __init__(self) -> None:
        self.bytes: dict[str, bytes] = {}

    def names(self) -> frozenset[str]:
        return frozenset(self.bytes)

    def find(self, key: str) -> bytes | None:
        return self.bytes.get(key)

    def keep(self, key: str, counted: bytes) -> None:
        self.bytes[key] = counted


class Killed(BaseException):
    """What stops a process asks nobody."""


def test_a_search_that_is_stopped_in_its_band_goes_on_with_what_is_finished() -> None:
    asked, chunks, ran = calculation(SETS), _Memory(), list[int]()
    undisturbed: list[int] = []
    expected = asked.found(Running(None, lambda done, _: undisturbed.append(done)))
    stop = undisturbed[-1] - REPLICATIONS * 3

    def killing(done: int, _total: int | None) -> None:
        if done >= stop:
            raise Killed

    with ThreadPoolExecutor(2) as threads, pytest.raises(Killed):
        asked.found(Running(KeptChunks(threads, chunks, lambda: None), killing))
    kept = len(chunks.bytes)
    with ThreadPoolExecutor(2) as threads:
        again = KeptChunks(threads, chunks, lambda: ran.append(1))
        assert asked.found(Running(again)) == expected
        assert 0 < len(ran) < kept
        assert len(chunks.bytes) == kept + len(ran)
        # And with everything finished nothing is run at all.
        ran.clear()
        assert asked.found(Running(KeptChunks(threads, chunks, lambda: ran.append(1)))) == expected
    assert ran == []


def test_the_band_decides_between_an_answer_at_once_a_job_and_a_refusal(tmp_path: Path) -> None:
    plain, fitted = calculation(None), calculation(SETS)
    made = []
    for slug, each in (("plain", plain), ("fitted", fitted)):
        # A document's names have no underscores.
        (assessments,) = each.asked.department.case_classes
        classes = (replace(assessments, slug="child-assessment"),)
        named = replace(each.asked.department, slug=slug, case_classes=classes)
        made.append(replace(each, asked=replace(each.asked, department=named)))
    plain, fitted = made
    settings = Settings(
        database=str(tmp_path / "planner.sqlite"), workers=0, at_once_steps=plain.steps()[1]
    )
    document = {
        "kroner": "300000",
        "budget_year": 2024,
        "replications": REPLICATIONS,
        "team": TEAM,
        "prices": PricesDocument.from_domain(PRICES).as_json(),
        "offers": [
            {"unit": change_document(each.unit).as_json(), "most": each.most}
            for each in (POSTS, LATER, QUICKER)
        ],
    }
    with TestClient(create_app(settings)) as service:
        answers = []
        for asked in (plain, fitted):
            written = DepartmentDocument.from_domain(asked.asked.department).as_json()
            service.post("/v1/departments", json=written).raise_for_status()
            named = {"department": asked.department}
            answers.append(service.post("/v1/best-mix", json=document | named))
    assert [each.status_code for each in answers] == [200, 202], answers[1].text
    assert {row["possible_sets"] for row in answers[0].json()["rows"]} == {None}
    assert answers[1].json()["total"] == fitted.total
    most = Offered(unit=POSTS.unit, most=1)
    many = (most,) * (MOST_STEPS // plain.steps()[0] * 300)
    replace(plain, offers=many).steps()
    with pytest.raises(TooMuchWork):
        replace(fitted, offers=many).steps()


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_new_column_has_a_heading_with_its_unit(language: Language) -> None:
    labels = {
        name: next(each for each in field.metadata if isinstance(each, Label)).heading(language)
        for name, field in MixRow.model_fields.items()
        if "inputs" in name or name.endswith("sets")
    }
    assert len(labels) == len(set(labels.values())) == 12
    units = {"da": ("andel 0-1", "frister", "kr.", "sæt")}
    units["en"] = ("share 0-1", "deadlines", "DKK", "sets")
    assert all(
        heading.endswith(tuple(f"({unit})" for unit in units[language]))
        for heading in labels.values()
    )


def test_ends_of_bands_keep_to_what_shares_can_be() -> None:
    for kroner in (300_000, -200_000):
        bands = banded(SETS, found(SETS, kroner))
        for band in bands.mixes:
            for low, high in (band.share_in_time, band.difference, band.behind):
                assert -1 <= low <= high <= 1
            assert band.share_in_time[0] >= 0
            assert np.isfinite(band.avoided_late).all()
