package import Documents
package import Platform
package import SystemPackage
import Vocabulary

/// What of a device is measured: `/usr/lib/aftercare/integrity.toml` of the release that runs (docs/integrity.md).
///
/// The image's digest covers it, so that whoever approved the release approved what is looked at.
package struct IntegrityPlan: Sendable, Equatable {
    /// The most files, folders and packages of one measurement; what has more is reported and not measured.
    package static let itemLimit = 32_768
    package static let sizeLimit = 256 << 10

    package enum Images: Sendable, Equatable {
        /// Every image that the release's manifest names for this slot set.
        case all
        case named([String])
    }

    package let images: Images
    package let files: [FileRule]
    package let trees: [TreeRule]
    /// dpkg's own list of what is installed, where the system's packages can change.
    package let packages: FilePath?
    /// How long after one measurement the next begins; nil leaves it to the device.
    package let interval: Duration?
    /// Bytes a second; nil leaves it to the device.
    package let rate: UInt64?

    package init(
        images: Images = .all, files: [FileRule] = [], trees: [TreeRule] = [], packages: FilePath? = nil,
        interval: Duration? = nil, rate: UInt64? = nil
    ) {
        self.images = images
        self.files = files
        self.trees = trees
        self.packages = packages
        self.interval = interval
        self.rate = rate
    }

    /// Reads a release's plan; nil where it brings none.
    package static func read(_ file: FilePath, storage: Storage) throws(IntegrityError) -> IntegrityPlan? {
        guard storage.exists(file) else { return nil }
        let bytes: [UInt8]
        do { bytes = try storage.read(file, limit: sizeLimit) } catch { throw .cannotRead(error) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText(file) }
        do throws(DocumentError) { return try IntegrityPlan(text) } catch { throw .malformed(file, error) }
    }

    /// Reads the text of a plan; one bad key anywhere refuses all of it.
    package init(_ text: String) throws(DocumentError) {
        self = try TOML.read(text, limit: Self.sizeLimit) { (root) throws(DocumentError) in
            var files: [FileRule] = []
            for (value, path) in try root.optionalList("file", limit: 1024) {
                files.append(try FileRule(try Fields(value, at: path)))
            }
            var trees: [TreeRule] = []
            for (value, path) in try root.optionalList("tree", limit: 256) {
                trees.append(try TreeRule(try Fields(value, at: path)))
            }
            let names = root.optional("images") == nil ? nil : try root.strings("images", limit: 64)
            return IntegrityPlan(
                images: names.map { .named($0) } ?? .all, files: files, trees: trees,
                packages: try Self.packages(try root.optionalFields("packages")),
                interval: try Self.interval(&root), rate: try Self.rate(&root))
        }
    }

    private static func packages(_ fields: Fields?) throws(DocumentError) -> FilePath? {
        guard var fields else { return nil }
        let path = try fields.path("dpkg")
        try fields.done()
        return path
    }

    /// `interval-hours`: how long after one measurement the next begins.
    package static func interval(_ fields: inout Fields) throws(DocumentError) -> Duration? {
        guard fields.optional("interval-hours") != nil else { return nil }
        return .seconds(try fields.integer("interval-hours", in: 1...8760) * 3600)
    }

    /// `rate-mib`: how many MiB are read a second.
    package static func rate(_ fields: inout Fields) throws(DocumentError) -> UInt64? {
        guard fields.optional("rate-mib") != nil else { return nil }
        return UInt64(try fields.integer("rate-mib", in: 1...4096)) << 20
    }
}

/// One file to measure; what the plan says of it is signed, and the rest is compared with the baseline.
package struct FileRule: Sendable, Equatable {
    package let path: FilePath
    package let expected: Fingerprint

    package init(_ path: FilePath, expected: Fingerprint = Fingerprint()) {
        self.path = path
        self.expected = expected
    }

    init(_ table: Fields) throws(DocumentError) {
        var fields = table
        path = try fields.path("path")
        var expected = Fingerprint()
        if fields.optional("sha256") != nil { expected.digest = try fields.digest("sha256") }
        if let text = try fields.optionalString("mode") {
            guard let mode = UInt32(text, radix: 8), mode <= 0o7777, text.utf8.count <= 5 else {
                throw fields.refuse("mode", "is not an octal mode like '0644'")
            }
            expected.mode = mode
        }
        let numbers: ClosedRange<Int64> = 0...Int64(UInt32.max)
        if fields.optional("uid") != nil { expected.user = UInt32(try fields.integer("uid", in: numbers)) }
        if fields.optional("gid") != nil { expected.group = UInt32(try fields.integer("gid", in: numbers)) }
        if let target = try fields.optionalString("target", limit: 1024) {
            (expected.kind, expected.text) = (.link, Subject.escaped(Array(target.utf8)))
        }
        guard expected.digest == nil || expected.text == nil else {
            throw fields.refuse("target", "and sha256 contradict each other: a link has no content")
        }
        if expected.digest != nil { expected.kind = .file }
        self.expected = expected
        try fields.done()
    }
}

/// A folder with everything in it, except what is named; links in it are measured and not followed.
package struct TreeRule: Sendable, Equatable {
    package let path: FilePath
    package let exclusions: [NamePattern]

    package init(_ path: FilePath, exclusions: [NamePattern] = []) {
        self.path = path
        self.exclusions = exclusions
    }

    init(_ table: Fields) throws(DocumentError) {
        var fields = table
        path = try fields.path("path")
        var exclusions: [NamePattern] = []
        for text in try fields.optionalStrings("exclude", limit: 64) {
            guard let pattern = NamePattern(text) else {
                throw fields.refuse("exclude", "holds '\(text.printable(limit: 64))', which is no pattern of names")
            }
            exclusions.append(pattern)
        }
        self.exclusions = exclusions
        try fields.done()
    }
}
