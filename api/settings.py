"""What whoever starts the service decides: environment variables named `CASELOAD_…`."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How the service runs (da: indstillinger).

    Without a `database` it lives in memory and is forgotten at the end. `most_body_bytes` bounds a
    document that is sent. A page waits `patience` seconds for its curve, and is then shown without
    and asks again. The simulation itself bounds what one question may cost.

    >>> Settings(demo=True).port
    8000
    """

    model_config = SettingsConfigDict(env_prefix="CASELOAD_", extra="forbid", frozen=True)

    database: Path | None = None
    demo: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    most_body_bytes: int = 2 * 2**20
    patience: float = 0.5
