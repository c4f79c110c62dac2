import Bundles
import ChangeControl
import Documents
import Platform
import Releases
import SystemPackage
import Testing
import Vocabulary

/// The example product in `firmware-manifests/`, as far as it can be read without its images.
@Suite("The example releases")
struct ExampleReleasesTests {
    private static let product = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().pushing("firmware-manifests/infusion-pump")
    private static let releases = ["1.0.0", "1.1.0", "1.1.1", "1.2.0", "1.2.1"]
    private let storage = Storage()

    /// The release whose image a release has.
    private static func image(of release: String) -> String {
        ["1.1.1", "1.2.1"].contains(release) ? "1.1.0" : release
    }

    private func source(_ release: String) throws -> ReleaseSource {
        try ReleaseSource.read(Self.product.appending("\(release).toml"), in: storage)
    }

    private func digest(_ file: String) throws -> Digest {
        try ReleaseSource.digest(of: Self.product.pushing(FilePath(file)), in: storage)
    }

    @Test(
        "A release can be read, with a change record that is complete and speaks of the same release",
        arguments: releases)
    func reading(release: String) throws {
        let source = try source(release)
        #expect(source.change.version.to.description == release)
        #expect(Set(source.change.markets.map(\.market)) == ["EU", "US", "GB", "CH", "JP"])
    }

    @Test("What a change record names by digest is what lies beside it", arguments: releases)
    func evidence(release: String) throws {
        let change = try source(release).change
        #expect(change.risk.digest == (try digest("records/\(release)/risk-analysis.md")))
        #expect(change.verification.reportDigest == (try digest("records/\(release)/verification-report.md")))
    }

    /// Which records stand before each one: 1.1.1 is a branch for one market, and 1.2.1 takes the place of 1.2.0.
    private static let chains = [
        "1.0.0": [], "1.1.0": ["1.0.0"], "1.1.1": ["1.0.0", "1.1.0"], "1.2.0": ["1.0.0", "1.1.0"],
        "1.2.1": ["1.0.0", "1.1.0", "1.2.0"],
    ]

    @Test("Every change record names those before it, back to the baseline", arguments: chains)
    func chain(release: String, earlier: [String]) throws {
        let source = try source(release)
        #expect(source.change.version.supersedes == (try earlier.map { try self.source($0).change.digest }))
        let carried = release == "1.2.1" ? [try self.source("1.2.0").change.digest] : []
        #expect(source.history.map(\.digest) == carried)
    }

    @Test("A bill of materials has the digests of the files that go into the image", arguments: releases)
    func billOfMaterials(release: String) throws {
        let bytes = try storage.read(Self.product.appending("\(release).cdx.json"), limit: 1 << 20)
        let components = try JSONReader.read(bytes, limit: 1 << 20)["components"]?.array ?? []
        let files = components.filter { $0["type"] == "file" }
        #expect(files.count == 7)
        for file in files {
            let name = try #require(file["name"]?.string)
            let own = "rootfs/\(Self.image(of: release))/\(name)"
            let isOwn = storage.exists(Self.product.pushing(FilePath(own)))
            let hash = file["hashes"]?.array?.first?["content"]
            #expect(hash?.string == (try digest(isOwn ? own : "rootfs/common/\(name)").hex), "\(name)")
        }
    }
}
