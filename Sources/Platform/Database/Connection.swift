import CSQLite
import SystemPackage

/// The open SQLite handle that a database and its statements share; closed when the last of them lets go.
final class Connection {
    let path: FilePath
    let handle: OpaquePointer
    private let seam: DatabaseSeam?

    init(_ path: FilePath, observer: (any StorageObserver)?) throws(DatabaseError) {
        self.path = path
        seam = try observer.map { (observer) throws(DatabaseError) in
            try DatabaseSeam(observer: observer, path: path)
        }
        var handle: OpaquePointer?
        // One thread at a time uses a connection, which the owner sees to, so SQLite needs no lock of its own.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let result = sqlite3_open_v2(path.string, &handle, flags, seam?.name)
        guard result == SQLITE_OK, let handle else {
            let error = DatabaseError.last("open", path, handle, result: result)
            sqlite3_close(handle)
            throw error
        }
        self.handle = handle
        guard ac_sqlite_harden(handle) == SQLITE_OK else {
            throw .cannot("open", path, reason: "this SQLite lacks a protection", result: SQLITE_ERROR)
        }
    }

    // The seam goes after the handle, as stored properties do.
    deinit { sqlite3_close(handle) }

    func error(_ verb: String, _ result: Int32) -> DatabaseError { .last(verb, path, handle, result: result) }
}

/// Shows every change that SQLite is about to make to the observer of the storage it was opened through.
private final class DatabaseSeam {
    let name: UnsafePointer<CChar>
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let context: Unmanaged<Observer>

    init(observer: any StorageObserver, path: FilePath) throws(DatabaseError) {
        let context = Unmanaged.passRetained(Observer(observer))
        guard let vfs = ac_sqlite_seam_open(DatabaseSeam.decide, context.toOpaque()), let name = vfs.pointee.zName
        else {
            context.release()
            throw .cannot("open", path, reason: "no memory", result: SQLITE_NOMEM)
        }
        self.vfs = vfs
        self.name = name
        self.context = context
    }

    deinit {
        ac_sqlite_seam_close(vfs)
        context.release()
    }

    private final class Observer {
        let observer: any StorageObserver
        init(_ observer: any StorageObserver) { self.observer = observer }
    }

    private static let decide: ac_sqlite_decide = { context, operation, name, bytes, count, offset in
        let observer = Unmanaged<Observer>.fromOpaque(context).takeUnretainedValue().observer
        let path = FilePath(platformString: name)
        let (change, result): (StorageOperation, Int32) =
            switch operation {
            case AC_SQLITE_CREATE: (.create(path), SQLITE_CANTOPEN)
            case AC_SQLITE_TRUNCATE: (.truncate(path, size: UInt64(offset)), DatabaseSeam.truncateFailed)
            case AC_SQLITE_FLUSH: (.flush(path), DatabaseSeam.flushFailed)
            case AC_SQLITE_REMOVE: (.remove(path), DatabaseSeam.removeFailed)
            case AC_SQLITE_FLUSH_FOLDER: (.flushFolder(path.removingLastComponent()), DatabaseSeam.folderFlushFailed)
            default: (.write(path, offset: UInt64(offset), count: count), DatabaseSeam.writeFailed)
            }
        let data = bytes.map { UnsafeRawBufferPointer(start: $0, count: count) }
        switch observer.decide(on: change, data: data) {
        case .proceed: return ac_sqlite_decision(error: SQLITE_OK, keeping: 0)
        case .fail(let errno):
            return ac_sqlite_decision(error: errno == .noSpace ? SQLITE_FULL : result, keeping: 0)
        case .tear(let keeping, let errno):
            return ac_sqlite_decision(error: errno == .noSpace ? SQLITE_FULL : result, keeping: keeping)
        }
    }

    // sqlite3.h writes extended results as shifted macros, which Swift does not import.
    private static let writeFailed = SQLITE_IOERR | 3 << 8
    private static let flushFailed = SQLITE_IOERR | 4 << 8
    private static let folderFlushFailed = SQLITE_IOERR | 5 << 8
    private static let truncateFailed = SQLITE_IOERR | 6 << 8
    private static let removeFailed = SQLITE_IOERR | 10 << 8
}
