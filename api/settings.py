"""What whoever starts the service decides: environment variables named `CASELOAD_…`."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How the service runs (da: indstillinger).

    Without a `database` it lives in memory and is forgotten at the end. The `most_…` bound one
    answer: its replications, levels of staff, days from the department's date, and the bytes of a
    document sent. The simulation itself refuses a question whose cases, levels and replications
    together are too much work.

    >>> Settings(demo=True).port
    8000
    """

    model_config = SettingsConfigDict(env_prefix="CASELOAD_", extra="forbid", frozen=True)

    database: Path | None = None
    demo: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    most_replications: int = 4096
    most_levels: int = 50
    most_days: int = 20 * 366
    most_body_bytes: int = 2 * 2**20
