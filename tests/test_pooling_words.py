"""Two teams as one, in words: what it does is always said, and why only where it is worse."""

from dataclasses import dataclass

import pytest

from api.pages.pooling import Pooled, pooling_sentence
from capacity.practice import Policy, Practice
from capacity.wording import Text


@dataclass(frozen=True)
class Row:
    """What the words go by, of a stress row."""

    late_with: float
    more_late: float
    busy_without: float | None = 0.8
    error: float = 3

    @property
    def late_with_low(self) -> float:
        return self.late_with - self.error

    @property
    def late_with_high(self) -> float:
        return self.late_with + self.error

    @property
    def more_late_low(self) -> float:
        return self.more_late - self.error

    @property
    def more_late_high(self) -> float:
        return self.more_late + self.error


def said(apart: Row, merged: Row, *, alone: float = 0.8, policy=Policy.FIRST_COME) -> Text:
    return pooling_sentence(
        Pooled(
            team=Text(da="Nord", en="North"),
            other=Text(da="Syd", en="South"),
            practice=Practice(policy=policy),
            alone=Row(0, 0, busy_without=alone),  # type: ignore[arg-type]
            apart=apart,  # type: ignore[arg-type]
            merged=merged,  # type: ignore[arg-type]
        )
    )


def test_fewer_late_is_said_without_a_why():
    found = said(Row(300, 50), Row(200, 30))
    assert "300 frister" in found.da
    assert "200 med dem lagt sammen: færre." in found.da
    assert "skyldes" not in found.da
    assert ": fewer." in found.en


def test_a_difference_that_may_be_chance_is_said_to_be_one():
    assert "mindre end simuleringens usikkerhed" in said(Row(300, 50), Row(302, 50)).da


def test_more_late_names_the_other_team_s_pressure_and_the_order_of_work():
    found = said(Row(200, 50), Row(300, 60), alone=0.7)
    assert ": flere." in found.da
    assert "Syd har mere at lave" in found.da
    assert "70 %" in found.da
    assert "80 %" in found.da
    assert "”efter tur” og ikke efter frist" in found.da
    assert "because South has more to do" in found.en


@pytest.mark.parametrize(
    ("alone", "policy", "lacks"),
    [
        (0.8, Policy.FIRST_COME, "har mere at lave"),
        (0.7, Policy.EARLIEST_DUE, "ikke efter frist"),
    ],
)
def test_what_is_not_so_is_not_given_as_a_reason(alone: float, policy: Policy, lacks: str):
    assert lacks not in said(Row(200, 50), Row(300, 60), alone=alone, policy=policy).da


def test_fewer_in_all_and_a_dearer_absence_are_both_said():
    found = said(Row(325, 76), Row(301, 102), alone=0.7)
    assert ": færre." in found.da
    assert "koster flere frister sammenlagt (102 mod 76)" in found.da
    assert "80 % af timerne til sager bruges mod 70 % i Nord for sig" in found.da
    assert "har mere at lave" not in found.da
    assert "mindre luft" not in said(Row(325, 76), Row(301, 102), alone=0.9).da


def test_without_hours_nobody_is_busier():
    found = said(Row(200, 50), Row(300, 60, busy_without=None))
    assert "har mere at lave" not in found.da
