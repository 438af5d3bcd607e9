"""The addresses that a newcomer tries first, as the note's economist would write them."""

import pytest
from fastapi.testclient import TestClient

NOTE = "/v1/caseload?open_cases=890&case_fte=23,92&on=2020-03-26"
CELL = "&format=text&decimal=comma"
FTE = "/v1/fte?staff=20x37;8x30;4x25,5&non_case_hours=40&sick_days=11&full_time_hours=37"
ERLANG = "/v1/erlang?arrivals=18&service=1&servers=20&within=4&target_share=0,9&measure=wait"
WORK = (
    "/v1/workload?activities=152x35;890x12&hours_per_fte=1546&category_share=0,2"
    "&individual_hours=800&case_fte=23,92"
)


@pytest.mark.parametrize(
    ("address", "cell"),
    [
        (f"{NOTE}&field=cases_per_fte&digits=1", "37,2"),
        (f"{NOTE}&field=missing_fte_at_high&digits=2", "5,75"),
        (f"{NOTE}&field=missing_fte_at_target&target=25&digits=2", "11,68"),
        (f"{NOTE}&field=missing_fte_at_low&digits=2", "20,58"),
        (f"{NOTE}&field=unit", "child"),
        (f"{FTE}&on=2020-03-26&field=headcount", "32"),
        (f"{FTE}&on=2020-03-26&field=contracted_hours", "1082"),
        (f"{FTE}&on=2020-03-26&field=case_fte&digits=4", "28,1622"),
        # (1082 − 40) / 37 posts of 1924 − 7.4 × (8 holidays + 2 closing + 30 leave + 11 sick) hours
        (f"{FTE}&on=2020-03-26&field=available_hours&digits=1", "43555,6"),
        # (152·35 + 890·12) / 1546 × 1.25 + 800 / 1546
        (f"{WORK}&field=required_fte&digits=4", "13,4541"),
        (f"{WORK}&field=category_factor", "1,25"),
        ("/v1/compliance?in_time=2&due=6&field=share&digits=3", "0,333"),
        ("/v1/compliance?in_time=2&due=6&field=interval_low&digits=2", "0,10"),
        ("/v1/compliance?in_time=2&due=6&field=interval_high&digits=2", "0,70"),
        ("/v1/due-date?rule=statute.child_assessment&start=2019-10-31&field=due_on", "2020-02-29"),
        (
            "/v1/due-date?rule=statute.notification_assessment&start=2026-03-28T12:00&field=due_at",
            "2026-03-29T13:00:00+02:00",  # through the night the clocks are set forward
        ),
        (f"{ERLANG}&field=probability_of_waiting&digits=9", "0,550769005"),
        (f"{ERLANG}&field=least_servers", "19"),
    ],
)
def test_a_cell_shows_what_the_note_and_the_tables_say(
    client: TestClient, address: str, cell: str
) -> None:
    answer = client.get(address + CELL)
    assert (answer.status_code, answer.text) == (200, cell)


def test_what_counts_as_full_time_does_not_change_the_hours_worked(client: TestClient) -> None:
    address = "/v1/fte?staff=32x37&on=2020-03-26&field=available_hours&format=text"
    answers = {client.get(f"{address}&full_time_hours={norm}").text for norm in (35, 37, 40)}
    assert len(answers) == 1


def test_a_curve_is_asked_by_department_and_level(client: TestClient) -> None:
    rows = client.get(
        "/v1/staffing-curve?department=ishoej-2020&deadline=statute.child_assessment"
        "&team=paragraf-50&extra_fte=0;1;2&seed=7"
    ).json()["rows"]
    shares = [row["share_in_time"] for row in rows]
    assert shares == sorted(shares)
    assert shares[0] < 0.9  # the headline has room to improve
    for row in rows:
        assert row["share_in_time"] == row["in_time"] / row["due"]
        assert row["share_in_time_low"] <= row["share_in_time"] <= row["share_in_time_high"]


def test_a_curve_without_a_field_is_a_sentence(client: TestClient) -> None:
    sentence = client.get("/v1/staffing-curve?department=ishoej-2020&extra_fte=2&format=text").text
    assert sentence.startswith("To ekstra fuldtidsstillinger løfter rettidigheden i §50-team")
    assert "i denne model og med disse antagelser" in sentence
