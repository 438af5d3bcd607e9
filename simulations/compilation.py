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
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a kernel for this processor, without holding Python's lock while it runs.

    A kernel makes no arrays: it works on those that it is passed. Making them, and counting
    references to them, would be most of what there is to compile.
    """
    _forget_what_is_stale()
    try:
        return _jit(kernel)
    except RuntimeError:  # numba: "no locator available"
        numba.config.CACHE_DIR = str(_private_folder())  # type: ignore[attr-defined]
        return _jit(kernel)


def part(function: Kernel) -> Kernel:
    """Compile a part of kernels, into each kernel that calls it.

    It may hand arrays on, and back, but make none.
    """
    options: dict[str, Any] = {"nogil": True, "forceinline": True, "_nrt": False}
    options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(Kernel, numba.njit(**options)(function))


def loop(function: Kernel) -> Kernel:
    """Compile a small loop by itself: only so does it become one of vector instructions.

    In the midst of a large kernel it would be unrolled before anybody looks whether its turns could
    be taken side by side. Nor is any division watched for a zero, which would be a branch.
    """
    options: dict[str, Any] = {"nogil": True, "_nrt": False, "error_model": "numpy"}
    options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(Kernel, numba.njit(**options)(function))


def _jit(kernel: Kernel) -> Kernel:
    # What is compiled elsewhere of these parts (tests, benchmarks) nobody could know to be stale.
    is_ours = kernel.__module__.startswith(f"{__package__}.")
    options: dict[str, Any] = {"cache": is_ours, "nogil": True, "_nrt": False}
    return cast(Kernel, numba.njit(**options)(kernel))


@cache
def _forget_what_is_stale() -> None:
    """Throw away compiled code that is older than some source of it.

    Numba looks at the file of the kernel alone, and not at those of the parts it is made of.
    """
    here = Path(__file__).parent
    newest = max(source.stat().st_mtime for source in here.glob("*.py"))
    folders = [here / "__pycache__"]
    if numba.config.CACHE_DIR:  # type: ignore[attr-defined]
        folders += Path(numba.config.CACHE_DIR).glob("simulations_*")  # type: ignore[attr-defined]
    for folder in folders:
        for kept in folder.glob("*.nb[ic]"):
            with suppress(OSError):
                if kept.stat().st_mtime < newest:
                    kept.unlink()


def _private_folder() -> Path:
    """A folder that only this user can write: compiled code is run as it is found."""
    folder = Path(tempfile.gettempdir()) / f"caseload-planner-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = folder.lstat()
    if owner.st_uid != os.getuid() or stat.S_IMODE(owner.st_mode) != 0o700 or folder.is_symlink():
        return Path(tempfile.mkdtemp(prefix="caseload-planner-"))
    return folder
