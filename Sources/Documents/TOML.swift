import CTOML

/// Reads TOML 1.0, which people write by hand, into the same values as JSON: one reader for both then follows.
package enum TOML {
    /// Dates become strings; a decimal stays a decimal.
    package static func read(_ text: String, limit: Int = 1 << 20) throws(DocumentError) -> JSON {
        guard text.utf8.count <= limit else { throw .tooLarge(limit: limit) }
        var walk = TOMLWalk(text, notesPlaces: false)
        walk.document()
        if let refusal = walk.refusal { throw refusal }
        return try JSONReader.read(try json(text), limit: limit * 8)
    }

    /// What toml++ makes of a text.
    private static func json(_ text: String) throws(DocumentError) -> [UInt8] {
        var text = text
        let read = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { ac_toml_read($0.baseAddress, $0.count) }
        }
        guard let read else { throw .toml(line: 1, column: 1, reason: "there is no memory to read it") }
        defer { ac_toml_free(read) }
        var length = 0
        guard let json = ac_toml_json(read, &length) else {
            let reason = String(cString: ac_toml_reason(read))
            throw .toml(line: Int(ac_toml_line(read)), column: Int(ac_toml_column(read)), reason: reason)
        }
        return Array(UnsafeRawBufferPointer(start: json, count: length))
    }

    /// Reads a whole document: `body` takes its members, what it leaves is refused, and every refusal says line and column.
    package static func read<Value>(
        _ text: String, limit: Int = 1 << 20, _ body: (inout Fields) throws(DocumentError) -> Value
    ) throws(DocumentError) -> Value {
        do throws(DocumentError) {
            var fields = try Fields(try read(text, limit: limit))
            let value = try body(&fields)
            try fields.done()
            return value
        } catch {
            guard let position = TOMLPositions(text).position(of: error) else { throw error }
            throw .at(position, error)
        }
    }
}
