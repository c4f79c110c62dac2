import Platform
import SystemPackage
import Vocabulary

/// Reads contents for their digests, so that nobody else notices: round the page cache, piece by piece, at the pace that it is given.
struct ContentReader: ~Copyable {
    private static let pieceLength = 256 << 10
    /// A file that is larger than that is no configuration.
    static let fileLimit: UInt64 = 4 << 30
    /// How often a file is read that changes while it is read.
    private static let attempts = 3

    private let pace: MeasuringPace
    private let room = AlignedBuffer(byteCount: pieceLength)
    private let digest = SHA256()
    private(set) var bytes: UInt64 = 0

    init(pace: MeasuringPace) { self.pace = pace }

    /// Why there is no digest.
    enum Failure: Error {
        case ended(IntegrityError)
        case gone
        /// It is something else now than what was looked at.
        case replaced
        case problem(String)

        init(_ error: StorageError) {
            self =
                switch error {
                case .cannot(_, _, .noSuchFileOrDirectory): .gone
                case .cannot(_, _, .tooManySymbolicLinkLevels): .replaced
                default: .problem(error.description)
                }
        }
    }

    /// The digest of the first `length` bytes of an image, or of all up to a slot's end, and how many there were.
    mutating func image(_ path: FilePath, length: UInt64?, storage: Storage) throws(Failure) -> (UInt64, Digest) {
        let file = try Self.storage { () throws(StorageError) in try storage.open(path, .read) }
        file.setDirect(true)
        let size = try Self.storage { () throws(StorageError) in try file.size() }
        let wanted = min(size, length ?? size)
        let digest = try read(file, count: wanted)
        return (wanted, digest)
    }

    /// What is under a name: a file with its content, a link with where it leads, of anything else what it is.
    mutating func entry(_ name: [UInt8], in folder: OpenFolder) throws(Failure) -> (Fingerprint, FileStatus) {
        for _ in 0..<Self.attempts {
            let status = try Self.storage { () throws(StorageError) in try folder.status(name) }
            switch status.kind {
            case .regular:
                do throws(Failure) { return (try file(name, in: folder), status) } catch {
                    guard case .replaced = error else { throw error }
                }
            case .link:
                let target = try Self.storage { () throws(StorageError) in try folder.target(name) }
                guard let target else { throw .problem("it leads to a path that is too long") }
                var fingerprint = Fingerprint(status)
                fingerprint.text = Subject.escaped(target)
                return (fingerprint, status)
            default: return (Fingerprint(status), status)
            }
        }
        throw .replaced
    }

    /// A file's state with its digest; it is read again where it changed meanwhile.
    mutating func file(_ name: [UInt8], in folder: OpenFolder) throws(Failure) -> Fingerprint {
        for _ in 0..<Self.attempts {
            let file = try Self.storage { () throws(StorageError) in try folder.file(name) }
            let before = try Self.storage { () throws(StorageError) in try file.status() }
            guard before.kind == .regular else { throw .replaced }
            guard before.size <= Self.fileLimit else {
                throw .problem("it has \(before.size) bytes, more than \(Self.fileLimit)")
            }
            // What fits into one piece is not worth a way of its own round the cache.
            let isLarge = before.size > UInt64(Self.pieceLength)
            let isDirect = isLarge && file.setDirect(true)
            let digest = try read(file, count: before.size)
            if isLarge, !isDirect { file.forget(before.size, at: 0) }
            guard try Self.storage({ () throws(StorageError) in try file.status() }) == before else { continue }
            var fingerprint = Fingerprint(before)
            (fingerprint.size, fingerprint.digest) = (before.size, digest)
            return fingerprint
        }
        throw .problem("it changed each of \(Self.attempts) times that it was read")
    }

    /// The digest of the first `count` bytes, or of fewer where the file ends before them.
    private mutating func read(_ file: OpenFile, count: UInt64) throws(Failure) -> Digest {
        defer { _ = digest.finish() }
        var offset: UInt64 = 0
        while offset < count {
            let piece = try next(of: file, at: offset)
            guard piece > 0 else { break }
            let wanted = Int(min(UInt64(piece), count - offset))
            digest.update(UnsafeRawBufferPointer(rebasing: room.bytes[..<wanted]))
            offset += UInt64(piece)
            bytes += UInt64(wanted)
            do throws(IntegrityError) { try pace.spend(piece) } catch { throw .ended(error) }
            // Direct reads begin at whole blocks, and this one ended within one.
            if !offset.isMultiple(of: UInt64(OpenFile.alignment)) { file.setDirect(false) }
        }
        return digest.finish()
    }

    /// One piece, directly where the medium lets us.
    private func next(of file: OpenFile, at offset: UInt64) throws(Failure) -> Int {
        do throws(StorageError) {
            return try file.readSome(into: room.bytes, at: offset)
        } catch .cannot(_, _, .invalidArgument) {
            file.setDirect(false)
            return try Self.storage { () throws(StorageError) in try file.readSome(into: room.bytes, at: offset) }
        } catch { throw Failure(error) }
    }

    private static func storage<Value>(_ body: () throws(StorageError) -> Value) throws(Failure) -> Value {
        do throws(StorageError) { return try body() } catch { throw Failure(error) }
    }
}
