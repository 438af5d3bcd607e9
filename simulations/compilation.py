"""How kernels are compiled, and where the compiled code is kept.

Compiling takes seconds, loading compiled code a fraction of one, so it is cached: beside the
source where that can be written, else in the user's cache folder, both by numba itself. Where
neither can be written (a read-only image without a home) numba refuses to import the function at
all; then a private folder among the temporary files serves.
"""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a kernel for this processor, without holding Python's lock while it runs."""
    try:
        return _jit(kernel)
    except RuntimeError:  # numba: "no locator available"
        numba.config.CACHE_DIR = str(_private_folder())  # type: ignore[attr-defined]
        return _jit(kernel)


def _jit(kernel: Kernel) -> Kernel:
    return cast(Kernel, numba.njit(cache=True, nogil=True)(kernel))


def _private_folder() -> Path:
    """A folder that only this user can write: compiled code is run as it is found."""
    folder = Path(tempfile.gettempdir()) / f"caseload-planner-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = folder.lstat()
    if owner.st_uid != os.getuid() or stat.S_IMODE(owner.st_mode) != 0o700 or folder.is_symlink():
        return Path(tempfile.mkdtemp(prefix="caseload-planner-"))
    return folder
