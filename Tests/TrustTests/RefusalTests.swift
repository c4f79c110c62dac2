import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// Approvals that must not be accepted, and the code that says why.
struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: Int
    let approve: @Sendable (Scenario) throws -> (policy: TrustPolicy, signatures: [UInt8])

    init(
        _ name: String, _ code: Int,
        _ approve: @escaping @Sendable (Scenario) throws -> (policy: TrustPolicy, signatures: [UInt8])
    ) {
        (testDescription, self.code, self.approve) = (name, code, approve)
    }

    /// One person whose certificate is wrong, beside one whose is right.
    init(_ name: String, _ code: Int, person: @escaping @Sendable (Scenario) throws -> Party) {
        self.init(name, code) { scenario in
            (try scenario.policy(), try scenario.approve(try person(scenario), scenario.grace))
        }
    }
}

@Suite("Refused approvals")
struct RefusalTests {
    private static func usage(_ extended: String?, usage: String = "digitalSignature") -> [CertificateExtension] {
        [CertificateExtension("keyUsage", "critical,\(usage)")]
            + (extended.map { [CertificateExtension("extendedKeyUsage", $0)] } ?? [])
    }

    private static let purposes = [
        Refusal("wrong purpose: a server", 2133) { scenario in
            try scenario.software.signer("Web", extensions: usage("serverAuth"))
        },
        Refusal("wrong purpose: any, but code signing is not named", 2133) { scenario in
            try scenario.software.signer("Any", extensions: usage("anyExtendedKeyUsage"))
        },
        Refusal("wrong purpose: no extended key usage", 2133) { scenario in
            try scenario.software.signer("None", extensions: usage(nil))
        },
        Refusal("wrong purpose: key usage without digitalSignature", 2133) { scenario in
            try scenario.software.signer("Key", extensions: usage("codeSigning", usage: "keyEncipherment"))
        },
        Refusal("wrong purpose: an authority signs itself", 2133) { scenario in scenario.software.issuing },
        Refusal("wrong purpose: an authority for servers", 2133) { scenario in
            let web = try TestAuthority(
                "web", issuingExtensions: [CertificateExtension("extendedKeyUsage", "serverAuth")])
            let policy = try scenario.policy(extra: [.quality: [web.root.certificate]])
            return (policy, try scenario.approve(try web.signer("Person"), scenario.ada, scenario.grace))
        },
    ]

    private static let chains = [
        Refusal("missing intermediate", 2130) { scenario in
            Party(certificate: scenario.ada.certificate, key: scenario.ada.key)
        },
        Refusal("unknown anchor", 2131) { scenario in
            let other = try TestAuthority("software")
            return try other.signer("Mallory")
        },
        Refusal("unknown anchor, brought along", 2131) { scenario in
            let other = try TestAuthority("software")
            var party = try other.signer("Mallory")
            party.intermediates.append(other.root.certificate)
            return party
        },
        Refusal("self-signed", 2132) { _ in
            try TestAuthority.make("Self", .p256, under: nil, days: 365, extensions: TestAuthority.codeSigning)
        },
        Refusal("issued by a signer, not by an authority", 2135) { scenario in
            var party = try TestAuthority.make(
                "Child", .p256, under: scenario.ada, days: 365, extensions: TestAuthority.codeSigning)
            party.intermediates = [scenario.ada.certificate, scenario.software.issuing.certificate]
            return party
        },
        Refusal("unknown critical extension", 2134) { scenario in
            let strange = CertificateExtension("1.3.6.1.4.1.99999.1", "critical,DER:0500")
            return try scenario.software.signer("Strange", extensions: TestAuthority.codeSigning + [strange])
        },
        Refusal("unknown critical extension of the intermediate", 2134) { scenario in
            let strange = CertificateExtension("1.3.6.1.4.1.99999.1", "critical,DER:0500")
            let other = try TestAuthority("other", issuingExtensions: [strange])
            let policy = try scenario.policy(extra: [.quality: [other.root.certificate]])
            return (policy, try scenario.approve(try other.signer("Person"), scenario.ada, scenario.grace))
        },
        Refusal("a certificate that nobody needs", 2115) { scenario in
            let other = try TestAuthority("other")
            var party = scenario.ada
            party.intermediates.append(other.issuing.certificate)
            return party
        },
        Refusal("the anchor itself among the certificates", 2115) { scenario in
            var party = scenario.ada
            party.intermediates.append(scenario.software.root.certificate)
            return party
        },
        Refusal("the intermediate's name on another key", 2135) { scenario in
            // The right names and key identifier, but the authority never signed this one.
            let imitation = Party(certificate: scenario.software.issuing.certificate, key: scenario.grace.key)
            var party = try TestAuthority.make(
                "Mallory", .p256, under: imitation, days: 365, extensions: TestAuthority.codeSigning)
            party.intermediates = [scenario.software.issuing.certificate]
            return party
        },
    ]

    private static let demands = [
        Refusal("wrong role: software twice", 2150) { scenario in
            let second = try scenario.software.signer("Second")
            return (try scenario.policy(), try scenario.approve(scenario.ada, second))
        },
        Refusal("missing role", 2150) { scenario in (try scenario.policy(), try scenario.approve(scenario.ada)) },
        Refusal("same key for two roles", 2151) { scenario in
            let double = try scenario.regulatory.signer("Double", key: scenario.ada.key)
            return (try scenario.policy(), try scenario.together(scenario.ada, double))
        },
        Refusal("one person for two roles, with two keys", 2152) { scenario in
            (try scenario.policy(), try scenario.together(scenario.ada, try scenario.regulatory.signer("Ada")))
        },
        Refusal("one person for two roles, written otherwise", 2152) { scenario in
            (try scenario.policy(), try scenario.together(scenario.ada, try scenario.regulatory.signer("ADA  ")))
        },
        Refusal("one person twice in one role", 2152) { scenario in
            let other = try scenario.software.signer("Ada")
            return (try scenario.policy(required: [.software]), try scenario.together(scenario.ada, other))
        },
        Refusal("a role that says it only wrote it", 2150) { scenario in
            let wrote = try scenario.grace.signer.sign(scenario.content, at: Scenario.moment(10), meaning: .authored)
            return (try scenario.policy(), try scenario.together(try scenario.approve(scenario.ada), wrote))
        },
        Refusal("a role that says it only read it", 2150) { scenario in
            let read = try scenario.grace.signer.sign(scenario.content, at: Scenario.moment(10), meaning: .reviewed)
            return (try scenario.policy(), try scenario.together(try scenario.approve(scenario.ada), read))
        },
        Refusal("one certificate that leads to two roles", 2142) { scenario in
            let policy = try scenario.policy(extra: [.quality: [scenario.software.issuing.certificate]])
            return (policy, try scenario.approve(scenario.ada, scenario.grace))
        },
    ]

    private static let strengths = [
        Refusal("weak key: RSA-2048", 2123) { scenario in try scenario.software.signer("Small", .rsa(bits: 2048)) },
        Refusal("weak key of the authority", 2123) { scenario in
            let small = try TestAuthority("small", keys: .rsa(bits: 2048))
            let policy = try scenario.policy(extra: [.quality: [small.root.certificate]])
            return (policy, try scenario.approve(try small.signer("Person"), scenario.ada, scenario.grace))
        },
        Refusal("expired", 2136) { scenario in try scenario.software.signer("Old", from: 0, days: 20) },
        Refusal("not yet valid", 2137) { scenario in try scenario.software.signer("New", from: 40) },
    ]

    static let all = purposes + chains + demands + strengths

    @Test("What must be refused is, with its own code", arguments: all)
    func table(refusal: Refusal) throws {
        let scenario = try Scenario()
        let (policy, signatures) = try refusal.approve(scenario)
        let found = Verifier(policy: policy).refusal(scenario.content, signatures)
        #expect(found?.code.rawValue == refusal.code, "\(String(describing: found))")
    }

    @Test("Curves that are not allowed are refused", arguments: ["P-521", "secp256k1"])
    func curves(curve: String) throws {
        let scenario = try Scenario()
        let person = try scenario.software.signer("Person", .other(curve))
        let signatures = try OpenSSLCommand.sign(scenario.content, by: [person])
        let policy = try TrustPolicy(required: [.software], roles: [.software: [scenario.software.root.certificate]])
        let now = TrustedTime(clock: SystemClock().now(), watermark: nil)
        // The command signs at the time of day, so other checks may fail too.
        let failed = Verifier(policy: policy).examine(content: scenario.content, signatures: signatures, at: now).checks
        #expect(
            failed.contains { check in
                if case .failed(.weakKey) = check.verdict { true } else { false }
            })
    }

    @Test("A weak digest is refused, in the signature and in the certificate")
    func weakDigests() throws {
        let scenario = try Scenario()
        let folder = try TemporaryFolder()
        let signatures = try OpenSSLCommand.sign(scenario.content, by: [scenario.ada], options: ["-md", "sha1"])
        let verifier = Verifier(policy: try scenario.policy())
        #expect(verifier.refusal(scenario.content, signatures)?.code.rawValue == 2122)

        let person = try scenario.software.signer("Person")
        let (_, personKey, _) = try person.write("person", to: folder)
        let (authority, key, _) = try scenario.software.issuing.write("issuing", to: folder)
        let request = try Tool.run(["openssl", "req", "-new", "-key", personKey, "-subj", "/CN=Person"])
        let extensions = try folder.write(
            "extensions", "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n")
        let weak = try Tool.run(
            [
                "openssl", "x509", "-req", "-CA", authority, "-CAkey", key, "-sha1", "-set_serial", "77", "-days",
                "300",
                "-extfile", extensions.string,
            ], input: request.output)
        #expect(weak.status == 0, "\(weak.error)")
        let signer = Party(
            certificate: try Certificate.read(pem: weak.output, limit: 1)[0], key: person.key,
            intermediates: person.intermediates)
        let now = SystemClock().now()
        let approval = try signer.signer.sign(scenario.content, at: now)
        let both = try scenario.grace.signer.sign(scenario.content, at: now, addingTo: approval)
        let time = TrustedTime(clock: now, watermark: nil)
        let checks = verifier.examine(content: scenario.content, signatures: both, at: time).checks
        #expect(
            checks.contains { check in
                if case .failed(.weakDigest) = check.verdict { true } else { false }
            }, "\(checks)")
    }
}
