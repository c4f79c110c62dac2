import TOMLKit

/// Reads TOML 1.0, which people write by hand, into the same values as JSON: one reader for both then follows.
package enum TOML {
    /// Dates become strings; a decimal stays a decimal.
    package static func read(_ text: String, limit: Int = 1 << 20) throws(DocumentError) -> JSON {
        guard text.utf8.count <= limit else { throw .tooLarge(limit: limit) }
        var walk = TOMLWalk(text, notesPlaces: false)
        walk.document()
        if let refusal = walk.refusal { throw refusal }
        let json: String
        do {
            // The options that are left out would keep a number's base, which JSON does not know.
            json = try TOMLTable(string: text).convert(
                to: .json, options: [.quoteDateAndTimes, .quoteInfinitesAndNaNs, .allowUnicodeStrings])
        } catch let error as TOMLParseError {
            throw .toml(line: error.source.begin.line, column: error.source.begin.column, reason: error.description)
        } catch {
            throw .toml(line: 1, column: 1, reason: "\(error)")
        }
        return try JSONReader.read(Array(json.utf8), limit: limit * 8)
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
