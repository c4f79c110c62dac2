"""A web server on the loopback that gives machines their releases: files of one folder, with ranges."""

import http.server
import re
import threading
from pathlib import Path

from .commands import Failure


class WebServer:
    """`with WebServer(folder) as server`: machines reach its files at http://10.0.2.100/NAME (Hardware.http_port)."""

    def __init__(self, folder: Path) -> None:
        handler = type("Files", (_Files,), {"root": folder, "changed": threading.Condition(), "given": 0})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._handler = handler
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True, name="web server")

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def await_bytes(self, count: int, timeout: float = 300) -> None:
        """Waits until `count` bytes in all were given out since `forget`, as long as there are some in `timeout` s."""
        with self._handler.changed:
            while (given := self._handler.given) < count:
                if not self._handler.changed.wait(timeout):
                    raise Failure(f"the machine took {given} of {count} bytes, and no more within {timeout:.0f} s")

    def forget(self) -> None:
        """Counts from zero again."""
        with self._handler.changed:
            self._handler.given = 0

    def __enter__(self) -> "WebServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Files(http.server.BaseHTTPRequestHandler):
    root: Path
    changed: threading.Condition
    given: int
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(False)

    def do_GET(self) -> None:
        self._answer(True)

    def _answer(self, body: bool) -> None:
        path = self.root / self.path.lstrip("/").split("?")[0]
        if path.parent != self.root or not path.is_file():
            self.send_error(404)
            return
        size = path.stat().st_size
        first, last = 0, size - 1
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(asked[1]), min(int(asked[2] or last), last)
            if first > last:
                self.send_error(416)
                return
        self.send_response(206 if asked else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        if not body:
            return
        with open(path, "rb") as file:
            file.seek(first)
            left = last - first + 1
            try:
                while left and (data := file.read(min(left, 1 << 18))):
                    self.wfile.write(data)
                    left -= len(data)
                    with self.changed:
                        type(self).given += len(data)
                        self.changed.notify_all()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the machine lost its power

    def log_message(self, *_: object) -> None:
        pass
