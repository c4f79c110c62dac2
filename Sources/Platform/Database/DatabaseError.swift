import CSQLite
package import SystemPackage
package import Vocabulary

/// Why a database did not do what it was asked; what values were in the statement is never told.
package enum DatabaseError: Fault, Equatable {
    /// `result` is SQLite's extended result code.
    case cannot(String, FilePath, reason: String, result: Int32)
    case corrupt(FilePath, reason: String)
    case full(FilePath)
    case inUse(FilePath)
    case constraint(FilePath, reason: String)
    case input(FilePath, reason: String)
    case unexpected(FilePath, column: String, wanted: String)
    case storage(StorageError)

    package var code: FaultCode {
        switch self {
        case .cannot: FaultCode(1020)
        case .corrupt: FaultCode(1021)
        case .full: FaultCode(1022)
        case .inUse: FaultCode(1023)
        case .constraint: FaultCode(1024)
        case .input: FaultCode(1025)
        case .unexpected: FaultCode(1026)
        case .storage(let error): error.code
        }
    }

    package var kind: FaultKind {
        switch self {
        case .inUse: .inUse
        case .storage(let error): error.kind
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .cannot(let verb, let path, let reason, let result):
            "cannot \(verb) the database '\(path)': \(reason) (SQLite \(result))"
        case .corrupt(let path, let reason): "the database '\(path)' is corrupt: \(reason)"
        case .full(let path): "the database '\(path)' cannot grow: its file system is full"
        case .inUse(let path): "the database '\(path)' is held by another process"
        case .constraint(let path, let reason): "the database '\(path)' refuses a row: \(reason)"
        case .input(let path, let reason): "the database '\(path)' cannot be read or written: \(reason)"
        case .unexpected(let path, let column, let wanted):
            "the database '\(path)' holds no \(wanted) in column '\(column)'"
        case .storage(let error): error.description
        }
    }

    package var advice: String {
        switch self {
        case .corrupt: "It is set aside and a new one begun; keep the old files for the manufacturer."
        case .full: "Free some space and try again."
        case .inUse: "Stop the other agent first."
        case .storage(let error): error.advice
        default: ""
        }
    }

    /// Sorts SQLite's last error by what a caller can do about it.
    static func last(_ verb: String, _ path: FilePath, _ connection: OpaquePointer?, result: Int32) -> DatabaseError {
        let reason = String(cString: connection.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(result))
        switch result & 0xFF {
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: return .corrupt(path, reason: reason)
        case SQLITE_FULL: return .full(path)
        case SQLITE_BUSY, SQLITE_LOCKED: return .inUse(path)
        case SQLITE_CONSTRAINT: return .constraint(path, reason: reason)
        case SQLITE_IOERR: return .input(path, reason: "\(reason) (SQLite \(result))")
        default: return .cannot(verb, path, reason: reason, result: result)
        }
    }
}
