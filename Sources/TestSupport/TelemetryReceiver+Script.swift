extension TelemetryReceiver {
    static let script = #"""
        import base64, gzip, http.client, http.server, json, os, select, socket, ssl, sys, threading, urllib.parse
        from google.protobuf import json_format
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

        record, host, certificate, key, ask, login = sys.argv[1:7]
        counts, lock = {}, threading.Lock()

        def value(any_value):
            kind = any_value.WhichOneof("value")
            content = getattr(any_value, kind)
            if kind == "string_value": return {"text": content}
            if kind == "int_value": return {"integer": str(content)}
            if kind == "double_value": return {"decimal": content}
            raise ValueError(kind)

        def attributes(message):
            found = {attribute.key: value(attribute.value) for attribute in message.attributes}
            assert len(found) == len(message.attributes), "a key stands twice"
            return found

        def point(metric, kind, point):
            number = point.WhichOneof("value")
            content = {"integer": str(point.as_int)} if number == "as_int" else {"decimal": point.as_double}
            return {"name": metric.name, "unit": metric.unit, "kind": kind, "value": content,
                    "attributes": attributes(point), "time": str(point.time_unix_nano),
                    "start": str(point.start_time_unix_nano)}

        def read_metrics(body):
            message = json_format.Parse(body, ExportMetricsServiceRequest())
            records, resources = [], []
            for part in message.resource_metrics:
                resources.append(attributes(part.resource))
                for scope in part.scope_metrics:
                    assert scope.scope.name == "aftercare"
                    for metric in scope.metrics:
                        kind = metric.WhichOneof("data")
                        data = getattr(metric, kind)
                        if kind == "sum": assert data.is_monotonic and data.aggregation_temporality == 2
                        records += [point(metric, kind, one) for one in data.data_points]
            return resources, records

        def read_logs(body):
            message = json_format.Parse(body, ExportLogsServiceRequest())
            records, resources = [], []
            for part in message.resource_logs:
                resources.append(attributes(part.resource))
                for scope in part.scope_logs:
                    assert scope.scope.name == "aftercare"
                    for log in scope.log_records:
                        assert log.body.string_value == log.event_name
                        records.append({"name": log.event_name, "severity": log.severity_number,
                                        "text": log.severity_text, "attributes": attributes(log),
                                        "time": str(log.time_unix_nano),
                                        "observed": str(log.observed_time_unix_nano)})
            return resources, records

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments): pass

            def answer(self, status, body=b"{}", type="application/json", **fields):
                self.send_response(status)
                self.send_header("Content-Type", type)
                self.send_header("Content-Length", str(len(body)))
                for name, content in fields.items(): self.send_header(name.replace("_", "-"), str(content))
                self.end_headers()
                self.wfile.write(body)

            def cut(self):
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def take(self, mode, path, body):
                head = {name.lower(): content for name, content in self.headers.items()}
                entry = {"mode": mode, "path": path, "head": head, "items": []}
                try:
                    assert head["content-type"] == "application/json" and head["content-encoding"] == "gzip"
                    read = {"/v1/metrics": read_metrics, "/v1/logs": read_logs}[path]
                    text = gzip.decompress(body)
                    entry["bytes"], entry["sent"] = len(text), len(body)
                    entry["resources"], entry["records"] = read(text)
                    entry["items"] = [one["aftercare.item.id"]["text"] for one in entry["resources"]]
                except Exception as error:
                    entry["error"] = repr(error)
                return entry

            def keep(self, entry):
                with lock:
                    with open(record, "a") as file: file.write(json.dumps(entry) + "\n")
                    sys.stdout.write("\n")
                    sys.stdout.flush()

            def authenticated(self):
                if not login: return True
                wanted = "Basic " + base64.b64encode(login.encode()).decode()
                return self.headers.get("Proxy-Authorization") == wanted

            def refuse(self):
                self.answer(407, b"who are you?", "text/plain", Proxy_Authenticate='Basic realm="hospital"')

            def do_CONNECT(self):
                if not self.authenticated(): return self.refuse()
                name, port = self.path.rsplit(":", 1)
                server = socket.create_connection((name, int(port)))
                self.send_response(200)
                self.end_headers()
                ends = {self.connection: server, server: self.connection}
                while True:
                    for end in select.select(list(ends), [], [])[0]:
                        part = end.recv(65536)
                        if not part: return self.cut()
                        ends[end].sendall(part)

            def do_GET(self): self.answer(302, Location=self.path)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.startswith("http:"):
                    if not self.authenticated(): return self.refuse()
                    self.path = urllib.parse.urlsplit(self.path).path
                _, mode, rest = self.path.split("/", 2)
                with lock: turn = counts[mode] = counts.get(mode, 0) + 1
                entry = self.take(mode, "/" + rest, body)
                entry["turn"] = turn
                if mode == "picky" and any(one.get("value") == {"integer": "666"} for one in entry["records"]):
                    return self.answer(400, b'{"code": 3, "message": "not that number"}')
                if mode not in ("ok", "lossy", "partial", "empty") and not (mode == "flaky" and turn > 2): entry["items"] = []
                self.keep(entry)
                if "error" in entry: self.answer(400, entry["error"].encode(), "text/plain")
                elif mode in ("ok", "picky") or mode == "flaky" and turn > 2 or mode == "lossy" and turn > 1: self.answer(200)
                elif mode in ("lossy", "hasty"): self.cut()
                elif mode == "empty": self.answer(200, b"")
                elif mode == "partial":
                    self.answer(200, b'{"partialSuccess": {"rejectedDataPoints": "2", "errorMessage": "too old"}}')
                elif mode == "flaky": self.answer(503, b"")
                elif mode == "busy": self.answer(429, b"", Retry_After="120")
                elif mode == "html": self.answer(200, b"<html><form>Log in</form></html>", "text/html")
                elif mode == "words": self.answer(200, b"welcome", "text/plain")
                elif mode == "list": self.answer(200, b"[]")
                elif mode == "loop": self.answer(302, b"", Location=self.path)
                elif mode == "garbage":
                    self.wfile.write(b"\x00\xff garbage\r\n\r\n")
                    self.cut()
                elif mode == "half":
                    self.send_response(200)
                    self.send_header("Content-Length", "1000")
                    self.end_headers()
                    self.wfile.write(b"{")
                    self.cut()
                elif mode == "endless":
                    self.send_response(200)
                    self.send_header("Connection", "close")
                    self.end_headers()
                    while True: self.wfile.write(b"x" * 65536)
                elif mode == "slow":
                    self.send_response(200)
                    self.send_header("Content-Length", "60000")
                    self.end_headers()
                    gate = threading.Event()
                    while True:
                        self.wfile.write(b" ")
                        gate.wait(0.05)
                elif mode == "mute": self.rfile.read(1)
                elif mode.isdigit(): self.answer(int(mode), b"no", "text/plain")

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
            def handle_error(self, *arguments): pass

        server = Server((host, 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            if ask:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)

        def end():
            sys.stdin.read()
            os._exit(0)

        threading.Thread(target=end, daemon=True).start()
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()
        """#
}
