import Foundation
import Platform
package import SystemPackage

/// A web server on this machine that serves one file well and badly; ended with its owner.
///
/// Its paths say how: see the script. It is another program on purpose, so that both sides cannot share a mistake.
package final class WebServer: Sendable {
    /// A certificate of its own making for `localhost`, and the files that belong to it.
    package struct Certificate: Sendable {
        package let certificate: FilePath
        package let key: FilePath
        /// Who gave the certificate: itself, or the authority's.
        package let authority: FilePath
    }

    /// When a certificate that an authority of the server's own making gave is valid.
    package enum Validity: Sendable {
        case now, past, future

        fileprivate var dates: (start: String, end: String) {
            switch self {
            case .now: ("20200101000000Z", "20491231235959Z")
            case .past: ("20200101000000Z", "20200201000000Z")
            case .future: ("20480101000000Z", "20491231235959Z")
            }
        }
    }

    package let address: String
    /// Nil for a server without TLS.
    package let certificate: Certificate?
    private let lifeline = Pipe()
    private let folder: TemporaryFolder

    /// Serves `content` at `/file` and its misbehaving relatives; `named` is the host name in its certificate, which an authority gives
    /// where a validity is named.
    package static func start(
        content: [UInt8], tls named: String? = nil, valid: Validity? = nil, asksForIdentity: Bool = false
    ) async throws -> WebServer {
        try await BlockingThread.run("web server") {
            try WebServer(content: content, tls: named, valid: valid, asksForIdentity: asksForIdentity)
        }
    }

    private init(content: [UInt8], tls named: String?, valid: Validity?, asksForIdentity: Bool) throws {
        folder = try TemporaryFolder()
        try folder.write("content", content)
        let script = try folder.write("server.py", Self.script)
        certificate = try named.map { [folder] name in
            if let valid { return try Self.issueCertificate(named: name, valid, in: folder) }
            return try Self.makeCertificate(named: name, in: folder)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments =
            ["-I", "-S", script.string, folder.file("content").string]
            + (certificate.map { [$0.certificate.string, $0.key.string] } ?? [])
            + (asksForIdentity ? ["ask"] : [])
        let output = Pipe()
        process.standardInput = lifeline
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = line.prefix { $0 != "\n" }
        address = (named == nil ? "http://127.0.0.1:" : "https://localhost:") + port
    }

    // The script ends when its input does, which also happens when the test itself is killed. A signal would not do: a
    // child of Foundation's inherits the blocked ones of whatever thread started it.
    deinit { try? lifeline.fileHandleForWriting.close() }

    static func makeCertificate(named name: String, in folder: TemporaryFolder) throws -> Certificate {
        let pair = Certificate(
            certificate: folder.file("certificate.pem"), key: folder.file("key.pem"),
            authority: folder.file("certificate.pem"))
        _ = try Tool.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout", pair.key.string, "-out",
            pair.certificate.string,
        ])
        return pair
    }

    /// By `openssl ca`, the one of its commands that takes dates.
    private static func issueCertificate(
        named name: String, _ valid: Validity, in folder: TemporaryFolder
    ) throws -> Certificate {
        let pair = Certificate(
            certificate: folder.file("certificate.pem"), key: folder.file("key.pem"),
            authority: folder.file("authority.pem"))
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        let (request, authorityKey) = (folder.file("request.pem").string, folder.file("authority.key").string)
        try folder.write("database", "")
        try folder.write("serial", "01")
        try folder.write("extensions", "subjectAltName=DNS:\(name)\n")
        let configuration = try folder.write(
            "ca.conf", "[ca]\ndefault_ca=a\n[a]\ndatabase=database\nserial=serial\npolicy=p\n[p]\ncommonName=supplied\n"
        )
        let subject = ["-subj", "/CN=Hospital Inspection"]
        _ = try Tool.run(
            ["openssl", "req", "-x509", "-days", "3000", "-keyout", authorityKey, "-out", pair.authority.string]
                + subject + key)
        _ = try Tool.run(
            ["openssl", "req", "-subj", "/CN=\(name)", "-keyout", pair.key.string, "-out", request] + key)
        let dates = valid.dates
        _ = try Tool.run(
            [
                "openssl", "ca", "-batch", "-notext", "-md", "sha256", "-in", request, "-cert", pair.authority.string,
                "-keyfile",
                authorityKey, "-startdate", dates.start, "-enddate", dates.end, "-extfile", "extensions", "-outdir",
                ".", "-config",
                configuration.string, "-out", pair.certificate.string,
            ], folder: folder.path.string)
        return pair
    }

    private static let script = #"""
        import http.server, itertools, os, socket, ssl, sys, threading, urllib.parse

        content = open(sys.argv[1], "rb").read()
        counts, lock = {}, threading.Lock()

        def number(path):
            with lock:
                counts[path] = counts.get(path, 0) + 1
                return counts[path]

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments): pass

            def head(self, status, **fields):
                self.send_response(status)
                for name, value in fields.items(): self.send_header(name.replace("_", "-"), str(value))
                self.end_headers()

            def cut(self):
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            # Sends the file, or the rest that is asked for if it is still the same; at most `most` bytes, then cuts.
            def file(self, most=None, tag='"one"', ranges=True, named=True, padding=0):
                start = 0
                asked = self.headers.get("Range") if ranges else None
                if asked and self.headers.get("If-Range", tag) == tag: start = int(asked[6:].rstrip("-"))
                part = content[start:]
                fields = {"ETag": tag} if named else {}
                if start: fields["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
                if named: fields["Content-Length"] = len(part)
                else: fields["Connection"] = "close"
                self.head(206 if start else 200, **fields)
                if most is not None and most < len(part):
                    self.wfile.write(part[:most])
                    return self.cut()
                self.wfile.write(part)
                if not named: self.cut()

            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                name = url.path.strip("/")
                turn = number(self.path)
                if name == "file": self.file()
                elif name == "cut": self.file(most=int(url.query) if turn <= 3 else None)
                elif name == "stuck": self.file(most=1000 if turn == 1 else 0)
                elif name == "changing": self.file(most=1000, tag=f'"{turn}"')
                elif name == "rangeless": self.file(most=1000, ranges=False)
                elif name == "weak": self.file(most=1000 if turn == 1 else None, tag='W/"one"')
                elif name == "busy":
                    if turn == 2: self.head(503, Content_Length=0)
                    else: self.file(most=1000 if turn == 1 else None)
                elif name == "gone":
                    if turn == 2: self.head(404, Content_Length=0)
                    else: self.file(most=1000)
                elif name == "shifted":
                    if turn == 1: self.file(most=1000)
                    else: self.head(206, ETag='"one"', Content_Length=1, Content_Range=f"bytes 5-5/{len(content)}")
                elif name == "lengthless": self.file(named=False)
                elif name == "chunked":
                    self.head(200, Transfer_Encoding="chunked")
                    for at in range(0, len(content), 1000):
                        part = content[at:at + 1000]
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                    self.wfile.write(b"0\r\n\r\n")
                elif name == "silent":
                    self.head(200, Content_Length=100000)
                    self.wfile.write(b"x" * 10)
                    self.rfile.read(1)
                elif name == "mute": self.rfile.read(1)
                elif name == "trickle":
                    self.head(200, Content_Length=100000)
                    gate = threading.Event()
                    for _ in itertools.count():
                        self.wfile.write(b"x")
                        gate.wait(0.02)
                elif name == "endless":
                    self.head(200, Connection="close")
                    while True: self.wfile.write(b"x" * 65536)
                elif name == "huge":
                    self.head(200, Content_Length=1 << 50)
                    self.rfile.read(1)
                elif name == "hasty": self.cut()
                elif name == "garbage":
                    self.wfile.write(b"\x00\xff garbage\r\n\r\n")
                    self.cut()
                elif name == "loop": self.head(302, Location="/loop", Content_Length=0)
                elif name == "moved": self.head(302, Location="/file", Content_Length=0)
                elif name == "away": self.head(302, Location=url.query, Content_Length=0)
                elif name == "page":
                    self.head(200, Content_Type="text/html; charset=utf-8", Content_Length=13)
                    self.wfile.write(b"<p>Sign in!</")
                elif name.isdigit():
                    self.head(int(name), Content_Length=5)
                    self.wfile.write(b"words")
                else: self.head(404, Content_Length=0)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            def handle_error(self, *arguments): pass

        server = Server(("127.0.0.1", 0), Handler)
        if len(sys.argv) > 3:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[2], sys.argv[3])
            if sys.argv[4:]:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(sys.argv[2])
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
