"""What history teaches of effort, and where it teaches nothing and says so."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, chisquare
from small_department import fixed, small_department

from api.documents import load_example
from capacity.case_classes import Desk
from capacity.changes import with_case_hours, with_effort, with_inflow, with_inputs
from capacity.department import Department
from capacity.distributions import Distribution, Family
from capacity.errors import InvalidInput
from capacity.practice import Policy, Practice
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.effort_posterior import (
    EffortPosterior,
    drawn,
    effort_posterior,
    fitted_effort,
    seen_past,
)
from simulations.effort_sentences import PER_HOUR, effort_sentence
from simulations.effort_study import (
    WIDEST,
    EffortQuestion,
    EffortStudy,
    design,
    effort_steps,
    effort_study,
    seed_of_pasts,
    simulated_past,
)
from simulations.factor_priors import (
    EffortPrior,
    FactorPrior,
    stated_between,
    team_effort_prior,
)
from simulations.luck import Floats
from simulations.synthetic_department import synthetic_past

BOOK = rulebook()
GUESS = Text(da="teamlederens skøn", en="the team leader's estimate")
TEAM = "assessment"
FIRST = Policy.FIRST_COME
CENTRE = np.zeros(2)


def belief(log_sd: float, median: float = 1.0) -> FactorPrior:
    return FactorPrior(median=median, log_sd=log_sd, source=GUESS)


def lognormal(mean: str, cv: str = "0.6") -> Distribution:
    return Distribution(family=Family.LOGNORMAL, mean=Fraction(mean), cv=Fraction(cv))


def busy() -> Department:
    """Three posts at about nine tenths of what they can do."""
    return small_department(
        arrivals_per_year="105",
        effort_hours=lognormal("40"),
        external_delay_days=lognormal("50"),
        ages_days=tuple(range(5, 100, 5)),
    )


def idle() -> Department:
    """Ten posts, and cases of four hours each: nobody ever waits for a caseworker."""
    return small_department(
        caseworkers=10,
        arrivals_per_year="150",
        effort_hours=lognormal("4"),
        external_delay_days=lognormal("70"),
        ages_days=tuple(range(5, 70, 5)),
    )


def owned(department: Department) -> Department:
    """The same with desks of their own."""
    (case_class,) = department.case_classes
    route = tuple(replace(each, desk=Desk.OWN) for each in case_class.route)
    (team,) = department.teams
    return replace(
        department,
        case_classes=(replace(case_class, route=route),),
        teams=(replace(team, practice=Practice()),),
    )


def setting_up(department: Department) -> Department:
    """The same in two halves, where taking up another case than the last costs six hours."""
    (case_class,) = department.case_classes
    (whole,) = case_class.route
    half = replace(whole.effort_hours, mean=whole.effort_hours.mean / 2)
    first = replace(
        whole, slug="visit", effort_hours=half, clock=None, external_delay_days=fixed("0")
    )
    (team,) = department.teams
    return replace(
        department,
        case_classes=(replace(case_class, route=(first, replace(whole, effort_hours=half))),),
        teams=(replace(team, practice=replace(team.practice, switching_hours=Fraction(6))),),
    )


def question(department: Department | None = None, **given) -> EffortQuestion:
    asked = department or busy()
    usual = {
        "department": asked,
        "team": TEAM,
        "to": date(asked.on.year + 2, asked.on.month, asked.on.day),
        "effort": belief(0.3),
        "delays": belief(0.3),
        "points": 40,
        "replications": 16,
    }
    return EffortQuestion(**(usual | given))


@cache
def usual_study() -> EffortStudy:
    return effort_study(question(), BOOK)


def fit(study: EffortStudy, number: int = 0, at: Floats = CENTRE) -> EffortPosterior:
    seen = simulated_past(study, at, study.question.policies[0], number, BOOK)
    return effort_posterior(study, seen)


# --- What history teaches --------------------------------------------------------------------


def test_a_case_list_shows_the_very_figures_that_its_simulated_past_shows():
    """Read as a list, by `observed_clocks`, or straight from the kernel: the same past."""
    study = usual_study()
    for number in range(3):
        told = synthetic_past(
            busy(),
            busy().on,
            study.view.to - timedelta(days=1),
            BOOK,
            seed=seed_of_pasts(study.question),
            replication=number,
        )
        straight = simulated_past(study, CENTRE, FIRST, number, BOOK)
        np.testing.assert_allclose(seen_past(study, told.cases, BOOK), straight, atol=1e-12)


def test_what_happened_after_the_period_is_not_looked_at():
    study = usual_study()
    told = synthetic_past(busy(), busy().on, study.view.to + timedelta(days=200), BOOK)
    at_its_end = told.cases.as_seen_on(study.view.to - timedelta(days=1))
    np.testing.assert_array_equal(
        seen_past(study, told.cases, BOOK), seen_past(study, at_its_end, BOOK)
    )


def test_heavier_work_and_longer_waits_are_learned_as_what_they_are():
    study = usual_study()
    heavy = [fit(study, n, np.array([1.2, 0.0])) for n in range(8)]
    slow = [fit(study, n, np.array([0.0, 1.2])) for n in range(8)]

    def mean_logs(found: list[EffortPosterior]) -> tuple[float, float]:
        efforts = np.log([each.effort.median for each in found])
        delays = np.log([each.delays.median for each in found])
        return float(efforts.mean()) / 0.3, float(delays.mean()) / 0.3

    effort, delays = mean_logs(heavy)
    assert effort > 0.7
    assert abs(delays) < 0.5
    effort, delays = mean_logs(slow)
    assert abs(effort) < 0.5
    assert delays > 0.7


def test_with_a_time_study_history_teaches_how_long_others_let_wait():
    study = effort_study(question(effort=belief(0.03)), BOOK)
    fits = [fit(study, number) for number in range(12)]
    found = fits[1]
    assert all(each.delays.learned for each in fits)
    assert sum(each.delays.low <= 1 <= each.delays.high for each in fits) >= 9
    assert not found.effort.learned
    said = effort_sentence(found)
    assert "Ventetiden på andre er lært" in said.da
    assert "Tidsforbruget er ikke lært" in said.da
    assert "teamlederens skøn" in said.da
    assert "Effort was not learned" in said.en


def test_where_nobody_waits_for_a_caseworker_effort_is_not_learned():
    found = fit(effort_study(question(idle()), BOOK))
    assert not found.effort.learned
    assert 0.8 < found.effort.narrowing < 1.1  # the belief itself, no wider and no narrower
    assert found.delays.learned
    assert "Tidsforbruget er ikke lært" in effort_sentence(found).da


def test_a_busy_team_teaches_its_effort_and_the_sentence_says_per_hour_at_work():
    found = fit(usual_study())
    assert found.effort.learned
    said = effort_sentence(found)
    assert "Tidsforbruget er lært" in said.da
    assert said.da.endswith(PER_HOUR.da)
    assert said.en.endswith(PER_HOUR.en)


def test_half_the_effort_in_half_the_hours_is_the_same_history():
    """Only effort per hour at work is seen: a roster twice too large doubles the effort."""
    half = Fraction(1, 2)
    halved = with_case_hours(with_effort(busy(), half), half)
    study, other = usual_study(), effort_study(question(halved), BOOK)
    pasts = [
        np.array([simulated_past(each, CENTRE, FIRST, number, BOOK) for number in range(40)])
        for each in (study, other)
    ]
    # Half a day's hours are opened in the morning: within a day things happen at other times.
    assert np.abs(pasts[0] - pasts[1]).mean() < 0.1 * pasts[0].std(axis=0).mean()
    for seen in pasts[0][:3]:
        one, two = effort_posterior(study, seen), effort_posterior(other, seen)
        assert one.effort.median == pytest.approx(two.effort.median, rel=0.03)
        assert one.effort.low == pytest.approx(two.effort.low, rel=0.03)
        assert one.delays.median == pytest.approx(two.delays.median, rel=0.05)


# --- The order of work -----------------------------------------------------------------------


def test_orders_of_work_that_come_to_the_same_are_equally_probable():
    """One kind of work on one pile: the oldest case is the one that came first."""
    study = effort_study(question(policies=(FIRST, Policy.OLDEST_CASE)), BOOK)
    found = fit(study)
    assert [each.probability for each in found.policies] == pytest.approx([0.5, 0.5])
    assert not found.policy_learned
    said = effort_sentence(found)
    assert "Historikken kan ikke afgøre rækkefølgen" in said.da
    assert "først til mølle (50 %)" in said.da
    assert "oldest case first (50%)" in said.en
    assert "tungere sager og en anden rækkefølge" not in said.da


def test_heavier_cases_and_another_order_of_work_are_shown_side_by_side():
    """Who goes from case to case sets up twice as often: that looks like heavier cases."""
    asked = question(setting_up(busy()), policies=(FIRST, Policy.OLDEST_CASE))
    study = effort_study(asked, BOOK)
    fits = [fit(study, number, np.array([-0.3, 0.0])) for number in range(6)]
    assert np.mean([len(each.possible_policies) == 2 for each in fits]) > 0.8
    found = fits[1]
    heavier = [each.effort.median for each in found.policies]
    assert all(each.probability > 0.2 for each in found.policies)
    assert not found.policy_learned
    assert heavier[1] > 1.1 * heavier[0]
    said = effort_sentence(found)
    assert "Den kan ikke skelne mellem tungere sager og en anden rækkefølge" in said.da
    for each in found.policies:
        assert f"{each.effort.median:.2f}".replace(".", ",") in said.da
        assert f"{each.effort.median:.2f}" in said.en


def test_the_weights_of_orders_and_points_are_one_distribution():
    study = effort_study(question(policies=(FIRST, Policy.OLDEST_CASE)), BOOK)
    found = fit(study)
    assert sum(each.sum() for each in found.weights) == pytest.approx(1)
    for policy, weights in zip(found.policies, found.weights, strict=True):
        assert policy.probability == pytest.approx(weights.sum())


# --- A model that does not explain -----------------------------------------------------------


def test_a_past_of_twice_the_cases_is_not_explained_and_the_sentence_says_what_is_odd():
    doubled = replace(usual_study(), question=question(with_inflow(busy(), Fraction(2))))
    seen = simulated_past(doubled, CENTRE, FIRST, 0, BOOK)
    found = effort_posterior(usual_study(), seen)
    assert not found.explains
    said = effort_sentence(found)
    assert said.da.startswith("Modellen forklarer ikke historikken")
    assert "højere end ventet" in said.da
    assert "higher than expected" in said.en


def test_a_past_that_the_model_makes_is_explained():
    found = [fit(usual_study(), number) for number in range(20)]
    assert all(each.explains for each in found)


def test_a_past_beyond_what_was_believed_points_at_the_edge():
    study = effort_study(question(effort=belief(0.1, median=0.6)), BOOK)
    much_more = replace(study, question=question(effort=belief(0.1, median=1.3)))
    found = effort_posterior(study, simulated_past(much_more, CENTRE, FIRST, 0, BOOK))
    assert found.on_the_edge > 0.5
    assert found.points_beyond
    assert not found.teaches
    said = effort_sentence(found)
    assert "mindst dårlige bud" in said.da
    assert "er lært" not in said.da
    assert "peger ud over" in effort_sentence(found).da


# --- Carried into forecasts ------------------------------------------------------------------


def test_drawn_sets_stand_for_the_posterior():
    study = effort_study(question(policies=(FIRST, Policy.OLDEST_CASE)), BOOK)
    found = fit(study)
    sets = drawn(found, 2000, seed=3)
    efforts = np.array([float(each.effort) for each in sets])
    delays = np.array([float(each.delays) for each in sets])
    low, median, high = np.quantile(efforts, [0.05, 0.5, 0.95])
    assert median == pytest.approx(found.effort.median, rel=0.02)
    assert low == pytest.approx(found.effort.low, rel=0.03)
    assert high == pytest.approx(found.effort.high, rel=0.03)
    assert np.median(delays) == pytest.approx(found.delays.median, rel=0.02)
    together = np.corrcoef(np.log(efforts), np.log(delays))[0, 1]
    assert together == pytest.approx(found.correlation, abs=0.08)
    firsts = sum(each.policy is FIRST for each in sets)
    assert firsts == pytest.approx(2000 * found.policies[0].probability, abs=2)
    assert drawn(found, 10, seed=3) == drawn(found, 10, seed=3)
    assert drawn(found, 10, seed=3) != drawn(found, 10, seed=4)


def test_a_drawn_set_changes_the_team_and_nothing_else():
    found = fit(usual_study())
    (inputs,) = drawn(found, 1, seed=1)
    changed = with_inputs(busy(), [inputs])
    before, after = (each.case_classes[0].route[0] for each in (busy(), changed))
    assert after.effort_hours.mean == before.effort_hours.mean * inputs.effort
    assert after.external_delay_days.mean == before.external_delay_days.mean * inputs.delays
    assert changed.roster == busy().roster


# --- The study -------------------------------------------------------------------------------


def test_the_same_question_gives_the_same_answer_on_any_executor():
    asked = question(points=32, replications=12)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(5) as five:
        answers = [effort_study(asked, BOOK, executor=each) for each in (one, five)]
    seen = simulated_past(answers[0], CENTRE, FIRST, 0, BOOK)
    first, second = (effort_posterior(each, seen) for each in answers)
    np.testing.assert_array_equal(first.weights, second.weights)
    assert first.effort == second.effort


def test_progress_is_told_and_what_it_raises_stops_the_rest():
    told = []
    asked = question(points=32, replications=12)
    effort_study(asked, BOOK, on_progress=lambda done, wanted: told.append((done, wanted)))
    assert told[0] == (12, 32 * 12)
    assert told[-1] == (32 * 12, 32 * 12)

    def stop(_done: int, _wanted: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        effort_study(asked, BOOK, on_progress=stop)


def test_the_cost_is_known_beforehand_and_grows_with_what_is_asked():
    one = effort_steps(question(), BOOK)
    two = effort_steps(question(policies=(FIRST, Policy.OLDEST_CASE)), BOOK)
    assert one < two < 2.1 * one


def test_points_fill_the_square_of_beliefs_evenly():
    points = design(64, seed=5)
    cells = np.floor((points + WIDEST) / (2 * WIDEST) * 4).astype(int)
    counts = np.bincount(cells[:, 0] * 4 + cells[:, 1], minlength=16)
    assert counts.min() >= 2
    assert counts.max() <= 6


def test_a_stand_in_foretells_what_the_kernel_shows_elsewhere():
    study = usual_study()
    for at in (np.array([0.7, -0.4]), np.array([-1.1, 0.9])):
        shown = study.surrogates[0].at(at[None, :])
        pasts = np.array([simulated_past(study, at, FIRST, n, BOOK) for n in range(64)])
        error = np.sqrt(shown.doubts[0] + pasts.var(axis=0) / 64)
        assert np.all(np.abs(pasts.mean(axis=0) - shown.means[0]) < 4 * error + 0.05)


def test_deadlines_of_which_the_list_holds_nothing_are_not_looked_at():
    told = synthetic_past(busy(), busy().on, date(2025, 12, 31), BOOK)
    nothing = replace(told.cases, events={})
    with pytest.raises(InvalidInput, match="shows no deadlines of the team"):
        fitted_effort(question(), nothing, BOOK)
    found = fitted_effort(question(points=32, replications=12), told.cases, BOOK)
    assert found.question.deadlines == ("statute.child_assessment",)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"to": date(2024, 2, 1)}, "to"),
        ({"points": 5}, "points"),
        ({"replications": 2}, "points"),
        ({"policies": (FIRST, FIRST)}, "policies"),
    ],
)
def test_a_question_that_cannot_be_answered_names_what_to_change(given, field):
    with pytest.raises(InvalidInput) as refused:
        question(**given)
    assert refused.value.field == field


def test_a_list_drawn_too_early_is_refused():
    told = synthetic_past(busy(), busy().on, date(2025, 6, 1), BOOK)
    with pytest.raises(InvalidInput) as refused:
        seen_past(usual_study(), told.cases, BOOK)
    assert refused.value.field == "to"


# --- Beliefs ---------------------------------------------------------------------------------


def test_beliefs_about_classes_count_by_their_hours_and_do_not_even_out():
    ishoej = load_example("ishoej-2020")
    usual = belief(0.5)
    assert team_effort_prior((), ishoej, "paragraf-50", usual) == usual
    said = EffortPrior(case_class="child-assessment", factor=belief(0.1, median=1.3))
    assert team_effort_prior((said,), ishoej, "paragraf-50", usual).median == pytest.approx(1.3)
    assert team_effort_prior((said,), ishoej, "paragraf-50", usual).log_sd == pytest.approx(0.1)
    mixed = EffortPrior(case_class="advice", factor=belief(0.1))
    both = team_effort_prior((mixed,), ishoej, "straxen", usual)
    assert 0.4 < both.log_sd < 0.5
    with pytest.raises(InvalidInput, match="has no case class"):
        team_effort_prior((said,), ishoej, "straxen", usual)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (0.0, 1.0), (2.0, 1.0)])
def test_a_statement_out_of_order_is_refused(low, high):
    with pytest.raises(InvalidInput):
        stated_between(low, high, GUESS)


# --- Calibration -----------------------------------------------------------------------------


def calibration(study: EffortStudy, fits: int, seed: int) -> dict[str, Floats]:
    """Truths drawn from belief, a past of each, and where the fit places them.

    (Talts, Betancourt, Simpson, Vehtari and Gelman, Validating Bayesian inference algorithms with
    simulation-based calibration, 2018.) One study serves all, for their department is the same.
    """
    luck = np.random.default_rng(seed)
    truths = luck.standard_normal((2 * fits, 2))
    truths = truths[(np.abs(truths) < WIDEST).all(axis=1)][:fits]
    policies = study.question.policies
    ranks, covered, first, was_first, explained = [], [], [], [], []
    for number, at in enumerate(truths):
        policy = policies[int(luck.integers(len(policies)))]
        found = effort_posterior(study, simulated_past(study, at, policy, number, BOOK))
        weights = np.sum(found.weights, axis=0)
        factors = study.question.factors(at)
        below = found.points[0] < factors
        ranks.append(weights @ below)
        covered.append(
            [
                each.low <= truth <= each.high
                for each, truth in zip((found.effort, found.delays), factors, strict=True)
            ]
        )
        first.append(found.policies[0].probability)
        was_first.append(policy is policies[0])
        explained.append(found.explains)
    return {
        "ranks": np.array(ranks),
        "covered": np.array(covered),
        "first": np.array(first),
        "was_first": np.array(was_first),
        "explained": np.array(explained),
    }


def judged(found: dict[str, Floats]) -> None:
    fits = found["ranks"].shape[0]
    low, high = binom.ppf([0.0005, 0.9995], fits, 0.9) / fits
    for share in found["covered"].mean(axis=0):
        assert low <= share <= high, share
    for ranks in found["ranks"].T:
        counts = np.histogram(ranks, bins=10, range=(0, 1))[0]
        assert chisquare(counts).pvalue > 0.0005, counts
    assert found["explained"].mean() > 0.95


def test_intervals_of_ninety_per_cent_hold_the_truth_in_ninety():
    judged(calibration(usual_study(), 60, seed=11))


@pytest.mark.soak
@pytest.mark.parametrize(
    ("department", "team", "policies"),
    [
        (busy(), TEAM, (FIRST,)),
        (owned(busy()), TEAM, (FIRST, Policy.SHARED_ATTENTION)),
        (
            load_example("ishoej-2020"),
            "paragraf-50",
            (FIRST, Policy.SHARED_ATTENTION, Policy.EARLIEST_DUE),
        ),
    ],
    ids=["pooled", "owned", "ishoej"],
)
def test_fits_are_calibrated(department, team, policies):
    asked = question(department, team=team, policies=policies, points=64, replications=24)
    found = calibration(effort_study(asked, BOOK), 400, seed=12)
    judged(found)
    if len(policies) > 1:
        # Of the fits that give the first order such a chance, so many are of it.
        said, true = found["first"].sum(), found["was_first"].sum()
        spread = np.sqrt((found["first"] * (1 - found["first"])).sum())
        assert abs(said - true) < 3.3 * spread
        # A forecaster who knows better than the prior earns a better score for it.
        score = ((found["first"] - found["was_first"]) ** 2).mean()
        assert score < (1 / len(policies)) * (1 - 1 / len(policies))


def test_without_the_spread_of_one_past_intervals_are_far_too_narrow():
    """The likelihood is what makes them honest: taken a tenth as wide, they miss."""
    study = usual_study()
    narrow = tuple(
        replace(
            each,
            log_variances=tuple(
                replace(one, weights=one.weights - np.eye(6)[0] * np.log(16))
                for one in each.log_variances
            ),
        )
        for each in study.digested
    )
    found = calibration(replace(study, digested=narrow), 40, seed=11)
    assert found["covered"].mean() < 0.75
