/// A place in a text, as editors count: lines and columns from 1, a column for each Unicode scalar.
package struct TextPosition: Hashable, Sendable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column)" }
}

/// Where the keys and values of a TOML text stand, by the paths that `Fields` gives: `sensor[3].unit`.
///
/// The parser forgets positions once a text is valid, but what a reader refuses later has a place too. So this walks over a text
/// that was accepted already: it decides nothing, and of a text that is no TOML it knows what it understood until then.
package struct TOMLPositions: Sendable {
    private var keys: [String: TextPosition] = [:]
    private var values: [String: TextPosition] = [:]

    package init(_ text: String) {
        var walk = TOMLWalk(text)
        walk.document()
        keys = walk.keys
        values = walk.values
    }

    /// Where the key of `path` begins, or the header of a table, or an element of a list.
    package func key(_ path: String) -> TextPosition? { keys[path] }

    /// Where the value of `path` begins; a table that has a header stands there.
    package func value(_ path: String) -> TextPosition? { values[path] ?? keys[path] }

    /// Where the nearest thing stands that holds `path`; the beginning of the text for the root.
    package func holder(of path: String) -> TextPosition {
        var path = Substring(path)
        while let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) {
            path = path[..<end]
            if let position = keys[String(path)] { return position }
        }
        return TextPosition(line: 1, column: 1)
    }

    /// The place that a refusal speaks of; nil for those that have none or say it themselves.
    package func position(of error: DocumentError) -> TextPosition? {
        switch error {
        case .unknownKey(let path): key(path) ?? holder(of: path)
        case .unacceptable(let path, _): value(path) ?? holder(of: path)
        case .missing(let path): holder(of: path)
        case .tooLarge, .malformed, .duplicateKey, .tooDeep, .toml, .at: nil
        }
    }
}
