"""Departments side by side, and their places, in words (da: sammenligningen i ord)."""

from collections.abc import Iterator, Mapping, Sequence

from capacity.department_comparison import DepartmentRow, Measure, RankedRow
from capacity.errors import InvalidInput
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, percent, shown

_CASELOAD = Text(da="sagstal {caseload}", en="caseload {caseload}")
_LOAD = Text(da="belastningsgrad {load}", en="load {load}")
_TIMELY = Text(
    da="{in_time} af {due} til tiden ({share}; {low} til {high})",
    en="{in_time} of {due} in time ({share}; {low} to {high})",
)
_MEASURES = {
    Measure.CASELOAD: Text(da="sagstal", en="caseload"),
    Measure.LOAD: Text(da="belastningsgrad", en="load"),
    Measure.TIMELINESS: Text(da="rettidighed", en="timeliness"),
}
_RANKED = {
    Measure.CASELOAD: Text(
        da="Rangordnet efter sagstal, det laveste først.", en="Ranked by caseload, lowest first."
    ),
    Measure.LOAD: Text(
        da="Rangordnet efter belastningsgrad, den laveste først.",
        en="Ranked by load, lowest first.",
    ),
    Measure.TIMELINESS: Text(
        da="Rangordnet efter rettidighed, den højeste først.",
        en="Ranked by timeliness, highest first.",
    ),
}
_NOT_RANKED = Text(da="Ikke rangordnet efter {by}: {why}.", en="Not ranked by {by}: {why}.")
_PLACE = Text(da="nr. {place} af {of}", en="no. {place} of {of}")
_TIED = Text(da="delt nr. {place} af {of}", en="tied for no. {place} of {of}")
_OPEN = Text(
    da="{place} (tilfældet lader nr. {best} til {worst} stå åbent)",
    en="{place} (chance leaves no. {best} to {worst} open)",
)
_UNCERTAIN = Text(
    da="Rækkefølgen er ikke sikker: hvor usikkerheden om to afdelinger overlapper, kan "
    "tilfældigheder alene bytte om på dem.",
    en="The order is not certain: where two departments are uncertain enough to overlap, chance "
    "alone can make them change places.",
)
_CERTAIN = Text(
    da="Pladserne ligger fast: forskellene er større, end tilfældigheder alene giver.",
    en="The places are settled: the differences are larger than chance alone gives.",
)
_RESERVED = {
    Measure.CASELOAD: Text(
        da="Et sagstal siger intet om, hvor tunge sagerne er.",
        en="A caseload says nothing of how hard the cases are.",
    ),
    Measure.LOAD: Text(
        da="En belastningsgrad er ikke sikrere end det tidsforbrug pr. sag, den er regnet af.",
        en="A load is no surer than the effort per case that it is worked out from.",
    ),
    Measure.TIMELINESS: Text(
        da="Rettidighed siger intet om lovmedholdelighed.",
        en="Timeliness says nothing of lawfulness.",
    ),
}
_NO_JUDGEMENT = Text(
    da="Et sagstal siger intet om, hvor tunge sagerne er, og rettidighed intet om "
    "lovmedholdelighed.",
    en="A caseload says nothing of how hard the cases are, and timeliness nothing of lawfulness.",
)


def table_sentence(
    rows: Sequence[DepartmentRow], refusals: Mapping[Measure, InvalidInput | None]
) -> Text:
    """Say a table that nobody asked to rank, and by what it cannot be (da: tabellen i ord)."""

    def said(language: Language) -> Iterator[str]:
        for row in rows:
            values = [_value(row, by, language) for by in Measure if _is_known(row, by)]
            yield f"{_name(row, language)}: {', '.join(values)}."
        for by, refusal in refusals.items():
            if refusal is not None:
                yield _NOT_RANKED.in_language(language).format(
                    by=_MEASURES[by].in_language(language),
                    why=refusal.message.in_language(language),
                )
        yield _NO_JUDGEMENT.in_language(language)

    return Spoken(lambda language: " ".join(said(language)))


def ranking_sentence(placed: Sequence[RankedRow]) -> Text:
    """Say a ranking: of each its place and the measure it was ranked by, no other (da: i ord)."""

    def said(language: Language) -> Iterator[str]:
        if not placed:
            return
        by = placed[0].by
        yield _RANKED[by].in_language(language)
        for each in placed:
            place = place_in_words(each).in_language(language)
            value = _value(each.row, by, language)
            yield f"{_name(each.row, language)}: {place}, {value}."
        if by is Measure.TIMELINESS and len(placed) > 1:
            certain = all(each.best == each.worst for each in placed)
            yield (_CERTAIN if certain else _UNCERTAIN).in_language(language)
        yield _RESERVED[by].in_language(language)

    return Spoken(lambda language: " ".join(said(language)))


def place_in_words(placed: RankedRow) -> Text:
    """Say a place, shared or not, and those that chance leaves open (da: placering i ord)."""

    def said(language: Language) -> str:
        words = _TIED if placed.tied else _PLACE
        place = words.in_language(language).format(place=placed.place, of=placed.of)
        if placed.best == placed.worst:
            return place
        return _OPEN.in_language(language).format(place=place, best=placed.best, worst=placed.worst)

    return Spoken(said)


def _name(row: DepartmentRow, language: Language) -> str:
    """What a reader knows a department by, and its name in addresses where that is another."""
    label = row.figures.label
    if label is None or label.in_language(language) == row.figures.name:
        return row.figures.name
    return f"{label.in_language(language)} [{row.figures.name}]"


def _is_known(row: DepartmentRow, by: Measure) -> bool:
    known: dict[Measure, object] = {
        Measure.LOAD: row.figures.load,
        Measure.TIMELINESS: row.share_in_time,
    }
    return by not in known or known[by] is not None


def _value(row: DepartmentRow, by: Measure, language: Language) -> str:
    figures = row.figures
    if by is Measure.CASELOAD:
        return _CASELOAD.in_language(language).format(
            caseload=shown(row.cases_per_fte, 1, language)
        )
    if by is Measure.LOAD:
        assert figures.load is not None  # refused before
        return _LOAD.in_language(language).format(load=percent(figures.load, language))
    assert row.share_in_time is not None  # refused before
    assert row.interval is not None
    return _TIMELY.in_language(language).format(
        in_time=shown(figures.in_time or 0, 0, language),
        due=shown(figures.due or 0, 0, language),
        share=percent(row.share_in_time, language),
        low=percent(exact(row.interval.low), language),
        high=percent(exact(row.interval.high), language),
    )
