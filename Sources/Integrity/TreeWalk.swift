import Platform
import SystemPackage
import Vocabulary

/// A walk over one folder and all that is in it, which never leaves it: no link is followed, no other file system entered.
struct TreeWalk {
    /// Folders within each other; each keeps one file open.
    private static let depthLimit = 64
    /// A path that is longer is nobody's configuration (PATH_MAX).
    private static let pathLimit = 4096

    private let tree: TreeRule
    private let room: Int
    private var device: UInt64 = 0
    private(set) var items: [Item] = []
    private(set) var problems: [Measurement.Problem] = []

    init(_ tree: TreeRule, room: Int) {
        self.tree = tree
        self.room = room
    }

    private enum End: Error {
        case tooMany
        case ended(IntegrityError)
    }

    /// Measures all of it; what has more than there is room for is reported, and nothing of it is taken.
    mutating func run(
        root: FilePath, pace: MeasuringPace, with reader: inout ContentReader
    ) throws(IntegrityError) {
        let path = Array(tree.path.string.utf8)
        let folder: OpenFolder
        do throws(StorageError) {
            folder = try OpenFolder.open(FileIdentity.resolve(root.pushing(tree.path.removingRoot())))
            let status = try folder.status()
            device = status.device
            items.append(Item(.file(path), Fingerprint(status)))
        } catch .cannot(_, _, .noSuchFileOrDirectory) {
            return
        } catch {
            return leave(path, error.description)
        }
        do throws(End) {
            try walk(folder, path, below: [], depth: 0, pace: pace, with: &reader)
        } catch {
            switch error {
            case .ended(let error): throw error
            case .tooMany: leave(path, "there are more than \(room) files in it, none is measured")
            }
        }
    }

    /// Nothing is said of what is in the tree.
    private mutating func leave(_ path: [UInt8], _ reason: String) {
        items = [Item(.file(path), Fingerprint(.unreadable))]
        problems = [Measurement.Problem(.file(path), .below, reason: reason.printable(limit: 256))]
    }

    private mutating func walk(
        _ folder: OpenFolder, _ path: [UInt8], below: [UInt8], depth: Int, pace: MeasuringPace,
        with reader: inout ContentReader
    ) throws(End) {
        let names: [[UInt8]]?
        do throws(StorageError) { names = try folder.names(limit: room) } catch {
            return note(path, .below, error.description)
        }
        guard let names else { throw .tooMany }
        for name in names {
            let inner = below.isEmpty ? name : below + [0x2F] + name
            guard !tree.exclusions.contains(where: { $0.holds(name: name, path: inner) }) else { continue }
            guard items.count < room else { throw .tooMany }
            try visit(name, in: folder, path + [0x2F] + name, inner, depth: depth, pace: pace, with: &reader)
        }
    }

    private mutating func visit(
        _ name: [UInt8], in folder: OpenFolder, _ path: [UInt8], _ below: [UInt8], depth: Int, pace: MeasuringPace,
        with reader: inout ContentReader
    ) throws(End) {
        var fingerprint: Fingerprint
        let status: FileStatus
        do throws(ContentReader.Failure) { (fingerprint, status) = try reader.entry(name, in: folder) } catch {
            switch error {
            case .ended(let end): throw .ended(end)
            case .gone: return
            case .replaced: return fail(path, "it changes while it is measured")
            case .problem(let reason): return fail(path, reason)
            }
        }
        let isElsewhere = status.device != device
        if status.kind == .folder, isElsewhere { fingerprint.kind = .mount }
        guard path.count <= Self.pathLimit else { return fail(path, "its path is longer than \(Self.pathLimit) bytes") }
        items.append(Item(.file(path), fingerprint))
        guard status.kind == .folder, !isElsewhere else { return }
        guard depth < Self.depthLimit else {
            return note(
                path, .below, "it lies more than \(Self.depthLimit) folders deep, what is in it is not measured")
        }
        let child: OpenFolder
        do throws(StorageError) { child = try folder.folder(name) } catch {
            return note(path, .below, error.description)
        }
        do throws(IntegrityError) { try pace.spend(0) } catch { throw .ended(error) }
        try walk(child, path, below: below, depth: depth + 1, pace: pace, with: &reader)
    }

    private mutating func fail(_ path: [UInt8], _ reason: String) {
        items.append(Item(.file(path), Fingerprint(.unreadable)))
        note(path, .item, reason)
    }

    private mutating func note(_ path: [UInt8], _ scope: Measurement.Problem.Scope, _ reason: String) {
        problems.append(Measurement.Problem(.file(path), scope, reason: reason.printable(limit: 256)))
    }
}
