"""What whoever starts the service decides: environment variables named `CASELOAD_…`."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _listed(written: Any) -> Any:
    return written.replace(",", " ").split() if isinstance(written, str) else written


class Settings(BaseSettings):
    """How the service runs (da: indstillinger).

    A `database` is a file or `postgresql://user@host/name`, and is not repeated where settings are
    shown, since an address may hold a password; `api.database.shown` shows it without. Without
    one it lives in memory and is forgotten at the end. `most_body_bytes` bounds a document that is
    sent, `most_file_bytes` a file with a department's past, of which `imports_at_once` are read
    side by side. A page waits `patience` seconds for its curve, and is then shown without and asks
    again. The simulation itself bounds what one question may cost.

    A calculation of up to `at_once_steps` (a few seconds of one core) is answered at once, and one
    of more by a job: `workers` of them are done side by side, none where other processes do them.
    A job whose process has died goes on elsewhere after `lease` seconds, the same number in all
    processes. A text for a spreadsheet cell waits `text_patience` seconds for its job: less than
    the half minute that spreadsheets wait.

    Keys are required wherever others can reach the service, and where `keys_required` says so: for
    one that listens to this machine alone, behind a server that others can reach. `hosts` are the
    names, beside those of this machine, by which a service without keys may be asked for. `rate`
    and `wrong_keys` bound what one caller may ask and how often an address may try a key, written
    as `10000/10 seconds`; `rate` may be `none`. A stop waits `grace` seconds for running requests.

    >>> Settings(demo=True).port, Settings(host="0.0.0.0").needs_keys
    (8000, True)
    >>> Settings(hosts="planner.example.dk, testserver").hosts
    ('planner.example.dk', 'testserver')
    """

    model_config = SettingsConfigDict(env_prefix="CASELOAD_", extra="forbid", frozen=True)

    database: Path | str | None = Field(None, repr=False)
    demo: bool = False
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    most_body_bytes: int = 2 * 2**20
    most_file_bytes: int = 50 * 2**20
    imports_at_once: int = Field(2, ge=1)
    patience: float = 0.5
    at_once_steps: int = Field(50_000_000, ge=0)
    workers: int = Field(1, ge=0)
    lease: float = Field(30, gt=0)
    text_patience: float = Field(25, ge=0)
    keys_required: bool = False
    hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = ()
    rate: str = "10000/10 seconds"
    wrong_keys: str = "20/minute"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    grace: int = Field(20, ge=0)

    @property
    def needs_keys(self) -> bool:
        """Whether nobody gets in without a key (da: kræver nøgler)."""
        return self.keys_required or not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address (da: kun denne maskine).

    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("db.dk")
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
