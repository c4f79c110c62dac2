import Documents
import Foundation
import Platform
import Servicing
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The technician's laptop", .timeLimit(.minutes(5)))
struct GrantCommandTests {
    private let folder: TemporaryFolder
    private let person: [String]

    init() throws {
        folder = try TemporaryFolder()
        _ = try Self.fleet(["pki", "service", "--folder", folder.path.string])
        let issued = try Self.fleet([
            "pki", "issue", "--folder", folder.path.string, "--role", "technician", "--person", "Ada Lovelace",
        ])
        let files = issued.text.split(separator: "\n").map(String.init)
        try #require(files.count == 2)
        person = ["--certificate", files[0], "--key", files[1]]
    }

    private static func fleet(_ arguments: [String]) throws -> Tool.Result {
        try Tool.run([try Programs.path("aftercare-fleet")] + arguments)
    }

    private func verify(_ text: String, _ challenge: Challenge) throws -> VerifiedGrant {
        var fields = try Fields(try TOML.read(String(decoding: try folder.read("service.toml"), as: UTF8.self)))
        let policy = try ServicePolicy.read(try fields.fields("service"), folder: folder.path, storage: Storage())
        return try GrantVerifier(policy: policy).verify(
            try Grant(text: text), answering: challenge,
            at: TrustedTime(clock: SystemClock().now(), watermark: nil))
    }

    @Test("pki and grant make what a device with that table takes")
    func answers() throws {
        let challenge = try Challenge(device: "IP4-000417")
        // As somebody types it: in three words, small.
        let typed = challenge.description.lowercased().split(separator: "-", maxSplits: 2).joined(separator: "- ")
        let signed = folder.file("signed").string
        let result = try Self.fleet(
            ["grant"] + typed.split(separator: " ").map(String.init) + person
                + ["--rights", "test,observe", "--hours", "1", "--signed-text", signed])
        #expect(result.status == 0, "\(result.error)")
        let verified = try verify(result.text, challenge)
        #expect(verified.rights == ServiceRights([.observe, .test]))
        #expect(verified.person.contains("Ada Lovelace"))
        #expect((3400...3600).contains(verified.secondsLeft))
        #expect(result.error.contains("observe, test"))
        #expect(String(decoding: try folder.read("signed"), as: UTF8.self).hasPrefix("aftercare.service-grant/1\n"))

        let json = try Self.fleet(["grant", challenge.description, "--json"] + person)
        let object = try JSONReader.read(json.output, limit: 1 << 20)
        #expect(try verify(object["grant"]?.string ?? "", challenge).rights == .all)
        #expect(object["device"] == "IP4-000417")
    }

    @Test("Who is revoked gets a grant and no way in")
    func revoked() throws {
        let challenge = try Challenge(device: "IP4-000417")
        let list = [
            "pki", "revoke", "--folder", folder.path.string, "--role", "technician", "--person", "Ada Lovelace",
        ]
        #expect(try Self.fleet(list).status == 0)
        let result = try Self.fleet(["grant", challenge.description] + person)
        let error = #expect(throws: ServiceError.self) { try verify(result.text, challenge) }
        #expect(error?.code.rawValue == 2140)
    }

    @Test("What cannot be granted is refused with a status and a reason")
    func refused() throws {
        let challenge = try Challenge(device: "IP4-000417").description
        let wrong = String(challenge.dropLast()) + (challenge.hasSuffix("0") ? "1" : "0")
        let cases: [(arguments: [String], status: Int32, words: String)] = [
            ([wrong], 3, "AC-3420"), ([challenge, "--hours", "0"], 2, "--hours"),
            ([challenge, "--rights", "everything"], 2, "rights"),
            ([challenge, "--short", "--with-chain"], 2, "exclude"),
            ([challenge, "--bundle", "/nowhere"], 1, "AC-1001"), ([], 2, "challenge"),
        ]
        for (arguments, status, words) in cases {
            let result = try Self.fleet(["grant"] + arguments + person)
            #expect(result.status == status, "\(arguments): \(result.error)")
            #expect(result.error.contains(words), "\(arguments): \(result.error)")
            #expect(result.output.isEmpty)
        }
        let approvers = ["pki", "init", "--folder", folder.path.string]
        #expect(try Self.fleet(approvers).status == 0)
        let issued = try Self.fleet([
            "pki", "issue", "--folder", folder.path.string, "--role", "software", "--person", "Alan",
        ])
        let files = issued.text.split(separator: "\n").map(String.init)
        let result = try Self.fleet(["grant", challenge, "--certificate", files[0], "--key", files[1]])
        #expect(result.status == 2)
        #expect(result.error.contains("AC-2830"))
    }
}
