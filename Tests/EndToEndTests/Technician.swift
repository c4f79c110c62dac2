import Foundation
import Platform
import SystemPackage
import TestSupport
import Testing

/// Somebody who services devices of the tests' product, with a laptop: a terminal program, a certificate and a key.
final class Technician: Sendable {
    let product: VirtualProduct
    private let folder: TemporaryFolder
    /// `--certificate` and `--key` of the person.
    let person: [String]

    init() async throws {
        product = try await BlockingThread.run("product") { try VirtualProduct.shared.get() }
        folder = try TemporaryFolder()
        let pki = folder.file("pki").string
        try FileManager.default.copyItem(atPath: product.trust.string, toPath: pki)
        _ = try Self.fleet(["pki", "service", "-f", pki])
        let issued = try Self.fleet(["pki", "issue", "-f", pki, "--role", "technician", "--person", "Tom Weber"])
        let files = issued.split(separator: "\n").map(String.init)
        try #require(files.count == 2)
        person = ["--certificate", files[0], "--key", files[1]]
    }

    /// What a device trusts that this person may service.
    var trust: FilePath { folder.file("pki") }

    @discardableResult
    static func fleet(_ arguments: [String]) throws -> String {
        let result = try Tool.run([try Programs.path("aftercare-fleet")] + arguments)
        try #require(result.status == 0, "\(result.error)")
        return result.text
    }

    func grant(_ challenge: String) throws -> String { try Self.fleet(["grant", challenge] + person) }

    /// At a device's service port, where the console has answered.
    func sit(at device: Device, send: String = "sz") async throws -> TerminalScreen {
        let screen = try TerminalScreen(port: device.path("service-port"), send: send)
        // As a person strikes Enter until something comes: the console may still be starting.
        while (try? await screen.say("", until: "virtual-1", within: .seconds(2))) == nil {
            try Task.checkCancellation()
        }
        return screen
    }

    /// The challenge that `login` shows.
    func challenge(_ screen: TerminalScreen) async throws -> String {
        let lines = try await screen.say("login", until: "grant>")
        let line = try #require(lines.last { $0.hasPrefix("Challenge:") })
        return String(line.dropFirst("Challenge:".count).drop { $0 == " " })
    }

    @discardableResult
    func logIn(_ screen: TerminalScreen) async throws -> [String] {
        let grant = try grant(try await challenge(screen))
        return try await screen.paste(grant, until: "virtual-1#")
    }
}
