import CSQLite

/// A value that goes into a statement or comes out of a row.
package enum DatabaseValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension DatabaseValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(nilLiteral: ()) { self = .null }
}

/// A compiled statement and, while it steps, the row it stands on.
package struct Statement: ~Copyable {
    private let connection: Connection
    private let handle: OpaquePointer

    init(_ sql: String, on connection: Connection) throws(DatabaseError) {
        var handle: OpaquePointer?
        let result = sqlite3_prepare_v2(connection.handle, sql, -1, &handle, nil)
        guard result == SQLITE_OK else { throw connection.error("query", result) }
        guard let handle else {
            throw .cannot("query", connection.path, reason: "the statement is empty", result: SQLITE_MISUSE)
        }
        self.connection = connection
        self.handle = handle
    }

    deinit { sqlite3_finalize(handle) }

    /// Starts again with these values for its parameters, first to last; a count that does not fit is refused.
    package func bind(_ values: [DatabaseValue]) throws(DatabaseError) {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        let count = Int(sqlite3_bind_parameter_count(handle))
        guard values.count == count else {
            throw .cannot(
                "query", connection.path, reason: "\(values.count) values for \(count) parameters",
                result: SQLITE_RANGE)
        }
        for (index, value) in values.enumerated() {
            let result = bind(value, at: Int32(index + 1))
            guard result == SQLITE_OK else { throw connection.error("query", result) }
        }
    }

    private func bind(_ value: DatabaseValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .real(let number): return sqlite3_bind_double(handle, index, number)
        case .text(var text):
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else { return ac_sqlite_bind_text(handle, index, "", 0) }
                    return ac_sqlite_bind_text(handle, index, start, Int32(clamping: characters.count))
                }
            }
        case .blob(let bytes):
            return bytes.withUnsafeBytes {
                ac_sqlite_bind_blob(handle, index, $0.baseAddress, Int32(clamping: $0.count))
            }
        }
    }

    /// Moves to the next row, false when there is none.
    package func step() throws(DatabaseError) -> Bool {
        let result = sqlite3_step(handle)
        switch result {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        default:
            let error = connection.error("query", result)
            sqlite3_reset(handle)
            throw error
        }
    }
}

// What a row holds, by the column's place from 0; another type than asked for is refused, never converted.
extension Statement {
    package func integer(_ column: Int32) throws(DatabaseError) -> Int64 {
        try check(column, SQLITE_INTEGER, "whole number")
        return sqlite3_column_int64(handle, column)
    }

    package func real(_ column: Int32) throws(DatabaseError) -> Double {
        try check(column, SQLITE_FLOAT, "number")
        return sqlite3_column_double(handle, column)
    }

    package func text(_ column: Int32) throws(DatabaseError) -> String {
        try check(column, SQLITE_TEXT, "text")
        let bytes = UnsafeBufferPointer(
            start: sqlite3_column_text(handle, column), count: Int(sqlite3_column_bytes(handle, column)))
        guard let text = String(validating: bytes, as: UTF8.self) else { throw unexpected(column, "UTF-8 text") }
        return text
    }

    package func blob(_ column: Int32) throws(DatabaseError) -> [UInt8] {
        try check(column, SQLITE_BLOB, "bytes")
        // The pointer comes first: asking for the count first may move the bytes (sqlite3_column_blob).
        let start = sqlite3_column_blob(handle, column)
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    private func check(_ column: Int32, _ type: Int32, _ wanted: String) throws(DatabaseError) {
        guard sqlite3_column_type(handle, column) == type else { throw unexpected(column, wanted) }
    }

    private func unexpected(_ column: Int32, _ wanted: String) -> DatabaseError {
        let name = sqlite3_column_name(handle, column).map { String(cString: $0) } ?? "\(column)"
        return .unexpected(connection.path, column: name, wanted: wanted)
    }
}
