import TOMLKit

/// Reads TOML 1.0, which people write by hand, into the same values as JSON: one reader for both then follows.
package enum TOML {
    /// Dates become strings; a decimal stays a decimal.
    package static func read(_ text: String, limit: Int = 1 << 20) throws(DocumentError) -> JSON {
        guard text.utf8.count <= limit else { throw .tooLarge(limit: limit) }
        let json: String
        do {
            // Without options of its own it writes hexadecimal numbers as they were, which is no JSON.
            json = try TOMLTable(string: text).convert(to: .json, options: [.allowUnicodeStrings])
        } catch let error as TOMLParseError {
            throw .toml(line: error.source.begin.line, column: error.source.begin.column, reason: error.description)
        } catch {
            throw .toml(line: 1, column: 1, reason: "\(error)")
        }
        return try JSONReader.read(Array(json.utf8), limit: limit * 8)
    }
}
