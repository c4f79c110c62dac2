import Platform
import Releases
import Servicing
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("Judging grants")
struct GrantVerifierTests {
    private let technicians: Technicians
    private let challenge: Challenge
    private let bundle = SHA256.digest(of: [1, 2, 3])

    init() throws {
        technicians = try Technicians.shared.get()
        challenge = try Challenge(device: "IP4-000417")
    }

    private func verify(
        _ grant: Grant, _ policy: ServicePolicy? = nil, challenge: Challenge? = nil, at time: TrustedTime = .clock(60)
    ) throws -> VerifiedGrant {
        try GrantVerifier(policy: try policy ?? technicians.policy()).verify(
            grant, answering: challenge ?? self.challenge, at: time)
    }

    @Test(
        "A technician's grant is taken, whatever the key, with the rights that both grant and role have",
        arguments: [KeyKind.p256, .p384, .ed25519, .rsa(bits: 3072)])
    func accepts(kind: KeyKind) throws {
        let technicians = try Technicians()
        let person = try technicians.person("Grace", keys: kind)
        let rights = ServiceRights([.observe, .update])
        let terms = try GrantTerms.test(challenge, rights: rights, bundle: bundle)
        let role = "rights = [\"observe\", \"test\", \"update\", \"activate\", \"rollback\", \"evidence\"]"
        let policy = try technicians.policy([(role, "rights = [\"update\", \"evidence\"]")])
        for certificates in [GrantSigner.Certificates.person, .chain] {
            let text = try person.grant(terms, with: certificates).text()
            let verified = try verify(try Grant(text: text), policy)
            #expect(verified.rights == ServiceRights([.update]))
            #expect(verified.role == Technicians.technician)
            #expect(verified.person == "Grace")
            #expect(verified.bundle == bundle)
            #expect(verified.secondsLeft == 3600 - 60 - Technicians.now.seconds % 60)
            #expect(verified.warnings.isEmpty)
            try verified.requireBundle(bundle)
            #expect(refusal { try verified.requireBundle(SHA256.digest(of: [])) } == 3446)
        }
    }

    @Test("Who is known to the device needs no certificate; nobody else does without")
    func known() throws {
        let ada = try technicians.ada()
        let grant = try ada.grant(try .test(challenge), with: .none)
        #expect(refusal { _ = try verify(grant) } == 3440)
        let policy = try technicians.policy(people: [ada.signer.certificate])
        #expect(try verify(grant, policy).certificate == ada.signer.certificate)
        let verifier = GrantVerifier(policy: try technicians.policy(), remembered: [ada.signer.certificate])
        #expect(try verifier.verify(grant, answering: challenge, at: .clock(60)).role == Technicians.technician)
    }

    @Test("A device whose configuration has no service takes nobody")
    func none() throws {
        let grant = try technicians.ada().grant(try .test(challenge), with: .person)
        let policy = try ServicePolicy.read(nil, folder: "/", storage: Storage())
        #expect(refusal { _ = try verify(grant, policy) } == 3402)
    }

    @Test("A grant for another device, another challenge or another time is told as that")
    func others() throws {
        let ada = try technicians.ada()
        let grant = try ada.grant(try .test(challenge), with: .person)
        #expect(refusal { _ = try verify(grant, challenge: try Challenge(device: "IP4-000418")) } == 3425)
        #expect(refusal { _ = try verify(grant, challenge: try Challenge(device: "IP4-000417")) } == 3424)
        #expect(refusal { _ = try verify(grant, at: .clock(3600)) } == 3443)
        let long = try ada.grant(try .test(challenge, seconds: 5 * 3600), with: .person)
        #expect(refusal { _ = try verify(long) } == 3444)
        let role = "rights = [\"observe\", \"test\", \"update\", \"activate\", \"rollback\", \"evidence\"]"
        let narrow = try ada.grant(try .test(challenge, rights: ServiceRights([.update])), with: .person)
        let policy = try technicians.policy([(role, "rights = [\"observe\"]")])
        #expect(refusal { _ = try verify(narrow, policy) } == 3445)
    }

    @Test("Even where the marks are the same by chance, another challenge's grant does not hold")
    func marks() throws {
        let ada = try technicians.ada()
        let other = try Challenge(text: Self.withOtherEnd(challenge))
        let grant = try ada.grant(try .test(challenge), with: .person)
        #expect(grant.answers(other))
        #expect(refusal { _ = try verify(grant, challenge: other) } == 3442)
    }

    /// The same first letters, so the same mark, and others after them.
    private static func withOtherEnd(_ challenge: Challenge) throws -> String {
        let start = challenge.nonce.prefix(8)
        let end = challenge.nonce.hasSuffix("0000") ? "1111" : "0000"
        for check in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
            let text = "\(challenge.device)/\(start)\(end)\(check)"
            if (try? Challenge(text: text)) != nil { return text }
        }
        return ""
    }

    @Test("A clock that is behind locks nobody out, and says so; one that is ahead cannot be helped")
    func clocks() throws {
        let ada = try technicians.ada()
        let grant = try ada.grant(try .test(challenge), with: .person)
        let year: Int64 = 365 * 86400
        // The device's clock and watermark, as seconds from when the grant was made, and what comes of it.
        let cases: [(clock: Int64, watermark: Int64?, code: Int?, warnings: [Int])] = [
            (0, nil, nil, []), (-200, nil, nil, []), (-400, nil, nil, [3490]), (-10 * year, nil, nil, [3490]),
            (-10 * year, -86400, nil, [2192, 3490]), (-10 * year, 60, nil, [2192]), (-10 * year, 7200, 3443, []),
            (3000, 60, nil, []), (3700, nil, 3443, []), (2 * year, nil, 2136, []),
        ]
        for (clock, watermark, code, warnings) in cases {
            let time = TrustedTime.clock(clock, watermark: watermark)
            #expect(refusal { _ = try verify(grant, at: time) } == code, "\(clock) \(watermark ?? 0)")
            guard code == nil else { continue }
            let verified = try verify(grant, at: time)
            #expect(verified.warnings.map(\.code.rawValue) == warnings, "\(clock) \(watermark ?? 0)")
            #expect((1...3600).contains(verified.secondsLeft))
        }
    }

    @Test("Who is revoked, has a weak key or a certificate for something else is refused as that")
    func certificates() throws {
        let technicians = try Technicians()
        let terms = try GrantTerms.test(challenge)
        let revoked = try technicians.person("Mallory")
        try technicians.authority.revoke(role: Technicians.technician, person: "Mallory", now: Technicians.start)
        let policy = try technicians.policy()
        func code(_ signer: ContentSigner, _ certificates: [Certificate]? = nil) throws -> Int? {
            let grant = try signer.forgedGrant(terms, certificates: certificates)
            return refusal { _ = try verify(try Grant(text: try grant.text()), policy) }
        }
        #expect(try code(revoked.signer) == 2140)
        #expect(try code(try technicians.forged("good")) == nil)
        #expect(try code(try technicians.forged("weak", keys: .rsa(bits: 2048))) == 2123)
        #expect(try code(try technicians.forged("old", days: 1)) == 2136)
        #expect(try code(try technicians.forged("approver", usage: "codeSigning")) == 2143)
        #expect(try code(try technicians.forged("both", usage: "codeSigning,clientAuth")) == 2143)
        #expect(try code(try technicians.forged("server", usage: "serverAuth")) == 2143)
        #expect(try code(try technicians.forged("any", usage: "anyExtendedKeyUsage")) == 2143)
        #expect(try code(try technicians.forged("nothing", usage: nil)) == 2143)
        let stranger = try Technicians().person("Ada")
        #expect(try code(stranger.signer, [stranger.signer.certificate] + stranger.signer.intermediates) == 2131)
        let (ada, eve) = (try technicians.person("Ada"), try technicians.person("Eve"))
        #expect(try code(eve.signer, [ada.signer.certificate]) == 3441)
    }

    @Test("Nobody approves releases with a technician's certificate, or services devices with an approver's")
    func apart() throws {
        let technicians = try Technicians()
        let storage = Storage()
        let files = try technicians.authority.issue(
            role: .software, person: "Approver", days: 365, now: Technicians.start)
        let approver = try ContentSigner.read(certificate: files.certificate, key: files.key.string, storage: storage)
        let terms = try GrantTerms.test(challenge)
        #expect(refusal { _ = try GrantSigner(approver).grant(terms, with: .person) } == 2830)
        let root = try Certificate.read(pem: try technicians.folder.read("software/root.pem"), limit: 1)
        let lenient = try ServicePolicy(
            roles: [Technicians.technician: .all], anchors: [Technicians.technician: root],
            people: approver.intermediates)
        #expect(refusal { _ = try verify(try approver.forgedGrant(terms), lenient) } == 2143)

        let ada = try technicians.ada().signer
        let anchor = try Certificate.read(pem: try technicians.folder.read("technician/root.pem"), limit: 1)
        let trust = try TrustPolicy(required: [.software], roles: [.software: anchor])
        let signatures = try ada.sign([1], at: Technicians.now)
        let verifier = Verifier(policy: trust)
        #expect(refusal { _ = try verifier.verify(content: [1], signatures: signatures, at: .clock(60)) } == 2133)
    }

    @Test("A grant with any bit changed is refused, and by what was changed")
    func flips() throws {
        let technicians = try Technicians()
        let ada = try technicians.person("Ada")
        let policy = try technicians.policy(people: [ada.signer.certificate])
        let terms = try GrantTerms.test(challenge, bundle: bundle)
        // Where each region of a short grant ends, and the codes that a change in it may have.
        let regions: [(end: Int, codes: Set<Int>)] = [
            (1, [3430, 3433, 3442]), (2, [3430, 3442]), (8, [3442, 3430]), (9, [3425]), (11, [3424, 3430]),
            (14, [3440]), (46, [3442]), (110, [3442]),
        ]
        let bytes = try ada.grant(terms, with: .none).bytes
        #expect(bytes.count == 110)
        for index in bytes.indices {
            let region = try #require(regions.first { index < $0.end })
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                let code = refusal { _ = try verify(try Grant(bytes: changed), policy) }
                #expect(code.map(region.codes.contains) == true, "byte \(index), bit \(bit): \(code ?? 0)")
            }
        }
        let long = try ada.grant(terms, with: .person).bytes
        for index in long.indices {
            var changed = long
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(refusal { _ = try verify(try Grant(bytes: changed), policy) } != nil, "byte \(index)")
        }
        for count in 0..<bytes.count {
            #expect(refusal { _ = try verify(try Grant(bytes: Array(bytes.prefix(count))), policy) } != nil)
        }
    }

    @Test(
        "openssl verifies the signature over the text that docs/grants.md describes",
        arguments: [KeyKind.p256, .p384, .ed25519, .rsa(bits: 3072)])
    func openssl(kind: KeyKind) throws {
        let technicians = try Technicians()
        let ada = try technicians.person("Ada", keys: kind)
        let terms = try GrantTerms.test(challenge, rights: ServiceRights([.observe, .test]), bundle: bundle)
        let grant = try ada.grant(terms, with: .none)
        let certificate = ada.signer.certificate
        // Written by hand from the document, not by what is tested.
        let (begin, end) = (terms.notBefore.description, terms.until.description)
        let text =
            "aftercare.service-grant/1\ndevice: 1P4-000417\nchallenge: \(challenge.nonce)\nperson: \(certificate.keyID.hex)\n"
            + "rights: observe,test\nbundle: \(bundle.hex)\nnot-before: \(begin)\nuntil: \(end)\n"
        let folder = try TemporaryFolder()
        let signed = try folder.write("text", text).string
        let signature = try folder.write("signature", try certificate.key.signature(raw: grant.signature)).string
        let pem = try folder.write("certificate", try certificate.pem).string
        let key = try folder.write("key", try Tool.run(["openssl", "x509", "-in", pem, "-noout", "-pubkey"]).output)
            .string
        func accepts(_ text: String) throws -> Bool {
            let command =
                kind == .ed25519
                ? [
                    "openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-sigfile", signature, "-in",
                    text,
                ]
                : [
                    "openssl", "dgst", kind == .p384 ? "-sha384" : "-sha256", "-verify", key, "-signature", signature,
                    text,
                ]
            return try Tool.run(command).status == 0
        }
        #expect(try accepts(signed))
        #expect(try !accepts(try folder.write("other", text.replacing("observe", with: "update")).string))
    }
}
