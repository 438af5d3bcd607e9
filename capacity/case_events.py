"""What a case system knows of a case: dates of what happened to it (da: hændelser i en sag).

A deadline on paper is observed as two dates: the event that starts its clock, which the law names,
and the event that meets it, which stands here.
"""

from enum import StrEnum

from capacity.wording import Text


class CaseEvent(StrEnum):
    """Something that happened to a case, with a date (da: hændelse)."""

    NEED_BECAME_KNOWN = "need_became_known"
    NOTIFICATION_RECEIVED = "notification_received"
    NOTIFICATION_ASSESSED = "notification_assessed"
    WORK_BEGAN = "work_began"
    ASSESSMENT_FINISHED = "assessment_finished"
    DECISION_MADE = "decision_made"
    PLAN_MADE = "plan_made"
    MEASURE_STARTED = "measure_started"
    FOLLOWED_UP_FIRST = "followed_up_first"
    PREVIOUS_FOLLOW_UP = "previous_follow_up"
    FOLLOWED_UP = "followed_up"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


EVENT_LABELS: dict[CaseEvent, Text] = {
    CaseEvent.NEED_BECAME_KNOWN: Text(
        da="kommunen blev opmærksom på behovet", en="the need became known"
    ),
    CaseEvent.NOTIFICATION_RECEIVED: Text(da="underretningen modtaget", en="notification received"),
    CaseEvent.NOTIFICATION_ASSESSED: Text(da="underretningen vurderet", en="notification assessed"),
    CaseEvent.WORK_BEGAN: Text(da="arbejdet begyndt", en="work began"),
    CaseEvent.ASSESSMENT_FINISHED: Text(
        da="børnefaglig undersøgelse afsluttet", en="child assessment finished"
    ),
    CaseEvent.DECISION_MADE: Text(da="afgørelse truffet", en="decision made"),
    CaseEvent.PLAN_MADE: Text(da="plan udarbejdet", en="plan made"),
    CaseEvent.MEASURE_STARTED: Text(da="indsats iværksat", en="measure started"),
    CaseEvent.FOLLOWED_UP_FIRST: Text(da="første opfølgning", en="first follow-up"),
    CaseEvent.PREVIOUS_FOLLOW_UP: Text(da="forrige opfølgning", en="previous follow-up"),
    CaseEvent.FOLLOWED_UP: Text(da="opfølgning", en="follow-up"),
    CaseEvent.CLOSED: Text(da="sagen lukket", en="case closed"),
    CaseEvent.WITHDRAWN: Text(
        da="sagen faldt bort (fraflytning, fejl)", en="case withdrawn (moved away, mistake)"
    ),
}

ARRIVAL_EVENTS = (
    CaseEvent.NOTIFICATION_RECEIVED,
    CaseEvent.NEED_BECAME_KNOWN,
    CaseEvent.DECISION_MADE,
    CaseEvent.MEASURE_STARTED,
    CaseEvent.PREVIOUS_FOLLOW_UP,
)
"""The events that bring a row into the list, the first that has a date (da: sagens ankomst)."""

MET_BY: dict[str, CaseEvent] = {
    "statute.notification_assessment": CaseEvent.NOTIFICATION_ASSESSED,
    "statute.child_assessment": CaseEvent.ASSESSMENT_FINISHED,
    "statute.care_plan": CaseEvent.PLAN_MADE,
    "statute.follow_up_first": CaseEvent.FOLLOWED_UP_FIRST,
    "statute.follow_up_later": CaseEvent.FOLLOWED_UP,
    "assumption.follow_up_later": CaseEvent.FOLLOWED_UP,
}
"""The deadlines that a case list can show, by rule, and the event that meets each.

What starts each is the rule's own `starts_on`, whose id is the event's.
"""
