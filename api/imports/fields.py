"""What a list may hold, and what other systems call it (da: felter og deres navne).

No municipality exports the same columns. Each field has the names that case systems (DUBU, SBSYS,
KMD Nova), payroll systems and plain tables use for it, Danish and English. A `vague` name fits
several fields: where it decides between them the user is asked, and nothing is guessed.
"""

from dataclasses import dataclass
from enum import StrEnum

from capacity.case_events import EVENT_LABELS, CaseEvent
from capacity.wording import Text


class Kind(StrEnum):
    """What sort of list a file is (da: listens slags)."""

    CASES = "cases"
    STAFF = "staff"
    ABSENCE = "absence"
    TIME_STUDY = "time-study"
    DEPARTMENTS = "departments"


KIND_LABELS: dict[Kind, Text] = {
    Kind.CASES: Text(da="sagsliste", en="case list"),
    Kind.STAFF: Text(da="personaleliste", en="staff list"),
    Kind.ABSENCE: Text(da="fraværsliste", en="absence list"),
    Kind.TIME_STUDY: Text(da="tidsregistrering", en="time study"),
    Kind.DEPARTMENTS: Text(da="årstabel over afdelinger", en="yearly table of departments"),
}


class Reads(StrEnum):
    """How the cells of a field are read (da: indhold)."""

    MOMENT = "moment"
    """A date, with a time of day where there is one (da: dato, evt. med klokkeslæt)."""
    TIME = "time"
    """A time of day, where it has a column of its own (da: klokkeslæt)."""
    NUMBER = "number"
    IDENTITY = "identity"
    """What tells one case, child or person from another; never kept as it is (da: nøgle)."""
    WORD = "word"
    """A word of few, which means something here (da: ord)."""
    NAME = "name"
    """A person's name: dropped (da: navn)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a list may say of a row (da: felt)."""

    id: str
    label: Text
    reads: Reads
    names: tuple[str, ...]
    vague: tuple[str, ...] = ()
    required: bool = False


def fields(kind: Kind) -> tuple[Field, ...]:
    """Return what a kind of list may hold (da: felter).

    >>> [each.id for each in fields(Kind.ABSENCE) if each.required]
    ['first_day', 'absence_reason']
    """
    return _FIELDS[kind]


def field(kind: Kind, id_: str) -> Field | None:
    """Find a field by its id (da: felt)."""
    return next((each for each in _FIELDS[kind] if each.id == id_), None)


def _field(
    id_: str,
    label: Text,
    reads: Reads,
    names: str,
    *,
    vague: str = "",
    required: bool = False,
) -> Field:
    def listed(written: str) -> tuple[str, ...]:
        return tuple(each.strip() for each in written.split(";") if each.strip())

    own = (id_.replace("_", " "), label.da, label.en)
    return Field(
        id=id_,
        label=label,
        reads=reads,
        names=tuple(dict.fromkeys([*own, *listed(names)])),
        vague=listed(vague),
        required=required,
    )


def _event(event: CaseEvent, names: str, vague: str = "") -> Field:
    return _field(event.value, EVENT_LABELS[event], Reads.MOMENT, names, vague=vague)


_CASE_ID = _field(
    "case_id",
    Text(da="sagsnummer", en="case number"),
    Reads.IDENTITY,
    "sagsnr; sags-id; sagid; sag id; journalnummer; journalnr; sagsnøgle; sagsreference; "
    "aktivitetsid; case id; case no; case reference; løbenummer",
    vague="id; nr; nummer; sag",
)
_CASEWORKER = _field(
    "caseworker",
    Text(da="medarbejdernummer", en="caseworker"),
    Reads.IDENTITY,
    "medarbejdernr; medarbejder-id; medarbejder; lønnummer; lønnr; tjenestenummer; tjenestenr; "
    "tj.nr; ansættelsesnummer; personalenummer; initialer; sagsbehandler; rådgiver; "
    "socialrådgiver; sagsansvarlig; ansvarlig sagsbehandler; brugerid; bruger; "
    "employee; employee id; employee number; worker; worker id; staff id; initials; pseudonym",
    vague="id; nr; nummer; ansvarlig",
)
_CASEWORKER_NAME = _field(
    "caseworker_name",
    Text(da="medarbejderens navn", en="the caseworker's name"),
    Reads.NAME,
    "medarbejdernavn; sagsbehandlernavn; sagsbehandlers navn; rådgivernavn; fornavn; efternavn; "
    "fulde navn; employee name; caseworker name; first name; last name; full name",
    vague="navn; name",
)
_TEAM = _field(
    "team",
    Text(da="team", en="team"),
    Reads.WORD,
    "teamnavn; gruppe; enhed; organisatorisk enhed; org. enhed; organisationsenhed; afsnit; "
    "sektion; ansvarlig enhed; ansvarligt team; afdelingsnavn; tjenestested; ansættelsessted; "
    "team name; unit name; group; org unit",
    vague="afdeling; sted; department; unit",
)

_CASES = (
    _CASE_ID,
    _field(
        "child_id",
        Text(da="barnets nøgle", en="child key"),
        Reads.IDENTITY,
        "barn; barn id; barnid; barn nr; barnenr; barnets id; borger; borger id; borgerid; "
        "borgernr; person id; personid; borgernøgle; ung; child; child id; citizen id; client id",
    ),
    _field(
        "sibling_group",
        Text(da="søskendegruppe", en="sibling group"),
        Reads.IDENTITY,
        "søskende; søskende id; søskendenr; søskendeflok; fælles hændelse; siblings; sibling id",
    ),
    _field(
        "family_id",
        Text(da="familiens nøgle", en="family key"),
        Reads.IDENTITY,
        "familie; familie id; familieid; familienr; familienummer; husstand; husstands id; "
        "family; family id; household id",
    ),
    _TEAM,
    _field(
        "case_type",
        Text(da="sagstype", en="case type"),
        Reads.WORD,
        "sagsart; sagskategori; sagsområde; sagsforløb; forløbstype; aktivitetstype; "
        "henvendelsestype; indsatstype; case class; case kind; category of case",
        vague="type; kategori; art; category",
    ),
    _CASEWORKER,
    _CASEWORKER_NAME,
    _event(
        CaseEvent.NEED_BECAME_KNOWN,
        "behov kendt; behov kendt dato; behovet kendt; behovet blev kendt; kendskab til behov; "
        "kendskabsdato; opmærksom på behov; opmærksom dato; opmærksomhedsdato; "
        "dato for opmærksomhed; kommunen opmærksom; start på frist; fristens start; frist start; "
        "bfu frist start; awareness date; need known",
        vague="dato; startdato; start; oprettet; oprettelsesdato; oprettet dato; åbnet; "
        "åbningsdato; sagsstart; sag oprettet; sag åbnet; modtaget; modtagelsesdato; ankomst; "
        "registreret; registreringsdato; date; opened; created; start date; received; arrived",
    ),
    _event(
        CaseEvent.NOTIFICATION_RECEIVED,
        "underretning modtaget; underretningsdato; underretning modtaget dato; modtaget "
        "underretning; dato for underretning; underretning dato; modtagelse af underretning; "
        "referral received; referral date; notification date",
        vague="dato; startdato; start; oprettet; oprettelsesdato; oprettet dato; åbnet; "
        "åbningsdato; sagsstart; sag oprettet; sag åbnet; modtaget; modtagelsesdato; ankomst; "
        "registreret; registreringsdato; date; opened; created; start date; received; arrived",
    ),
    _field(
        "notification_received_time",
        Text(da="underretningen modtaget kl.", en="notification received at"),
        Reads.TIME,
        "underretning modtaget kl; modtaget kl; modtagelsestidspunkt; underretning klokkeslæt; "
        "received time",
        vague="kl; klokkeslæt; tid; tidspunkt; time",
    ),
    _event(
        CaseEvent.NOTIFICATION_ASSESSED,
        "underretning vurderet; vurderet; vurderingsdato; underretning vurderet dato; 24 timers "
        "vurdering; 24-timers vurdering; akutvurdering; dato for vurdering; straksvurdering; "
        "notification assessed; assessed",
    ),
    _field(
        "notification_assessed_time",
        Text(da="underretningen vurderet kl.", en="notification assessed at"),
        Reads.TIME,
        "underretning vurderet kl; vurderet kl; vurderingstidspunkt; assessed time",
        vague="kl; klokkeslæt; tid; tidspunkt; time",
    ),
    _event(
        CaseEvent.WORK_BEGAN,
        "bfu startet; bfu start; bfu påbegyndt; undersøgelse startet; undersøgelse påbegyndt; "
        "undersøgelse start; påbegyndt; påbegyndt dato; § 50 startet; bfu startdato; "
        "børnefaglig undersøgelse startet; assessment started; work started; tildelt",
        vague="startdato; start; start date",
    ),
    _event(
        CaseEvent.ASSESSMENT_FINISHED,
        "bfu afsluttet; bfu slut; bfu slutdato; bfu færdig; undersøgelse afsluttet; "
        "undersøgelse slut; undersøgelse færdig; § 50 afsluttet; § 50-undersøgelse afsluttet; "
        "§ 20 afsluttet; undersøgelsen afsluttet dato; assessment completed; assessment done",
        vague="afsluttet; afslutning; afslutningsdato; slutdato; slut; færdig; finished; "
        "completed; end date",
    ),
    _event(
        CaseEvent.DECISION_MADE,
        "afgørelse; afgørelsesdato; dato for afgørelse; truffet; bevilget; bevillingsdato; "
        "afgørelse dato; decision; decision date",
    ),
    _event(
        CaseEvent.PLAN_MADE,
        "plan; barnets plan; handleplan; handleplan udarbejdet; plandato; barnets plan dato; "
        "barnets plan udarbejdet; handleplansdato; ungeplan; plan date; care plan",
    ),
    _event(
        CaseEvent.MEASURE_STARTED,
        "indsats startet; indsats start; foranstaltning startet; iværksat; iværksættelsesdato; "
        "indsats startdato; anbringelsesdato; støtte startet; measure start; intervention start",
    ),
    _event(
        CaseEvent.FOLLOWED_UP_FIRST,
        "første opfølgning; 1. opfølgning; opfølgning 1; første opfølgning dato; "
        "3 måneders opfølgning; first follow up; first followup",
    ),
    _event(
        CaseEvent.PREVIOUS_FOLLOW_UP,
        "forrige opfølgning; seneste opfølgning; sidste opfølgning; foregående opfølgning; "
        "previous followup; last follow up",
    ),
    _event(
        CaseEvent.FOLLOWED_UP,
        "opfølgning; opfølgningsdato; fulgt op; opfølgning afholdt; næste opfølgning afholdt; "
        "opfølgning dato; follow up; followup date",
    ),
    _event(
        CaseEvent.CLOSED,
        "lukket; sag lukket; lukkedato; lukket dato; sag afsluttet; sagen afsluttet; "
        "sag lukket dato; sagslukning; ophørt; sag slut; case closed; closed; closing date",
        vague="afsluttet; afslutning; afslutningsdato; slutdato; slut; ophør; ophørsdato; "
        "finished; completed; end date",
    ),
    _event(
        CaseEvent.WITHDRAWN,
        "bortfaldet; bortfald; bortfaldsdato; faldet bort; fraflyttet; fraflytningsdato; "
        "annulleret; fejloprettet; trukket tilbage; withdrawn; cancelled; moved away",
    ),
    _field(
        "external_days",
        Text(da="dage ventet på andre", en="days waited for others"),
        Reads.NUMBER,
        "ventedage; ventetid; ventetid dage; eksterne dage; ekstern ventetid; venter på andre; "
        "afventer dage; dage afventet; external days; waiting days",
    ),
)

_STARTS = _field(
    "starts_on",
    Text(da="ansat fra", en="employed from"),
    Reads.MOMENT,
    "ansættelsesdato; ansat fra dato; ansættelse start; ansat; tiltrådt; tiltrædelse; "
    "tiltrædelsesdato; startdato; fra dato; fradato; gyldig fra; gælder fra; start; fra; "
    "employed from; hired; hire date; start date; from; valid from",
)
_ENDS = _field(
    "ends_on",
    Text(da="ansat til", en="employed to"),
    Reads.MOMENT,
    "fratrædelsesdato; fratrådt; fratræden; ansat til dato; ansættelse slut; ophørt; ophør; "
    "ophørsdato; slutdato; til dato; tildato; gyldig til; gælder til; slut; til; stoppet; "
    "employed to; left; leaving date; end date; to; valid to",
)
_STAFF = (
    _field(  # a payroll list is about people already, so its plain id is theirs
        "caseworker",
        _CASEWORKER.label,
        Reads.IDENTITY,
        "; ".join((*_CASEWORKER.names, *_CASEWORKER.vague)),
    ),
    _field(
        "caseworker_name",
        _CASEWORKER_NAME.label,
        Reads.NAME,
        "; ".join((*_CASEWORKER_NAME.names, *_CASEWORKER_NAME.vague)),
    ),
    _field(
        "team",
        _TEAM.label,
        Reads.WORD,
        "; ".join((*_TEAM.names, *_TEAM.vague)),
        required=True,
    ),
    _field(
        "hours_per_week",
        Text(da="timer pr. uge", en="hours per week"),
        Reads.NUMBER,
        "ugetimer; timer; timetal; ugentlige timer; ugentligt timetal; ugl. timer; arbejdstimer; "
        "ansættelsestimer; kontrakttimer; timer/uge; timer om ugen; ugentlig arbejdstid; norm "
        "timer; hours; weekly hours; contracted hours; hours a week",
    ),
    _field(
        "employment_share",
        Text(da="beskæftigelsesgrad", en="share of full time"),
        Reads.NUMBER,
        "besk. grad; beskæftigelsesgrad %; beskæftigelsesdecimal; beskæftigelsesbrøk; "
        "ansættelsesbrøk; ansættelsesgrad; brøk; årsværk; fte; fuldtidsbrøk; deltid; share; "
        "employment rate; full time equivalent",
    ),
    _field(
        "non_case_hours_per_week",
        Text(da="timer til andet end sager pr. uge", en="hours on other duties per week"),
        Reads.NUMBER,
        "andre opgaver; timer til andet; ikke-sagstimer; øvrige timer; timer andre opgaver; "
        "funktionstimer; non case hours; other duties; other hours",
    ),
    _STARTS,
    _ENDS,
)
_ABSENCE = (
    _STAFF[0],
    _STAFF[1],
    _field(
        "first_day",
        Text(da="første fraværsdag", en="first day away"),
        Reads.MOMENT,
        "fravær fra; fra; fra dato; fradato; fraværsstart; start; startdato; første sygedag; "
        "første dag; sygefra; from; start date; first day; absent from",
        required=True,
    ),
    _field(
        "last_day",
        Text(da="sidste fraværsdag", en="last day away"),
        Reads.MOMENT,
        "fravær til; til; til dato; tildato; fraværsslut; slut; slutdato; sidste sygedag; "
        "sidste dag; sygetil; raskmeldt til og med; to; end date; last day; absent to",
    ),
    _field(
        "absence_reason",
        Text(da="fraværsårsag", en="reason for absence"),
        Reads.WORD,
        "årsag; fraværstype; fraværskode; fraværsart; fravær; fraværsgrund; type; kode; art; "
        "reason; absence type; absence code",
        required=True,
    ),
)
_TIME_STUDY = (
    _STAFF[0],
    _STAFF[1],
    _field(
        "day",
        Text(da="dato", en="day"),
        Reads.MOMENT,
        "dag; arbejdsdag; registreringsdato; date",
        required=True,
    ),
    _field(
        "case_type",
        Text(da="sagstype", en="case type"),
        Reads.WORD,
        "sagsart; sag; type; kategori; case class; case kind",
    ),
    _field(
        "activity",
        Text(da="arbejdsgang", en="activity"),
        Reads.WORD,
        "aktivitet; opgave; ydelse; arbejdsopgave; episode; step; task",
        required=True,
    ),
    _field(
        "hours",
        Text(da="timer", en="hours"),
        Reads.NUMBER,
        "tid; timer brugt; tidsforbrug; antal timer; varighed timer; time spent; hours spent",
    ),
    _field(
        "minutes",
        Text(da="minutter", en="minutes"),
        Reads.NUMBER,
        "min; antal minutter; minutter brugt; tidsforbrug minutter; minutes spent",
    ),
    _field(
        "finished",
        Text(da="færdig", en="finished"),
        Reads.WORD,
        "afsluttet; gjort færdig; færdig i dag; done; completed",
    ),
)
_DEPARTMENTS = (
    _field(
        "name",
        Text(da="afdeling", en="department"),
        Reads.WORD,
        "navn; kommune; kommunenavn; afdelingsnavn; sted; name; municipality; unit name",
        required=True,
    ),
    _field(
        "unit",
        Text(da="sagsenhed", en="case unit"),
        Reads.WORD,
        "enhed; tælles som; barn eller familie; opgørelsesenhed; sag er; unit; counted as",
        required=True,
    ),
    _field(
        "open_cases",
        Text(da="åbne sager", en="open cases"),
        Reads.NUMBER,
        "sager; antal sager; antal åbne sager; aktive sager; verserende sager; cases",
        required=True,
    ),
    _field(
        "fte",
        Text(da="fuldtidsstillinger", en="FTE"),
        Reads.NUMBER,
        "stillinger; årsværk; antal årsværk; fuldtidsansatte; posts; full time equivalents",
        required=True,
    ),
    _field(
        "fte_definition",
        Text(da="hvad en fuldtidsstilling er", en="what an FTE is"),
        Reads.WORD,
        "definition; fte-definition; opgørelse af stillinger; stillingsdefinition; årsværk "
        "opgjort som; fte definition; fte kind",
        required=True,
    ),
    _field(
        "inflow",
        Text(da="nye sager", en="inflow"),
        Reads.NUMBER,
        "tilgang; nye; modtagne sager; tilkomne sager; underretninger; new cases; arrivals",
    ),
    _field(
        "due",
        Text(da="forfaldne frister", en="deadlines due"),
        Reads.NUMBER,
        "forfaldne; frister; frister i alt; antal frister; due; deadlines",
    ),
    _field(
        "in_time",
        Text(da="til tiden", en="in time"),
        Reads.NUMBER,
        "rettidige; overholdt; frister overholdt; inden for fristen; on time; met",
    ),
    _field(
        "from",
        Text(da="perioden fra", en="period from"),
        Reads.MOMENT,
        "fra; periode start; fra dato; startdato; period start; start date",
        required=True,
    ),
    _field(
        "to",
        Text(da="perioden til og med", en="period to and including"),
        Reads.MOMENT,
        "til; til og med; periode slut; til dato; slutdato; period end; end date",
        required=True,
    ),
    _field(
        "deadline",
        Text(da="frist", en="deadline"),
        Reads.WORD,
        "fristregel; regel; hvilken frist; lov; deadline rule; rule",
    ),
)
_FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.CASES: _CASES,
    Kind.STAFF: _STAFF,
    Kind.ABSENCE: _ABSENCE,
    Kind.TIME_STUDY: _TIME_STUDY,
    Kind.DEPARTMENTS: _DEPARTMENTS,
}
