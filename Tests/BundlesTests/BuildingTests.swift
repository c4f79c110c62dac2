import Bundles
import Documents
import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("Building a release")
struct BuildingTests {
    private let folder: TemporaryFolder
    private let approvers: Approvers
    private let storage = Storage()

    init() throws {
        folder = try TemporaryFolder()
        approvers = try Approvers()
        try folder.write("images/rootfs.img", Self.content)
        try folder.write("images/boot.img", Sample.text(10000))
        try folder.write("1.1.0.toml", Self.description)
        try folder.write("1.1.0.change.toml", "schema = \"aftercare.change/1\"\nid = \"CR-1\"\n")
    }

    private static let content =
        Sample.text(70000) + Sample.zeros(90000) + Sample.noise(50000) + Sample.text(30000) + Sample.zeros(9999)

    private static let description = """
        product = "infusion-pump"
        hardware = ["rev-c", "rev-d"]
        version = "1.1.0"
        from = ["1.0.0"]
        fallbacks = ["1.0.0"]
        security-version = 2
        self-test-deadline = 600
        created = "2026-03-02T09:00:00Z"
        compression-level = 3
        chunk-size = 8192

        [images.rootfs]
        file = "rootfs.img"

        [images.boot]
        file = "boot.img"
        """

    private func source(_ name: String = "1.1.0.toml", sourceDateEpoch: String? = nil) throws -> ReleaseSource {
        try ReleaseSource.read(
            folder.file(name), in: storage, imagesFolder: folder.file("images"), sourceDateEpoch: sourceDateEpoch)
    }

    private func build(_ name: String, threads: Int = 2, signers: Bool = false) async throws -> [UInt8] {
        _ = try await ReleaseBuilder(try source(), storage: storage, threads: threads).build(
            to: folder.file(name), signedBy: signers ? approvers.signers : [], at: Approvers.time)
        return try folder.read(name)
    }

    @Test("What is built is verified and becomes the images again")
    func roundTrip() async throws {
        _ = try await build("r.aftercare", signers: true)
        let bundle = try approvers.verified(try FileSource.open(folder.file("r.aftercare"), in: storage))
        #expect(bundle.manifest.images.map(\.name) == ["boot", "rootfs"])
        #expect(bundle.manifest.created.description == "2026-03-02T09:00:00Z")
        #expect(bundle.manifest.change["id"] == "CR-1")
        #expect(try bundle.images() == [Sample.text(10000), Self.content])
        #expect(Set(bundle.index.map(\.kind)) == [.zero, .raw, .zstd])
        let whole = try approvers.verified(try FileSource.open(folder.file("r.aftercare"), in: storage))
        try await whole.checkPayload(threads: 2)
    }

    @Test("Building again, and on any number of threads, gives the same bytes", arguments: [1, 2, 7])
    func reproducible(threads: Int) async throws {
        let first = try await build("a.aftercare")
        #expect(try await build("b.aftercare", threads: threads) == first)
        #expect(
            try storage.names(in: folder.path) == [
                "1.1.0.change.toml", "1.1.0.toml", "a.aftercare", "b.aftercare", "images",
            ])
    }

    @Test("With a key whose signatures are not random, a signed bundle is the same bytes too")
    func reproducibleSigned() async throws {
        let approvers = try Approvers(keys: .ed25519)
        let builder = ReleaseBuilder(try source(), storage: storage, threads: 2)
        for name in ["a", "b"] { _ = try await builder.build(to: folder.file(name), signedBy: approvers.signers) }
        #expect(try folder.read("a") == folder.read("b"))
    }

    @Test("Approvals are added one after the other, and nothing else of the bundle changes")
    func approvals() async throws {
        let unsigned = try await build("r.aftercare")
        let path = folder.file("r.aftercare")
        for signer in approvers.signers {
            try BundleApproval.add(to: path, in: storage, signedBy: signer, at: Approvers.time)
        }
        let signed = try folder.read("r.aftercare")
        #expect(signed.count == unsigned.count)
        let parts = try BundleApproval.parts(of: path, in: storage)
        #expect(signed[Int(parts.header.manifestOffset)...] == unsigned[Int(parts.header.manifestOffset)...])
        let bundle = try approvers.verified(try FileSource.open(path, in: storage))
        #expect(Set(bundle.content.approvals.map(\.role)) == Set(TrustPolicy.usualRoles))
    }

    @Test("openssl accepts the signatures that are taken out of a bundle")
    func openssl() async throws {
        _ = try await build("r.aftercare", signers: true)
        let parts = try BundleApproval.parts(of: folder.file("r.aftercare"), in: storage)
        let manifest = try folder.write("manifest.json", parts.manifest)
        let signatures = try folder.write("signatures.der", parts.signatures)
        var anchors: [UInt8] = []
        for role in TrustPolicy.usualRoles { anchors += try approvers.folder.read("\(role)/root.pem") }
        let trusted = try folder.write("anchors.pem", anchors)
        func verify(_ content: FilePath) throws -> Tool.Result {
            try Tool.run([
                "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", signatures.string, "-content",
                content.string, "-CAfile", trusted.string, "-purpose", "any", "-attime",
                "\(Approvers.time.seconds)", "-out", "/dev/null",
            ])
        }
        let accepted = try verify(manifest)
        #expect(accepted.status == 0, "\(accepted.error)")
        let other = try folder.write("other.json", parts.manifest + [0x20])
        #expect(try verify(other).status != 0)
    }

    @Test("An image beyond 4 GiB is built, verified and checked whole")
    func large() async throws {
        let size: UInt64 = 5 << 30
        let image = try storage.open(folder.file("images/rootfs.img"), [.write])
        try image.truncate(to: size)
        try image.write(Array("the end".utf8), at: size - 7)
        let description = Self.description.replacing("chunk-size = 8192", with: "chunk-size = 4194304")
        try folder.write("1.1.0.toml", description)
        let bytes = try await build("r.aftercare", signers: true)
        #expect(bytes.count < 512 << 10)
        let bundle = try approvers.verified(MemorySource(bytes))
        let last = try #require(bundle.index.last)
        #expect(last.outputOffset == size - 4 << 20 && last.kind == .zstd)
        try await bundle.checkPayload(threads: 2)
    }

    @Test("Without a time of its own a release takes SOURCE_DATE_EPOCH, and is refused without that")
    func creationTime() throws {
        try folder.write("1.1.0.toml", Self.description.replacing("created = \"2026-03-02T09:00:00Z\"", with: ""))
        #expect(try source(sourceDateEpoch: "1780000000").created == Timestamp(seconds: 1_780_000_000))
        let path = folder.file("1.1.0.toml")
        #expect(throws: ReleaseError.noCreationTime(path)) { try source() }
        #expect(throws: ReleaseError.noCreationTime(path)) { try source(sourceDateEpoch: "soon") }
    }

    @Test(
        "A description that makes no sense is refused with the key, its line and its column",
        arguments: [
            ("version = \"1.1.0\"", "version = \"one\"", "version", 3, 11),
            ("chunk-size = 8192", "chunk-size = 5000", "chunk-size", 10, 14),
            ("chunk-size = 8192", "chunk-size = 8388608", "chunk-size", 10, 14),
            ("[images.boot]", "[images.\"../boot\"]", "images.../boot", 15, 1),
            ("[images.boot]", "[images.boot]\nhook = \"rm\"", "images.boot.hook", 16, 1),
            ("compression-level = 3", "compression-level = 23", "compression-level", 9, 21),
            ("product =", "produkt =", "product", 1, 1),
        ])
    func descriptions(old: String, new: String, key: String, line: Int, column: Int) throws {
        try folder.write("1.1.0.toml", Self.description.replacing(old, with: new))
        let error = #expect(throws: ReleaseError.self) { _ = try source() }
        #expect(error?.code == FaultCode(2820))
        let place = "line \(line), column \(column): '\(key)'"
        #expect(error?.description.contains(place) == true, "\(String(describing: error))")
    }

    @Test("A change record of another schema is refused where it names it, and one of none at its beginning")
    func changeRecord() throws {
        let refusal = DocumentError.unacceptable("schema", reason: "is not 'aftercare.change/1'")
        for (text, line, column) in [
            ("# a record\nschema = \"aftercare.change/9\"\n", 2, 10), ("id = \"CR-1\"\n", 1, 1),
        ] {
            let path = try folder.write("1.1.0.change.toml", text)
            let position = TextPosition(line: line, column: column)
            #expect(throws: ReleaseError.document(path, .at(position, refusal))) { _ = try source() }
        }
    }

    @Test("A bill of materials other than the one in the change record is refused, and the right one is named")
    func sbom() throws {
        let sbom = Array("{\"bomFormat\":\"CycloneDX\"}".utf8)
        try folder.write("1.1.0.cdx.json", sbom)
        try folder.write("1.1.0.toml", "sbom = \"1.1.0.cdx.json\"\n" + Self.description)
        for (digest, isRight) in [(SHA256.digest(of: sbom), true), (SHA256.digest(of: []), false)] {
            try folder.write(
                "1.1.0.change.toml", "schema = \"aftercare.change/1\"\n[sbom]\ndigest = \"\(digest)\"\n")
            guard isRight else {
                let error = #expect(throws: ReleaseError.self) { _ = try source() }
                #expect(error?.code == FaultCode(2824))
                continue
            }
            #expect(try source().sbomDigest == digest)
        }
    }

    @Test("An image may be named on the command line, but only one that the release has")
    func files() throws {
        let other = try folder.write("other.img", Sample.text(100))
        let path = folder.file("1.1.0.toml")
        #expect(try ReleaseSource.read(path, in: storage, files: ["boot": other]).images[0] == other)
        #expect(throws: ReleaseError.unknownImage("root", known: ["boot", "rootfs"])) {
            _ = try ReleaseSource.read(path, in: storage, files: ["root": other])
        }
    }

    @Test("A build that is cancelled or fails leaves the bundle that was there, and nothing beside it")
    func interrupted() async throws {
        let before = try await build("r.aftercare")
        let names = try storage.names(in: folder.path)
        let builder = ReleaseBuilder(try source(), storage: storage, threads: 2)
        let cancellation = Cancellation()
        await #expect(throws: ReleaseError.cancelled) {
            _ = try await builder.build(to: folder.file("r.aftercare"), cancellation: cancellation) { _ in
                cancellation.cancel()
            }
        }
        try folder.write("images/boot.img", [])
        await #expect(throws: ReleaseError.imageSize(folder.file("images/boot.img"), bytes: 0)) {
            _ = try await builder.build(to: folder.file("r.aftercare"))
        }
        #expect(try folder.read("r.aftercare") == before)
        #expect(try storage.names(in: folder.path) == names)
    }
}
