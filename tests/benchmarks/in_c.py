"""The general kernel's work in C (`casework.c`), compiled for this processor."""

import ctypes
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np

from simulations import office
from simulations.agenda import AGENDA_TALLY, AWAITED, MOMENT, STANDING
from simulations.casework import OfficeRoom
from simulations.office import Deal, Plan, Staff
from simulations.work_clocks import INTERVAL

RECORDS = {
    "step_t": office.STEP,
    "duty_t": office.DUTY,
    "team_t": office.TEAM,
    "case_t": office.CASE,
    "strand_t": office.STRAND,
    "episode_t": office.EPISODE,
    "caseworker_t": office.CASEWORKER,
    "interval_t": INTERVAL,
    "standing_t": STANDING,
    "moment_t": MOMENT,
    "awaited_t": AWAITED,
    "agenda_tally_t": AGENDA_TALLY,
    "laid_t": office.LAID,
    "clock_t_": office.CLOCK,
    "tally_t": office.TALLY,
}
TYPES = {"f8": "double", "i8": "int64_t", "i4": "int32_t", "u8": "uint64_t", "b1": "bool"}
TAKEN_BY_C = {"case"}


def written(name: str, record: np.dtype) -> str:
    """A record as C has it; the compiler checks that both are of one size."""
    fields = "".join(
        f"    {TYPES[record[field].str[1:]]} {field + '_' * (field in TAKEN_BY_C)};\n"
        for field in record.names or ()
    )
    check = f'_Static_assert(sizeof({name}) == {record.itemsize}, "{name}");\n'
    return f"typedef struct {{\n{fields}}} {name};\n{check}"


def library(folder: Path) -> ctypes.CDLL:
    (folder / "records.h").write_text("".join(written(*each) for each in RECORDS.items()))
    source, target = Path(__file__).with_name("casework.c"), folder / "casework.so"
    command = ["gcc", "-O3", "-march=native", "-shared", "-fPIC", f"-I{folder}"]
    subprocess.run([*command, "-o", str(target), str(source), "-lm"], check=True)
    loaded = ctypes.CDLL(str(target))
    loaded.casework.restype = ctypes.c_int64
    return loaded


class Told(NamedTuple):
    """What the C function is called with; the arrays are kept, lest their memory go."""

    arguments: tuple[object, ...]
    kept: tuple[object, ...]


def told(room: OfficeRoom, plan: Plan, deal: Deal, staff: Staff, horizon: float) -> Told:
    arrays = [plan.steps, plan.duties, plan.due_dates]
    pointers = [_address(each) for each in arrays]
    numbers = [plan.due_dates.shape[1]]
    more = [
        room.teams,
        room.cases,
        room.strands,
        room.laid,
        deal.episodes,
        room.caseworkers,
        staff.intervals,
        room.milestone_at,
        room.desks,
        room.standings,
        *room.agenda,
        room.looking,
        room.clocks,
        room.tally,
        room.busy_hours,
    ]
    sizes = [plan.teams.size, deal.cases.size, deal.strands.size, staff.caseworkers.size]
    sizes += [deal.episodes.size]
    office_told = np.array(
        [*pointers, *numbers, *(_address(each) for each in more), *sizes], dtype=np.int64
    )
    rest = (plan.teams, deal.cases, deal.strands, staff.caseworkers, deal.starting)
    arguments = (
        *(ctypes.c_void_p(_address(each)) for each in (office_told, *rest)),
        ctypes.c_int64(deal.starting.size),
        ctypes.c_double(horizon),
    )
    return Told(arguments, (office_told, *arrays, *more, *rest))


def _address(array: np.ndarray) -> int:
    return array.ctypes.data
