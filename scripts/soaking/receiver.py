"""A receiver of heartbeats that counts them by their ids, and that is not always there."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STORIES = ["well", "busy", "broken", "captive portal", "gone"]
"""What it can be like; each but the first must cost nothing but time."""


class Receiver:
    def __init__(self) -> None:
        self.story = "well"
        self.ids: dict[str, int] = {}
        self.ledger: set[int] = set()
        """The numbers of the ledger's entries that arrived as events."""
        self.requests = self.turned_away = self.received = 0
        self.lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.answer(self, body)

            def log_message(self, *_arguments) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        story = self.story
        with self.lock:
            self.requests += 1
            self.turned_away += story != "well"
        if story == "gone":
            request.close_connection = True
            return
        status, kind, text = {
            "well": (200, "application/json", b"{}"),
            "busy": (429, "application/json", b"{}"),
            "broken": (500, "text/plain", b"internal error"),
            "captive portal": (200, "text/html", b"<html>Please log in</html>"),
        }[story]
        if story == "well":
            if request.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            self.count(json.loads(body))
            self.received += 1
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        try:
            request.wfile.write(text)
        except ConnectionError:
            # The device did not wait for it: it will come back.
            request.close_connection = True

    def count(self, document: dict) -> None:
        with self.lock:
            for part in document.get("resourceMetrics", []) + document.get("resourceLogs", []):
                for attribute in part["resource"]["attributes"]:
                    if attribute["key"] == "aftercare.item.id":
                        name = attribute["value"]["stringValue"]
                        self.ids[name] = self.ids.get(name, 0) + 1
                for scope in part.get("scopeLogs", []):
                    for record in scope["logRecords"]:
                        self.note(record)

    def note(self, record: dict) -> None:
        """Of events about findings, the ledger's number."""
        if "finding" not in record.get("eventName", ""):
            return
        for attribute in record.get("attributes", []):
            if attribute["key"].endswith("sequence"):
                self.ledger.add(int(attribute["value"]["intValue"]))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
