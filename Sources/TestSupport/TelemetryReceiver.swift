package import Documents
import Foundation
import Platform
import SystemPackage

/// A receiver of OTLP on this machine, good and bad, that reads with OpenTelemetry's own message classes.
///
/// Its paths begin with how it is to behave: see the script. What it took stands in `received`, written before it answers.
package final class TelemetryReceiver: Sendable {
    package struct Options: Sendable {
        /// The host name in its certificate; nil for no TLS.
        package var tls: String?
        package var asksForIdentity = false
        package var host = "127.0.0.1"
        /// Also serves as a proxy that asks for this `USER:PASSWORD`.
        package var proxyLogin: String?

        package init() {}
    }

    package let address: String
    package let certificate: WebServer.Certificate?
    private let lifeline = Pipe()
    private let output = Pipe()
    private let folder: TemporaryFolder

    package static func start(_ options: Options = Options()) async throws -> TelemetryReceiver {
        try await BlockingThread.run("receiver") { try TelemetryReceiver(options) }
    }

    private init(_ options: Options) throws {
        folder = try TemporaryFolder()
        let script = try folder.write("receiver.py", Self.script)
        try folder.write("received", "")
        certificate = try options.tls.map { [folder] in try WebServer.makeCertificate(named: $0, in: folder) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Tool.python)
        process.arguments = [
            "-I", script.string, folder.file("received").string, options.host, certificate?.certificate.string ?? "",
            certificate?.key.string ?? "", options.asksForIdentity ? "ask" : "", options.proxyLogin ?? "",
        ]
        process.standardInput = lifeline
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = line.prefix { $0 != "\n" }
        guard !port.isEmpty else { throw Errno.connectionRefused }
        let name = options.tls == nil ? (options.host.contains(":") ? "[\(options.host)]" : options.host) : "localhost"
        address = (options.tls == nil ? "http://" : "https://") + "\(name):\(port)"
    }

    // The script ends when its input does, which also happens when the test itself is killed.
    deinit { try? lifeline.fileHandleForWriting.close() }

    /// Waits until a request has come that nobody waited for before.
    package func awaitRequest() async {
        let output = output.fileHandleForReading
        _ = await BlockingThread.run("request") { output.readData(ofLength: 1) }
    }

    /// Every request that came, oldest first: `mode`, `path`, `head`, `items`, `records`, or `error`.
    package func received() throws -> [JSON] {
        try folder.read("received").split(separator: UInt8(ascii: "\n")).map {
            try JSONReader.read(Array($0), limit: 64 << 20)
        }
    }

    /// The ids of all items that were answered well, as often as they came.
    package func ids() throws -> [String] {
        try received().flatMap { request in request["items"]?.array?.compactMap(\.string) ?? [] }
    }
}
