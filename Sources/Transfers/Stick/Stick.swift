import Bundles
package import Documents
package import Platform
package import SystemPackage
import Vocabulary

/// How much of a stick is looked at and taken.
package struct StickLimits: Sendable, Equatable {
    /// The largest release.
    package var bytes: UInt64 = 8 << 30
    /// How many entries of all folders together are looked at.
    package var entries = 1000

    package init() {}
}

/// A stick that is plugged in, looked into by a process that has nothing else to do.
///
/// Layout: `aftercare/PRODUCT/VERSION.aftercare`; `aftercare/repository` is kept for a repository's metadata. The file system is
/// recognised by ourselves, mounted nowhere, and every name in it is a stranger's. Blocks; needs CAP_SYS_ADMIN.
package struct Stick: Sendable {
    /// A release, or what looks like one and is not taken.
    package struct Entry: Sendable, Equatable {
        /// `PRODUCT/VERSION.aftercare`.
        package let path: String
        package let bytes: UInt64
        /// Nil for what can be opened.
        package let refusal: String?

        package init(path: String, bytes: UInt64, refusal: String?) {
            self.path = path
            self.bytes = bytes
            self.refusal = refusal
        }

        package var json: JSON {
            .members(["path": .string(path), "bytes": .number(bytes), "refusal": refusal.map { .string($0) }])
        }
    }

    package static let top = "aftercare"
    private static let ending = ".aftercare"
    private static let repository = "repository"

    private let device: String
    private let mount: DetachedMount
    private let limits: StickLimits

    /// Opens the first part of the device that has a file system of a kind that is taken.
    package init(_ device: String, root: FilePath = "/", limits: StickLimits = StickLimits()) throws(StickError) {
        guard StickDevices.isName(device) else { throw .unfitName(device) }
        self.device = device
        self.limits = limits
        let found: DetachedMount?
        do { found = try Self.mount(device, root) } catch { throw .cannotRead(device: device, error) }
        guard let found else { throw .unknownContent(device: device) }
        mount = found
    }

    private static func mount(_ device: String, _ root: FilePath) throws(StorageError) -> DetachedMount? {
        for part in StickDevices.parts(of: device, root: root) {
            let path = root.appending("dev").appending(part)
            let file = try Storage().open(path, [.read, .noFollow])
            guard file.isBlockDevice else { throw .cannot("mount", path, .notBlockDevice) }
            if let kind = try FileSystemKind(file) { return try DetachedMount(kind, on: path) }
        }
        return nil
    }

    /// What lies there for a product, in the order of names; whether everything was looked at.
    package func entries(for product: String) throws(StickError) -> (entries: [Entry], isAll: Bool) {
        guard Self.isName(product), product != Self.repository else { throw .unfitName(product) }
        let found: (names: [[UInt8]], isAll: Bool)
        do throws(StorageError) {
            found = try mount.names(in: "\(Self.top)/\(product)", limit: limits.entries)
        } catch .cannot(_, _, .noSuchFileOrDirectory) {
            return ([], true)
        } catch {
            throw .cannotRead(device: device, error)
        }
        let names = found.names.compactMap { String(validating: $0, as: UTF8.self) }
            .filter { $0.hasSuffix(Self.ending) && Self.isName($0) }.sorted()
        return (names.prefix(64).map { entry("\(product)/\($0)") }, found.isAll && names.count <= 64)
    }

    private func entry(_ path: String) -> Entry {
        do throws(StickError) {
            let file = try open(path)
            return Entry(path: path, bytes: (try? file.size()) ?? 0, refusal: nil)
        } catch {
            guard case .unfit(_, let reason) = error else {
                return Entry(path: path, bytes: 0, refusal: error.description)
            }
            return Entry(path: path, bytes: 0, refusal: reason)
        }
    }

    /// Opens a release by `PRODUCT/VERSION.aftercare`; it stays readable when the stick is let go of.
    package func open(_ path: String) throws(StickError) -> OpenFile {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy(Self.isName), parts[0] != Self.repository,
            parts[1].hasSuffix(Self.ending)
        else { throw .unfitName(path) }
        do {
            let file = try mount.open("\(Self.top)/\(path)")
            let size = try file.size()
            guard size <= limits.bytes else {
                throw StickError.unfit(path, reason: "it has \(ByteCount(size)), above \(ByteCount(limits.bytes))")
            }
            guard size >= UInt64(BundleFormat.headerLength),
                (try? BundleHeader(bytes: try file.read(BundleFormat.headerLength, at: 0))) != nil
            else { throw StickError.unfit(path, reason: "it is no bundle") }
            return file
        } catch {
            throw Self.refusal(error, path, device)
        }
    }

    private static func refusal(_ error: any Error, _ path: String, _ device: String) -> StickError {
        switch error {
        case let error as StickError: error
        case StorageError.cannot(_, _, .noSuchFileOrDirectory): .noSuchRelease(path)
        // ELOOP for a link, EXDEV for another mount (openat2(2)).
        case StorageError.cannot(_, _, .tooManySymbolicLinkLevels), StorageError.cannot(_, _, .improperLink):
            .unfit(path, reason: "it is a link")
        case StorageError.cannot(_, _, .notSupported), StorageError.cannot(_, _, .noSuchAddressOrDevice):
            .unfit(path, reason: "it is no regular file")
        case let error as StorageError: .cannotRead(device: device, error)
        default: .nonsense(device: device)
        }
    }

    /// Letters, digits and `.-_+`, not beginning with a point, at most 128 bytes: nothing that a path, a terminal or a record could
    /// take for more than a name.
    static func isName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.first != 46
            && text.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                    || [46, 45, 95, 43].contains(byte)
            }
    }
}
