"""Where synthetic pasts are played for whoever asks, one at a time (da: opdigtede lister).

A past takes a second or two to play and half a dozen requests to fetch, so the last few are kept.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from api.imports.refusals import ImportsBusy
from api.synthetic_forms import Form
from capacity.wording import Text
from simulations.synthetic_truths import Size

if TYPE_CHECKING:  # which loads numpy and the simulation
    from api.synthetic_files import ListFile

MOST_KEPT = 4
"""Pasts that are kept, of at most some two megabytes each (da: højst gemt)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAsked:
    """Which past is asked for: all that its bytes follow from (da: ønsket fortid)."""

    size: Size
    seed: int
    form: Form

    @property
    def name(self) -> str:
        """What it is called in file names and tags (da: navn)."""
        return f"{self.size}-{self.form}-{self.seed}"


Files: TypeAlias = tuple["ListFile", ...]


class SyntheticDesk:
    """One past at a time, and the last few kept (da: opdigtede fortider)."""

    def __init__(self, written: Callable[[PastAsked], Files] | None = None) -> None:
        self._written = written or _written
        self._playing = BoundedSemaphore(1)
        self._kept: OrderedDict[PastAsked, Files] = OrderedDict()

    def files(self, asked: PastAsked) -> Files:
        """Return the files of a past; `ImportsBusy` while another is played (da: filer)."""
        kept = self._kept.get(asked)
        if kept is not None:
            return kept
        if not self._playing.acquire(blocking=False):
            raise ImportsBusy(
                Text(
                    da="tjenesten er ved at lave andre opdigtede lister; prøv igen om lidt",
                    en="the service is making other synthetic lists; try again shortly",
                )
            )
        try:
            made = self._written(asked)
            self._kept[asked] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return made
        finally:
            self._playing.release()


def _written(asked: PastAsked) -> Files:
    from api.synthetic_files import synthetic_files
    from capacity.rulebook import rulebook

    return synthetic_files(asked.size, rulebook(), seed=asked.seed, form=asked.form)


def zipped(files: Files) -> bytes:
    """Return files as a zip without times: the same files have the same bytes (da: zip)."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for each in files:
            member = ZipInfo(each.name)
            member.compress_type = ZIP_DEFLATED
            member.external_attr = 0o644 << 16  # else nobody may read it where it is unpacked
            archive.writestr(member, each.content)
    return out.getvalue()
