/// Walks over a TOML text (toml.io/en/v1.0.0), refuses what toml++ must not see, and notes where keys and values begin.
struct TOMLWalk {
    private(set) var keys: [String: TextPosition] = [:]
    private(set) var values: [String: TextPosition] = [:]
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1
    private var column = 1
    /// How many elements each list of tables has so far, by its path.
    private var counts: [String: Int] = [:]
    private var hasEnded = false
    /// How many tables and lists hold the place that the walk has come to.
    private var depth = 0
    /// What toml++ has ended the whole process over instead of refusing it, or would grow over without bounds; the walk ends there.
    private(set) var refusal: DocumentError?
    /// How many bytes of paths may still be noted: short pairs under a long name would take far more than the text does.
    private var room: Int

    private static let nameLimit = 256
    private static let usualRoom = 16 << 20

    /// Reads nothing yet; without `notesPlaces` there is only the refusal to be had.
    init(_ text: String, notesPlaces: Bool = true) {
        bytes = Array(text.utf8)
        room = notesPlaces ? Self.usualRoom : 0
    }

    mutating func document() {
        var table = ""
        // A byte order mark, which counts for nothing.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
        while !hasEnded {
            skipBlank(lines: true)
            guard let byte = next else { return }
            if byte == UInt8(ascii: "[") {
                table = header()
            } else {
                pair(in: table)
            }
        }
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }
    private var here: TextPosition { TextPosition(line: line, column: column) }

    private mutating func step(_ count: Int = 1) {
        for _ in 0..<count {
            guard let byte = next else { return }
            offset += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if next.map({ $0 & 0xC0 != 0x80 }) ?? true {
                // The bytes that go on with a scalar have no column of their own.
                column += 1
            }
        }
    }

    private func stands(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    }

    private mutating func skipBlank(lines: Bool) {
        while let byte = next {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): step()
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                guard lines else { return }
                step()
            case UInt8(ascii: "#"):
                guard lines else { return }
                while let byte = next, byte != UInt8(ascii: "\n") { step() }
            default: return
            }
        }
    }

    private mutating func end() { hasEnded = true }

    private mutating func refuse(_ error: DocumentError) {
        refusal = refusal ?? error
        end()
    }

    private mutating func refuse(at place: TextPosition, _ reason: String) {
        refuse(.toml(line: place.line, column: place.column, reason: reason))
    }

    /// Goes into what `count` more tables or lists hold; neither the walk nor toml++ may run out of stack there.
    private mutating func enter(_ count: Int = 1, _ body: (inout TOMLWalk) -> Void) {
        depth += count
        defer { depth -= count }
        guard depth < JSONReader.depthLimit else { return refuse(.tooDeep(limit: JSONReader.depthLimit)) }
        body(&self)
    }

    private mutating func noteKey(_ path: String, at position: TextPosition) {
        guard room > 0, keys[path] == nil else { return }
        room -= path.utf8.count
        keys[path] = position
    }

    private mutating func noteValue(_ path: String) {
        guard room > 0 else { return }
        room -= path.utf8.count
        values[path] = here
    }

    /// `[table]` or `[[list]]`; gives the path that the following pairs are in.
    private mutating func header() -> String {
        let start = here
        let isList = stands("[[")
        step(isList ? 2 : 1)
        let parts = dottedKey()
        var path = ""
        for (index, part) in parts.enumerated() {
            path = joined(path, part.name)
            if index == parts.count - 1, isList {
                noteKey(path, at: start)
                let number = counts[path, default: 0]
                counts[path] = number + 1
                path += "[\(number)]"
            } else if let count = counts[path] {
                path += "[\(count - 1)]"
            }
            noteKey(path, at: start)
        }
        skipBlank(lines: false)
        depth = parts.count + (isList ? 1 : 0)
        if parts.isEmpty { refuse(at: start, "the name of a table is expected after '['") }
        guard !parts.isEmpty, next == UInt8(ascii: "]") else {
            end()
            return path
        }
        step(isList ? 2 : 1)
        return path
    }

    /// `key = value`, the key dotted or not.
    private mutating func pair(in table: String) {
        let parts = dottedKey()
        var path = table
        for part in parts {
            path = joined(path, part.name)
            noteKey(path, at: part.position)
        }
        skipBlank(lines: false)
        guard !parts.isEmpty, next == UInt8(ascii: "=") else { return end() }
        step()
        skipBlank(lines: false)
        enter(parts.count) { $0.value(of: path) }
    }

    private func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private mutating func value(of path: String) {
        noteValue(path)
        switch next {
        case nil: end()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = string()
        case UInt8(ascii: "["): list(of: path)
        case UInt8(ascii: "{"): inlineTable(of: path)
        default:
            let stops = Array(",]}#\r\n".utf8)
            while let byte = next, !stops.contains(byte) { step() }
        }
    }

    private mutating func list(of path: String) {
        step()
        var number = 0
        while !hasEnded {
            skipBlank(lines: true)
            guard let byte = next else { return end() }
            if byte == UInt8(ascii: "]") { return step() }
            if byte == UInt8(ascii: ",") {
                step()
                continue
            }
            let element = "\(path)[\(number)]"
            if byte == UInt8(ascii: "}") { return refuse(at: here, "a value or ']' is expected, saw '}'") }
            noteKey(element, at: here)
            let before = offset
            enter { $0.value(of: element) }
            if offset == before { return end() }
            number += 1
        }
    }

    private mutating func inlineTable(of path: String) {
        step()
        while !hasEnded {
            skipBlank(lines: true)
            guard let byte = next else { return end() }
            if byte == UInt8(ascii: "}") { return step() }
            if byte == UInt8(ascii: ",") { step() } else { pair(in: path) }
        }
    }
}

extension TOMLWalk {
    private mutating func dottedKey() -> [(name: String, position: TextPosition)] {
        var parts: [(name: String, position: TextPosition)] = []
        while true {
            skipBlank(lines: false)
            let position = here
            guard let name = simpleKey() else { return [] }
            guard name.utf8.count <= Self.nameLimit else {
                refuse(at: position, "a key is longer than \(Self.nameLimit) bytes")
                return []
            }
            guard parts.count < JSONReader.depthLimit else {
                refuse(.tooDeep(limit: JSONReader.depthLimit))
                return []
            }
            parts.append((name, position))
            skipBlank(lines: false)
            guard next == UInt8(ascii: ".") else { return parts }
            step()
        }
    }

    private mutating func simpleKey() -> String? {
        if next == UInt8(ascii: "\"") || next == UInt8(ascii: "'") { return string() }
        let start = offset
        while let byte = next, Self.isBare(byte) { step() }
        return offset == start ? nil : String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Any of the four kinds of strings; gives its text, which only keys need.
    private mutating func string() -> String {
        let quote = next ?? 0
        let isLong = stands("\"\"\"") || stands("'''")
        step(isLong ? 3 : 1)
        var text: [UInt8] = []
        while let byte = next {
            if byte == quote {
                if !isLong {
                    step()
                    return String(decoding: text, as: UTF8.self)
                }
                // Up to two quotes may stand before the three that end it.
                let run = bytes[offset...].prefix(5).prefix { $0 == quote }.count
                step(run)
                if run >= 3 { return String(decoding: text, as: UTF8.self) }
                text += Array(repeating: quote, count: run)
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                step()
                text += escape()
            } else {
                text.append(byte)
                step()
            }
        }
        end()
        return String(decoding: text, as: UTF8.self)
    }

    /// What stands for `\n`, `\u00e4` and the like; the backslash is read already.
    private mutating func escape() -> [UInt8] {
        guard let byte = next else { return [] }
        step()
        switch byte {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = byte == UInt8(ascii: "u") ? 4 : 8
            let digits = String(decoding: bytes[offset...].prefix(count), as: UTF8.self)
            step(count)
            guard let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else { return [] }
            return Array(String(Character(scalar)).utf8)
        default: return [byte]
        }
    }
}
