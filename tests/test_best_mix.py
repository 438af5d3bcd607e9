from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product

import pytest

from api.documents import load_example
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.scenario import Prices, changed_department, expenses
from capacity.scenario_changes import AddedPosts, EmptyPosts, Measure, Overtime
from capacity.staff_costs import PostPrice, staff_budget
from simulations.best_mix import (
    MOST_TRIED,
    SCREENED,
    Offer,
    best_mix,
    most_replications,
    most_steps,
)
from simulations.comparison import courses_of, courses_steps, touched_teams
from simulations.waterfall import owed

BOOK = rulebook()
ISHOEJ = load_example("ishoej-2020")
TEAM, DEADLINE = "paragraf-50", "statute.child_assessment"
YEAR = (ISHOEJ.on, date(2021, 3, 26))
PRICES = Prices(
    post=PostPrice(
        salary=Fraction(600_000), pension=Fraction(0), price_year=2020, source="an example"
    ),
    growth=dict.fromkeys(range(2020, 2025), Fraction(0)),
)


def posts(from_=ISHOEJ.on, team=TEAM, most=40):
    unit = AddedPosts(reason="r", team=team, fte=Fraction(1, 2), from_=from_)
    return Offer(unit=unit, most=most)


def overtime(most=3):
    unit = Overtime(
        reason="r",
        team=TEAM,
        hours_per_week=Fraction(10),
        from_=ISHOEJ.on,
        to=date(2021, 1, 1),
        kroner_per_hour=Fraction(400),
        price_year=2020,
        source="s",
    )
    return Offer(unit=unit, most=most)


COURSE = Offer(
    unit=Measure(
        reason="r",
        name="Kursus",
        teams=(TEAM,),
        from_=ISHOEJ.on,
        effort=Fraction(9, 10),
        kroner_once=Fraction(100_000),
        price_year=2020,
        source="s",
    ),
    most=1,
)


def best(*offers, kroner=700_000, replications=64, team=TEAM, **more):
    return best_mix(
        ISHOEJ,
        offers,
        Fraction(kroner),
        PRICES,
        DEADLINE,
        *YEAR,
        BOOK,
        budget_year=2020,
        team=team,
        replications=replications,
        **more,
    )


def share_of(changes, seed):
    made = changed_department(ISHOEJ, changes, BOOK)
    (course,) = courses_of(
        [made],
        touched_teams([made], TEAM),
        *YEAR,
        BOOK,
        seed=seed,
        replications=SCREENED,
        executor=None,
        on_progress=lambda _: None,
    )
    return owed(course, TEAM, DEADLINE).share.value


def cost_of(changes):
    return staff_budget(
        expenses(ISHOEJ, changes, PRICES, BOOK), 2020, PRICES.growth
    ).total.part_year


@pytest.mark.parametrize("kroner", [350_000, 800_000])
def test_no_affordable_mix_keeps_more_by_the_luck_it_was_searched_with(kroner):
    offers = (posts(), posts(date(2020, 9, 1)), overtime(), COURSE)
    affordable = {}
    for counts in product(range(5), range(9), range(4), range(2)):
        changes = tuple(o.of(n) for o, n in zip(offers, counts, strict=True) if n)
        if cost_of(changes) <= kroner:
            affordable[changes] = share_of(changes, seed=2)
    found = best(*offers, kroner=kroner)
    named = [found.best, *found.next_best]
    assert max(affordable[each.changes] for each in named) == max(affordable.values())
    assert found.tried <= len(affordable)


def test_every_mix_keeps_within_the_amount_in_the_budget_year():
    found = best(posts(), posts(date(2020, 9, 1)), overtime(), COURSE)
    for mix in (found.best, *found.next_best, *found.alone):
        assert 0 < mix.budget.total.part_year <= 700_000


def test_more_money_never_keeps_less():
    offers = (posts(), overtime(), COURSE)
    shares = [
        best(*offers, kroner=kroner).best.outcome.share_in_time.value
        for kroner in (200_000, 500_000, 1_000_000)
    ]
    assert shares == sorted(shares)


def test_alone_is_each_offer_with_the_whole_amount():
    found = best(posts(), overtime(), COURSE)
    kinds = [[change.kind for change in mix.changes] for mix in found.alone]
    assert kinds == [["added_posts"], ["overtime"], ["measure"]]
    (more,) = found.alone[0].changes
    assert cost_of([replace(more, fte=more.fte + Fraction(1, 2))]) > 700_000


def test_a_post_where_nobody_is_late_buys_nothing():
    found = best(posts(team="straxen"))
    assert found.best is None
    assert found.alone[0].price_of_avoided.value is None


def test_an_amount_that_buys_nothing_says_so():
    found = best(posts(), kroner=1000)
    assert (found.best, found.next_best, found.alone) == (None, (), ())


def test_the_price_of_an_avoided_late_case_is_the_cost_of_the_period_over_them():
    mix = best(posts()).best
    costs = expenses(ISHOEJ, mix.changes, PRICES, BOOK)
    (fte,) = [each.fte for each in mix.changes]
    # From 26 March to 26 March: a whole year of the posts.
    paid = mix.price_of_avoided.value * Fraction(mix.avoided_late.value)
    assert float(paid) == pytest.approx(float(fte * 600_000), rel=1e-3)
    assert len(costs) == 1
    assert mix.price_of_avoided.low < mix.price_of_avoided.value < mix.price_of_avoided.high


def test_a_saving_saves_the_amount_and_loses_least():
    offers = [
        Offer(unit=EmptyPosts(reason="r", team=team, fte=Fraction(1, 4), from_=ISHOEJ.on), most=12)
        for team in (TEAM, "basisteam-1")
    ]
    found = best(*offers, kroner=-300_000)
    assert found.best.budget.total.part_year <= -300_000
    # The other team owes another deadline, so what goes there costs nothing of this one.
    assert {each.team for each in found.best.changes} == {"basisteam-1"}
    (here,) = [m for m in found.alone if m.changes[0].team == TEAM]
    assert here.difference.value < found.best.difference.value == 0


def test_a_saving_beyond_what_is_offered_is_refused_with_the_most_there_is():
    offer = Offer(
        unit=EmptyPosts(reason="r", team=TEAM, fte=Fraction(1, 4), from_=ISHOEJ.on), most=2
    )
    with pytest.raises(InvalidInput, match="together cannot save so much") as refusal:
        best(offer, kroner=-900_000)
    assert refusal.value.field == "kroner"


def test_a_saving_that_no_offer_can_make_alone_is_made_by_several():
    offers = [
        Offer(unit=EmptyPosts(reason="r", team=team, fte=Fraction(1, 4), from_=ISHOEJ.on), most=2)
        for team in (TEAM, "basisteam-1")
    ]
    found = best(*offers, kroner=-400_000)
    assert found.alone == ()
    assert found.best.budget.total.part_year <= -400_000
    assert {each.team for each in found.best.changes} == {TEAM, "basisteam-1"}


def test_an_offer_without_a_price_is_refused_by_its_number():
    free = Offer(
        unit=Measure(reason="r", name="K", teams=(TEAM,), from_=ISHOEJ.on, effort=Fraction(1, 2)),
        most=1,
    )
    with pytest.raises(InvalidInput, match="costs \\(or saves\\) nothing") as refusal:
        best(posts(), free)
    assert refusal.value.field == "offers[1]"
    with pytest.raises(InvalidInput, match="nothing is offered"):
        best()


def test_a_measure_cannot_be_bought_twice():
    with pytest.raises(InvalidInput, match="bought once"):
        Offer(unit=COURSE.unit, most=2)


def test_the_same_question_gives_the_same_answer():
    assert best(posts(), overtime()) == best(posts(), overtime())


def test_what_is_named_is_simulated_with_luck_that_the_search_has_not_seen():
    found = best(posts(), replications=SCREENED)
    assert found.best.outcome.share_in_time.value == share_of(found.best.changes, seed=1)


def test_the_work_said_beforehand_is_never_less_than_the_work_done():
    done = []
    found = best(posts(), overtime(), on_progress=done.append)
    a_replication = courses_steps([ISHOEJ], TEAM, *YEAR, BOOK, 1)
    most = most_steps(ISHOEJ, 2, *YEAR, BOOK, team=TEAM, replications=64)
    assert done[-1] * a_replication <= most
    assert 0 < found.tried <= MOST_TRIED
    assert done == sorted(done)
    assert done[-1] <= most_replications(ISHOEJ, 2, team=TEAM, replications=64)


def test_what_is_done_is_counted_over_all_teams_and_never_backwards():
    told = []
    found = best(
        posts(), COURSE, kroner=300_000, replications=32, team=None, on_progress=told.append
    )
    alone = len(touched_teams([ISHOEJ], None))
    assert told == sorted(told)
    # Every team is run by itself in the demo: so many mixes, and then those that are named.
    named = 1 + len({each.changes for each in (found.best, *found.next_best, *found.alone)})
    assert told[-1] == alone * (found.tried * SCREENED + named * 32)
    assert told[-1] <= most_replications(ISHOEJ, 2, team=None, replications=32)
