import Bundles
import Documents
import TestSupport
import Testing
import Vocabulary

@Suite("A manifest")
struct ManifestTests {
    private let document: JSON

    init() throws { document = try JSONReader.read(try Sample.factory().manifest.canonicalBytes, limit: 1 << 20) }

    private func changed(_ key: String, _ value: JSON?) -> [UInt8] {
        guard case .object(var members) = document else { return [] }
        members[key] = value
        return JSON.object(members).canonicalBytes
    }

    private func changedImage(_ key: String, _ value: JSON?) -> [UInt8] {
        guard let images = document["images"]?.array, case .object(var members)? = images.first else { return [] }
        members[key] = value
        return changed("images", .array([.object(members)] + images.dropFirst()))
    }

    @Test("Extensions are kept, and everything reads back as it was written")
    func roundTrip() throws {
        var manifest = try Sample.factory().manifest
        manifest.extensions = ["x-ticket": "PUMP-112"]
        manifest.sbomDigest = manifest.changeDigest
        manifest.images[0].base = .init(size: 5_368_709_120, digest: manifest.changeDigest)
        #expect(try Manifest(bytes: manifest.canonicalBytes) == manifest)
    }

    @Test(
        "A key that is missing is told by its name",
        arguments: [
            "schema", "product", "hardware", "version", "from", "securityVersion", "created", "selfTestDeadline",
            "fallbacks", "images", "indexLength", "payloadLength", "payloadDigest", "change", "changeDigest",
        ])
    func missing(key: String) {
        #expect(throws: BundleError.manifest(.missing(key))) { try Manifest(bytes: changed(key, nil)) }
    }

    @Test("An unknown key is refused, at the top and in an image")
    func unknown() {
        #expect(throws: BundleError.manifest(.unknownKey("script"))) { try Manifest(bytes: changed("script", "rm")) }
        #expect(throws: BundleError.manifest(.unknownKey("images[0].hook"))) {
            try Manifest(bytes: changedImage("hook", "rm"))
        }
    }

    @Test("A key that stands twice is refused")
    func duplicate() {
        let text = "{\"change\":1," + document.canonicalText.dropFirst()
        let error = #expect(throws: BundleError.self) { try Manifest(bytes: Array(text.utf8)) }
        #expect(error?.code == FaultCode(1103))
    }

    @Test(
        "A name that could be a path, or that is no name, is refused",
        arguments: [
            "", "../rootfs", "/dev/sda", "root/fs", "rootfs\u{0}", "Rootfs", "root fs", ".", "r\u{F6}", "rootfs\n",
            String(repeating: "a", count: 33),
        ])
    func name(name: String) {
        let error = #expect(throws: BundleError.self) { try Manifest(bytes: changedImage("name", .string(name))) }
        #expect(error?.code == FaultCode(1108))
    }

    @Test("Two images of one name, no image, and more than 32 are refused")
    func images() {
        let images = document["images"]?.array ?? []
        let lists: [[JSON]] = [[], [images[0], images[0]], Array(repeating: images[0], count: 33)]
        for list in lists {
            let error = #expect(throws: BundleError.self) { try Manifest(bytes: changed("images", .array(list))) }
            #expect(error?.code == FaultCode(1108))
        }
    }

    @Test(
        "A value that makes no sense is refused",
        arguments: [
            ("product", "../pump"), ("product", 7), ("hardware", []), ("hardware", ["rev-c", "rev-c"]),
            ("hardware", ["rev c"]), ("version", "01.0"), ("from", ["1.0.0", "1.0.0"]), ("from", [1]),
            ("securityVersion", -1), ("securityVersion", "1"), ("created", "yesterday"), ("selfTestDeadline", 0),
            ("selfTestDeadline", 86401), ("indexLength", 1), ("payloadLength", -1), ("change", "aftercare.change/1"),
            ("change", ["schema": "aftercare.change/2"]), ("schema", "aftercare.manifest/2"), ("sbomDigest", "none"),
            ("vexDigest", "none"), ("payloadDigest", "none"),
        ] as [(String, JSON)])
    func value(key: String, value: JSON) {
        let error = #expect(throws: BundleError.self) { try Manifest(bytes: changed(key, value)) }
        #expect(error?.code == FaultCode(1108))
    }

    @Test("A change record that is not the one of its digest is refused")
    func changeDigest() {
        let other = BundleFactory.change("6.6.6")
        #expect(
            throws: BundleError.manifest(
                .unacceptable("changeDigest", reason: "is not the digest of the change record"))
        ) { try Manifest(bytes: changed("change", other)) }
    }

    @Test("The same values in any other bytes are refused")
    func canonical() {
        for bytes in [Array(document.prettyText.utf8), document.canonicalBytes + [0x0A]] {
            #expect(throws: BundleError.manifestNotCanonical) { try Manifest(bytes: bytes) }
        }
        #expect(throws: BundleError.manifestNotCanonical) {
            try Manifest(bytes: changedImage("x-note", "kept nowhere"))
        }
    }

    @Test("Sizes beyond 32 bits are read whole, sizes beyond 2^53 not at all")
    func large() throws {
        var manifest = try Sample.factory().manifest
        manifest.images[0].size = 1 << 45
        #expect(try Manifest(bytes: manifest.canonicalBytes).images[0].size == 1 << 45)
        let text = document.canonicalText.replacing("\"size\":12288", with: "\"size\":9007199254740993")
        let error = #expect(throws: BundleError.self) { try Manifest(bytes: Array(text.utf8)) }
        #expect(error?.code == FaultCode(1102))
    }
}
