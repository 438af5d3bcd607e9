"""What the service counts of itself, as Prometheus reads it (da: måltal for driften).

Each service has a registry of its own, so that two in one process do not share their numbers. An
address is counted by its template: a label for every department ever asked for would never end.
"""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_JOB_SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


def method_name(method: str) -> str:
    """Return a method as it may be counted and logged: a caller may send any word (da: metode).

    >>> method_name("GET"), method_name("BREW")
    ('GET', 'other')
    """
    return method if method in _METHODS else "other"


class Metrics:
    """The counters of one service (da: tællere).

    Workers count the chunks that they finish and the seconds of their jobs, from when they take one
    up; the queue is counted when the counters are read.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._requests = Counter(
            "caseload_requests",
            "Requests answered, by address, method and status",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "caseload_request_seconds",
            "Seconds from a request to the end of its answer, by address",
            ("route",),
            buckets=_REQUEST_SECONDS,
            registry=self.registry,
        )
        self.jobs_waiting = Gauge(
            "caseload_jobs_waiting", "Jobs in the queue", registry=self.registry
        )
        self.chunks = Counter("caseload_chunks", "Chunks finished", registry=self.registry)
        self.job_seconds = Histogram(
            "caseload_job_seconds",
            "Seconds that a worker spends on a job it has taken up",
            buckets=_JOB_SECONDS,
            registry=self.registry,
        )
        # Finding a counter by its labels takes longer than counting.
        self._counter = cache(self._requests.labels)
        self._clock = cache(self._seconds.labels)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request (da: tæl et kald)."""
        self._counter(route, method, str(status)).inc()
        self._clock(route).observe(seconds)

    def written(self) -> bytes:
        """Write all counters in the text format of Prometheus (da: udskrift)."""
        return generate_latest(self.registry)
