"""A way to a service that somebody can cut while an answer passes (da: brudt forbindelse)."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BREAK = b"\x1e"
"""What ends each part of an answer that comes in parts."""
_READ_SECONDS = 1
_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}


class Way(ThreadingHTTPServer):
    """Passes everything on to a service; with `cuts` an answer there breaks off after a part.

    `cut` counts the answers that did.
    """

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Pass)
        self.to = port
        self.cuts: str | None = None
        self.cut = 0

    @property
    def address(self) -> str:
        """Where it begins."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Pass(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Way

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _pass(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size) if size else None
        asked = http.client.HTTPConnection("127.0.0.1", self.server.to, timeout=120)
        asked.request(self.command, self.path, body=body, headers=dict(self.headers))
        answer = asked.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        is_cut = self.server.cuts is not None and self.path.startswith(self.server.cuts)
        with closing(asked), suppress(ConnectionError):  # whoever asked may have gone
            while piece := answer.read1(2**16):
                ends_here = is_cut and BREAK in piece
                if ends_here:  # after the first part, before the end, which is then never told
                    piece = piece[: piece.index(BREAK) + 1]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                if ends_here:
                    # A browser drops what it has not read yet when a connection breaks.
                    time.sleep(_READ_SECONDS)
                    self.server.cut += 1
                    self.close_connection = True
                    return
            self.wfile.write(b"0\r\n\r\n")


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """Open a way to the service on a port of this machine."""
    way = Way(port)
    threading.Thread(target=way.serve_forever, daemon=True).start()
    try:
        yield way
    finally:
        way.shutdown()
        way.server_close()
