"""What the lists that were accepted before say of the next one (da: tidligere lister)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlmodel import Session

from api.faults import faults_in_words
from api.imports.fields import Kind
from api.imports.terms import Terms
from api.store.departments import Store
from api.store.histories import AcceptedList, Histories
from api.today import day_of
from capacity.caseload import CaseUnit
from capacity.wording import Text, date_in_words

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from api.imports.understanding import Understood

_UNITS = {
    CaseUnit.CHILD: Text(da="et barn (child)", en="a child"),
    CaseUnit.FAMILY: Text(da="en familie (family)", en="a family"),
    CaseUnit.CITIZEN: Text(da="en borger (citizen)", en="a citizen"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownUnit:
    """What a case is in a department's lists, and from where that is known (da: sagsenhed)."""

    unit: CaseUnit
    because: Text


def known_unit(engine: Engine, department: str, source: str | None) -> KnownUnit | None:
    """Return what a case is in a department's lists, where that is known (da: sagsenhed).

    As in the case lists that were accepted before, those of the same source alone where there are
    any; else as the department counts. None where those lists count both: somebody has to say.
    """
    with faults_in_words(), Session(engine) as session:
        found = Store(session).department(department)
        lists = _case_lists(Histories(session).listed(found.slug), source)
    units = {each.unit for each in lists}
    if len(units) > 1:
        return None
    if lists:
        newest, unit = lists[0], CaseUnit(str(lists[0].unit))
        from_ = Text(
            da=f"som i liste {newest.id}, der blev taget ind {_on(newest).da}",
            en=f"as in list {newest.id}, which was accepted on {_on(newest).en}",
        )
    else:
        unit, from_ = found.unit, Text(da="som afdelingen tæller", en="as the department counts")
    case = _UNITS[unit]
    return KnownUnit(
        unit=unit,
        because=Text(
            da=f"en sag er {case.da}, {from_.da}; skriv unit=…, hvis denne liste tæller andet",
            en=f"a case is {case.en}, {from_.en}; write unit=… where this list counts otherwise",
        ),
    )


def _case_lists(lists: Sequence[AcceptedList], source: str | None) -> list[AcceptedList]:
    counted = [each for each in lists if each.kind is Kind.CASES and each.unit is not None]
    own = [each for each in counted if source is not None and each.source == source]
    return own or counted


def kept_before(engine: Engine, slug: str, terms: Terms, found: "Understood") -> Text | None:
    """Say that a list is one that is kept already, where it is (da: samme liste).

    The newest of its kind where both say the same row by row, whatever their files look like; or an
    older one, which does not become the newest by being accepted again.
    """
    if found.content is None:
        return None
    with faults_in_words(), Session(engine) as session:
        histories = Histories(session)
        left_out = found.report.rows - found.report.rows_understood
        older = histories.same_as_newest(slug, terms, found.content, left_out=left_out)
        older = older or histories.by_token(slug, found.report.token)
        if older is None:
            return None
        newest = next(each for each in histories.listed(slug) if each.kind is older.kind)
    if older.id == newest.id:
        return Text(
            da=f"samme liste som den, der blev taget ind {_on(older).da} (liste {older.id}); der "
            "er intet nyt at gemme",
            en=f"the same list as was accepted on {_on(older).en} (list {older.id}); there is "
            "nothing new to keep",
        )
    return Text(
        da=f"samme liste som den, der blev taget ind {_on(older).da} (liste {older.id}); liste "
        f"{newest.id} er taget ind siden og gælder, så slet den, hvis denne skal gælde igen",
        en=f"the same list as was accepted on {_on(older).en} (list {older.id}); list {newest.id} "
        "was accepted since and holds, so delete that where this one is to hold again",
    )


def _on(accepted: AcceptedList) -> Text:
    day = day_of(accepted.accepted_at)
    return Text(da=date_in_words(day, "da"), en=date_in_words(day, "en"))
