import Bundles
import Documents
import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// What we refuse, the auditor's verifier must refuse for the same reason: it knows nothing but the documents.
@Suite("The auditor's verifier and a bundle")
struct AuditorTests {
    private let folder: TemporaryFolder
    private let approvers: Approvers

    init() throws {
        folder = try TemporaryFolder()
        approvers = try Approvers()
    }

    private func ask(_ bytes: [UInt8], isTrustGiven: Bool = true) throws -> Auditor.Answer {
        let path = try folder.write("r.aftercare", bytes)
        let trust = isTrustGiven ? ["--trust", approvers.folder.path.string, "--at", "\(Approvers.time)"] : []
        return try Auditor.ask(["--bundle", path.string] + trust)
    }

    private func bytes(_ factory: BundleFactory, manifest: [UInt8]? = nil) throws -> [UInt8] {
        try factory.bytes(manifestBytes: manifest, sign: approvers.sign)
    }

    @Test("A bundle that we take is right, and it says who approved what")
    func good() throws {
        let answer = try ask(try bytes(try Sample.factory()))
        #expect(answer.status == 0, "\(answer)")
        #expect(answer.report["approved"]?["regulatory"]?.array?.count == 1)
        #expect(answer.report["version"] == "1.1.0")
        #expect(answer.report["unchecked"] == [])
    }

    @Test("A release as it is really made, with file systems in it, is right")
    func release() async throws {
        let product = try VirtualProduct.shared.get()
        let bundle = try await product.bundle("1.1.0")
        let answer = try Auditor.ask(["--bundle", bundle.string, "--trust", product.trust.string])
        #expect(answer.status == 0, "\(answer)")
        #expect(answer.report["change"] == "CR-1.1.0")
    }

    @Test("Without anchors it says that approvals were not checked, and does not call it right")
    func noAnchors() throws {
        let answer = try ask(try bytes(try Sample.factory()), isTrustGiven: false)
        #expect(answer.status == 1)
        #expect(answer.report["unchecked"]?.array?.count == 1)
    }

    @Test("A record that does not fit is refused with our code", arguments: LyingTests.lies)
    func record(lie: LyingTests.Lie) throws {
        var factory = try Sample.factory()
        factory.changeRecord(lie.record) {
            $0.replaceSubrange(lie.offset..<(lie.offset + lie.bytes.count), with: lie.bytes)
        }
        let answer = try ask(try bytes(factory), isTrustGiven: false)
        #expect(answer.code == FaultCode(lie.code).description, "\(answer)")
    }

    /// A change to the bytes of a good bundle.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: String
        let change: @Sendable (inout [UInt8], BundleHeader) -> Void

        init(_ what: String, _ code: String, _ change: @escaping @Sendable (inout [UInt8], BundleHeader) -> Void) {
            (testDescription, self.code, self.change) = (what, code, change)
        }
    }

    private static let damages = [
        Damage("nothing", "AC-2006") { bytes, _ in bytes = [] },
        Damage("text", "AC-2001") { bytes, _ in bytes = Array(repeating: UInt8(ascii: "#"), count: 9000) },
        Damage("half a header", "AC-2006") { bytes, _ in bytes.removeLast(bytes.count - 100) },
        Damage("half of the signatures", "AC-2006") { bytes, _ in bytes.removeLast(bytes.count - 1000) },
        Damage("one byte short", "AC-2006") { bytes, _ in bytes.removeLast() },
        Damage("one byte too long", "AC-2007") { bytes, _ in bytes.append(0) },
        Damage("the magic", "AC-2001") { bytes, _ in bytes[3] ^= 4 },
        Damage("the header", "AC-2002") { bytes, _ in bytes[20] ^= 4 },
        Damage("the version", "AC-2003") { bytes, _ in rewrite(&bytes) { $0[8] = 2 } },
        Damage("reserved bytes of the header", "AC-2004") { bytes, _ in rewrite(&bytes) { $0[80] = 1 } },
        Damage("a manifest of 2 MiB", "AC-2005") { bytes, _ in rewrite(&bytes) { $0[26] = 0x20 } },
        Damage("signatures of no whole blocks", "AC-2009") { bytes, _ in rewrite(&bytes) { $0[16] = 1 } },
        Damage("the signatures", "AC-2008") { bytes, _ in bytes[400] ^= 4 },
        Damage("their padding", "AC-2004") { bytes, header in
            bytes[Int(header.manifestOffset) - 1] = 1
            resign(&bytes, header)
        },
        Damage("a message longer than its section", "AC-2009") { bytes, header in
            bytes[130] = 0xFF
            resign(&bytes, header)
        },
        Damage("the manifest", "AC-2120") { bytes, header in bytes[Int(header.manifestOffset) + 40] ^= 4 },
        Damage("the index", "AC-2014") { bytes, header in bytes[Int(header.indexOffset) + 5] ^= 4 },
        Damage("a stored chunk", "AC-2025") { bytes, _ in bytes[bytes.count - 1] ^= 4 },
    ]

    /// Changes the header and makes its checksum fit.
    private static func rewrite(_ bytes: inout [UInt8], _ change: (inout [UInt8]) -> Void) {
        change(&bytes)
        bytes.replaceSubrange(96..<128, with: SHA256.digest(of: Array(bytes[..<96])).bytes)
    }

    /// Makes the digest of the signature section fit.
    private static func resign(_ bytes: inout [UInt8], _ header: BundleHeader) {
        let section = Array(bytes[BundleFormat.headerLength..<Int(header.manifestOffset)])
        rewrite(&bytes) { $0.replaceSubrange(48..<80, with: SHA256.digest(of: section).bytes) }
    }

    @Test("Damage anywhere is refused with our code", arguments: damages)
    func damaged(damage: Damage) throws {
        var bytes = try bytes(try Sample.factory())
        damage.change(&bytes, try BundleHeader(bytes: Array(bytes[..<BundleFormat.headerLength])))
        #expect(try ask(bytes).code == damage.code)
    }

    @Test("One role, strangers and nobody are refused with our codes")
    func approvals() throws {
        let factory = try Sample.factory()
        let one = try factory.bytes { try approvers.signers[0].sign($0, at: Approvers.time, addingTo: nil) }
        #expect(try ask(one).code == "AC-2150")
        #expect(try ask(try factory.bytes(sign: try Approvers().sign)).code == "AC-2131")
        #expect(try ask(factory.bytes { _ in [] }).code == "AC-2010")
    }

    @Test(
        "A manifest that is not what the document says is refused with our code",
        arguments: [
            ("\"product\":", "\"product\": ", "AC-2012"), ("\"product\":", "\"a\":1,\"a\":1,\"product\":", "AC-1103"),
            ("\"created\"", "\"crested\"", "AC-1106"), ("{\"change\"", "{\"aside\":1,\"change\"", "AC-1107"),
            ("\"hardware\":[\"rev-c\"]", "\"hardware\":[]", "AC-1108"), ("manifest/1", "manifest/2", "AC-1108"),
            ("\"name\":\"boot\"", "\"name\":\"../b\"", "AC-1108"), ("CR-1.1.0", "CR-6.6.6", "AC-1108"),
            ("\"from\":[\"1.0.0\"]", "\"from\":[\"01.0\"]", "AC-1108"), ("\"rootfs\"", "\"boot\"", "AC-1108"),
            ("\"indexLength\":256", "\"indexLength\":320", "AC-2013"),
        ])
    func manifest(edit: (from: String, to: String, code: String)) throws {
        let factory = try Sample.factory()
        let text = String(decoding: factory.manifest.canonicalBytes, as: UTF8.self)
        #expect(text.contains(edit.from))
        let changed = Array(text.replacing(edit.from, with: edit.to).utf8)
        #expect(try ask(try bytes(factory, manifest: changed)).code == edit.code)
    }

    @Test("A frame that lies, a wrong image and a wrong payload are refused with our codes")
    func payload() throws {
        var frames = try BundleFactory(images: [("rootfs", Sample.text(4096))], chunkLength: 4096)
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x05, 0x29, 0x00, 0x00] + Array("hello".utf8)
        for (payload, code) in [(frame, "AC-2024"), (frame + frame, "AC-2023"), (Sample.noise(60), "AC-2023")] {
            frames.payload = payload
            frames.changeRecord(0) { $0[24..<26] = [UInt8(payload.count), 0] }
            #expect(try ask(try bytes(frames)).code == code)
        }
        var image = try Sample.factory()
        image.manifest.images[1].digest = SHA256.digest(of: [])
        #expect(try ask(try bytes(image)).code == "AC-2026")
        var whole = try Sample.factory()
        whole.manifest.payloadDigest = SHA256.digest(of: [])
        #expect(try ask(try bytes(whole)).code == "AC-2028")
    }
}
