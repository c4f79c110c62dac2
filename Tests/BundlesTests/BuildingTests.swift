import Bundles
import ChangeControl
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
        try folder.write("1.1.0.change.toml", try SampleRecord.toml(Self.record))
        try folder.write("sbom.json", SampleRecord.sbom)
        try folder.write("vex.json", SampleRecord.vex)
    }

    private static let content =
        Sample.text(70000) + Sample.zeros(90000) + Sample.noise(50000) + Sample.text(30000) + Sample.zeros(9999)

    private static let baseline = SampleRecord.baseline("1.0.0", hardware: ["rev-c", "rev-d"])
    private static let record = SampleRecord.complete(
        "1.1.0", hardware: ["rev-c", "rev-d"], securityVersion: 2, earlier: [baseline])

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
        sbom = "sbom.json"
        vex = "vex.json"

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
        #expect(bundle.manifest.change == Self.record)
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
                "1.1.0.change.toml", "1.1.0.toml", "a.aftercare", "b.aftercare", "images", "sbom.json", "vex.json",
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
            try BundleApproval.add(to: path, in: storage, ApprovalTerms(signer, at: Approvers.time))
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
            ("[images.boot]", "[images.\"../boot\"]", "images.../boot", 17, 1),
            ("[images.boot]", "[images.boot]\nhook = \"rm\"", "images.boot.hook", 18, 1),
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

    @Test("A change record is refused where it is wrong, and at its beginning where something is missing")
    func changeRecord() throws {
        let text = try SampleRecord.toml(Self.record)
        for (old, new, refusal, line, column) in [
            ("aftercare.change/1", "aftercare.change/9", "'schema' is not 'aftercare.change/1'", 1, 10),
            ("sequence = 2\n", "", "'sequence' is missing", 1, 1),
            ("kind = \"bug_fix", "kind = \"bug-fix", "'changes[0].kind' is 'bug-fix", 0, 8),
            (
                "cycle = \"not_security\"\n", "cycle = \"not_security\"\nurgent = true\n",
                "'security.urgent' is not a known", 0, 1
            ),
        ] {
            #expect(text.contains(old))
            let changed = text.replacing(old, with: new)
            let path = try folder.write("1.1.0.change.toml", changed)
            let error = #expect(throws: ReleaseError.self) { _ = try source() }
            #expect(error?.code == FaultCode(2820))
            let row =
                line > 0
                ? line
                : 1
                    + changed.prefix(upTo: try #require(changed.firstRange(of: new)).lowerBound)
                    .count { $0 == "\n" } + (new.contains("urgent") ? 1 : 0)
            let said = try #require(error).description
            #expect(said.hasPrefix("'\(path)': line \(row), column \(column): \(refusal)"), "\(said)")
        }
    }

    @Test(
        "A release and its change record that speak of different things are refused",
        arguments: [
            ("version = \"1.1.0\"", "version = \"1.1.1\"", "version.to"),
            ("from = [\"1.0.0\"]", "from = [\"1.0.0\", \"1.0.1\"]", "version.from"),
            ("security-version = 2", "security-version = 1", "version.securityVersion"),
            ("[\"rev-c\", \"rev-d\"]", "[\"rev-c\"]", "product.hardwareRevisions"),
            ("fallbacks = [\"1.0.0\"]", "fallbacks = []", "rollback.allowedTo"),
        ])
    func disagreement(old: String, new: String, member: String) throws {
        try folder.write("1.1.0.toml", Self.description.replacing(old, with: new))
        let error = #expect(throws: ReleaseError.self) { _ = try source() }
        #expect(error?.code == FaultCode(2827))
        #expect(error?.description.contains("'\(member)'") == true)
    }

    @Test("A bill of materials or a vulnerability statement other than the one in the change record is refused")
    func evidence() throws {
        #expect(try source().sbomDigest == SHA256.digest(of: SampleRecord.sbom))
        #expect(try source().vexDigest == SHA256.digest(of: SampleRecord.vex))
        for (file, right, member) in [
            ("sbom.json", SampleRecord.sbom, "sbom.digest"), ("vex.json", SampleRecord.vex, "security.vexDigest"),
        ] {
            try folder.write(file, right + [0x20])
            let error = #expect(throws: ReleaseError.self) { _ = try source() }
            #expect(error?.code == FaultCode(2824))
            #expect(error?.description.contains("'\(member)'") == true)
            try folder.write(file, right)
        }
    }

    @Test("Records of releases that a device may have skipped travel along, in their order; strangers are refused")
    func history() async throws {
        let hardware = ["rev-c", "rev-d"]
        let skipped = SampleRecord.complete("1.0.5", hardware: hardware, earlier: [Self.baseline])
        let last = SampleRecord.complete(
            "1.1.0", hardware: hardware, securityVersion: 2, earlier: [Self.baseline, skipped])
        try folder.write("1.0.0.change.toml", try SampleRecord.toml(Self.baseline))
        try folder.write("1.0.5.change.toml", try SampleRecord.toml(skipped))
        try folder.write("1.1.0.change.toml", try SampleRecord.toml(last))
        func name(_ files: String...) throws {
            let list = files.map { "\"\($0).change.toml\"" }.joined(separator: ", ")
            try folder.write("1.1.0.toml", "history = [\(list)]\n" + Self.description)
        }
        try name("1.0.0", "1.0.5")
        #expect(try source().history.map(\.json) == [Self.baseline, skipped])
        let manifest = try await ReleaseBuilder(try source(), storage: storage, threads: 2)
            .build(to: folder.file("r.aftercare"))
        #expect(manifest.history == [Self.baseline, skipped])
        #expect(manifest.vexDigest == SHA256.digest(of: SampleRecord.vex))
        for files in [["1.0.5", "1.0.0"], ["1.0.5", "1.0.5"], ["1.1.0"]] {
            let list = files.map { "\"\($0).change.toml\"" }.joined(separator: ", ")
            try folder.write("1.1.0.toml", "history = [\(list)]\n" + Self.description)
            let error = #expect(throws: ReleaseError.self) { _ = try source() }
            #expect(error?.code == FaultCode(2828), "\(files)")
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
