import Documents
import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// What we refuse, the auditor's verifier must refuse for the same reason: it knows nothing but the documents.
@Suite("The auditor's verifier and approvals")
struct AuditorTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Its answer about the signatures under a policy, at noon of a day counted from the start of 2026.
    private func ask(
        _ content: [UInt8], _ signatures: [UInt8], _ policy: TrustPolicy, on day: Int64 = 30
    ) throws -> Auditor.Answer {
        var table = "[trust]\nrequired = [\(policy.required.map { "\"\($0.name)\"" }.joined(separator: ", "))]\n"
        let lists = try policy.revocationLists.enumerated().map { number, list in
            try folder.write("crl-\(number).pem", try list.pem)
            return "\"crl-\(number).pem\""
        }
        table += "revocation-lists = [\(lists.joined(separator: ", "))]\n"
        for (role, anchors) in policy.roles {
            try folder.write("\(role.name).pem", try anchors.flatMap { try $0.pem })
            table += "[trust.roles.\(role.name)]\nanchors = [\"\(role.name).pem\"]\n"
        }
        return try Auditor.ask([
            "--signatures", try folder.write("signatures.der", signatures).string,
            "--content", try folder.write("content", content).string,
            "--trust", try folder.write("trust.toml", table).string, "--at", "\(Scenario.moment(day))",
        ])
    }

    @Test("What we refuse is refused with the same code", arguments: RefusalTests.all)
    func table(refusal: Refusal) throws {
        let scenario = try Scenario()
        let (policy, signatures) = try refusal.approve(scenario)
        let answer = try ask(scenario.content, signatures, policy)
        #expect(answer.code == FaultCode(refusal.code).description, "\(answer)")
    }

    @Test(
        "Every kind of key that is allowed is taken, and other content is not",
        arguments: [KeyKind.rsa(bits: 3072), .p256, .p384, .ed25519])
    func keys(kind: KeyKind) throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(try scenario.software.signer("Person", kind), scenario.grace)
        let answer = try ask(scenario.content, signatures, try scenario.policy())
        #expect(answer.status == 0, "\(answer)")
        #expect(try ask([1], signatures, try scenario.policy()).code == "AC-2120")
    }

    @Test("A signature that is another's is not right, and what is no message is malformed")
    func signatures() throws {
        let scenario = try Scenario()
        var signatures = try scenario.approve(scenario.ada, scenario.grace)
        signatures[signatures.count - 1] ^= 1
        #expect(try ask(scenario.content, signatures, try scenario.policy()).code == "AC-2121")
        #expect(try ask(scenario.content, signatures.dropLast(), try scenario.policy()).code == "AC-2111")
        let indefinite: [UInt8] = [0x30, 0x80, 0x00, 0x00]
        #expect(try ask(scenario.content, indefinite, try scenario.policy()).code == "AC-2112")
        let large = [UInt8](repeating: 0x30, count: 65537)
        #expect(try ask(scenario.content, large, try scenario.policy()).code == "AC-2110")
    }

    @Test("What the openssl command signs without attributes or with SHA-1 is refused")
    func options() throws {
        let scenario = try Scenario()
        for (options, code) in [(["-noattr"], "AC-2113"), (["-md", "sha1"], "AC-2122")] {
            let signed = try OpenSSLCommand.sign(scenario.content, by: [scenario.ada], options: options)
            #expect(try ask(scenario.content, signed, try scenario.policy()).code == code)
        }
    }

    @Test(
        "A signing time that cannot be is refused",
        arguments: [
            (signed: 12, now: 10, code: "AC-2139"), (signed: -2, now: 10, code: "AC-2138"),
            (signed: 366, now: 30, code: "AC-2138"), (signed: 10, now: 366, code: "AC-2136"),
        ] as [(signed: Int64, now: Int64, code: String)])
    func times(time: (signed: Int64, now: Int64, code: String)) throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace, on: time.signed)
        #expect(try ask(scenario.content, signatures, try scenario.policy(), on: time.now).code == time.code)
    }

    @Test("Revoked and forged are refused; overdue and absent lists are warnings")
    func revocation() throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace)
        let issuing = scenario.software.issuing
        let lists = [
            (try scenario.software.revocationList(by: issuing, revoking: [scenario.ada.certificate]), "AC-2140"),
            (
                try scenario.software.revocationList(
                    by: Party(certificate: issuing.certificate, key: scenario.grace.key)), "AC-2141"
            ),
        ]
        for (list, code) in lists {
            #expect(try ask(scenario.content, signatures, try scenario.policy(lists: [list])).code == code)
        }
        let old = try scenario.software.revocationList(by: issuing, days: 20)
        let answer = try ask(scenario.content, signatures, try scenario.policy(lists: [old]))
        #expect(answer.status == 0)
        #expect(answer.warnings.contains { $0.contains("AC-2190") })
        #expect(answer.warnings.filter { $0.contains("AC-2191") }.count == 3)
    }

    @Test(
        "A device's statement holds under its key and no other, and unchanged",
        arguments: [KeyKind.ed25519, .p256, .p384])
    func statements(kind: KeyKind) throws {
        let device = DeviceKey(try PrivateKey.generate(kind))
        let statement = try device.sign(statement: ["format": "aftercare.passport/1", "version": "1.1.0"])
        let key = try folder.write("key", Base64.encode(try device.publicKey)).string
        let other = try folder.write("other", Base64.encode(try DeviceKey(try PrivateKey.generate(kind)).publicKey))
            .string
        func ask(_ changed: JSON, key: String) throws -> Auditor.Answer {
            try Auditor.ask(["--statement", try folder.write("s.json", changed.canonicalBytes).string, "--key", key])
        }
        let answer = try ask(statement, key: key)
        #expect(answer.status == 0, "\(answer)")
        #expect(answer.report["version"] == "1.1.0")
        #expect(try ask(statement, key: other).code == "AC-2121")
        guard case .object(var members) = statement else { return }
        members["statement"] = ["format": "aftercare.passport/1", "version": "1.2.0"]
        #expect(try ask(.object(members), key: key).code == "AC-2121")
        members["x"] = true
        #expect(try ask(.object(members), key: key).code == "AC-1107")
        members["statement"] = nil
        #expect(try ask(.object(members), key: key).status == 3)
    }

    @Test("A signed document needs the roles of its kind, and its own content")
    func documents() throws {
        let scenario = try Scenario()
        let table = """
            [trust]
            required = ["software", "regulatory"]
            [trust.roles.software]
            anchors = ["software.pem"]
            [trust.roles.regulatory]
            anchors = ["regulatory.pem"]
            """
        let trust = try folder.write("trust.toml", table).string
        try folder.write("software.pem", try scenario.software.root.certificate.pem)
        try folder.write("regulatory.pem", try scenario.regulatory.root.certificate.pem)
        func ask(_ document: JSON, signed: JSON, by parties: [Party]) throws -> Auditor.Answer {
            var der: [UInt8]?
            for party in parties {
                der = try party.signer.sign(signed.canonicalBytes, at: Scenario.moment(10), addingTo: der)
            }
            let bytes = SignedDocument(document, signatures: der ?? []).bytes
            let path = try folder.write("document.json", bytes).string
            return try Auditor.ask(["--document", path, "--trust", trust, "--at", "\(Scenario.moment(30))"])
        }
        let rules: JSON = ["schema": "aftercare.rules/1", "id": "EU"]
        let baseline: JSON = ["schema": "aftercare.baseline/1", "id": "b"]
        let withdrawal: JSON = ["schema": "aftercare.withdrawal/1", "id": "w", "role": "software"]
        #expect(try ask(rules, signed: rules, by: [scenario.grace]).status == 0)
        #expect(try ask(rules, signed: rules, by: [scenario.ada]).code == "AC-2150")
        #expect(try ask(rules, signed: baseline, by: [scenario.grace]).code == "AC-2120")
        #expect(try ask(baseline, signed: baseline, by: [scenario.ada, scenario.grace]).status == 0)
        #expect(try ask(baseline, signed: baseline, by: [scenario.grace]).code == "AC-2150")
        #expect(try ask(withdrawal, signed: withdrawal, by: [scenario.ada]).status == 0)
        #expect(try ask(withdrawal, signed: withdrawal, by: [scenario.grace]).code == "AC-2150")
    }
}
