/// GRUB's environment block: a signature, lines of `name=value`, and `#` up to 1024 bytes.
///
/// A line that starts with `#` is a comment. A backslash makes the byte after it, a newline too, part of the value. What stands
/// later wins. Read as GRUB's `grub_envblk_iterate` reads it, bytes and all.
struct GRUBEnvironmentBlock: Equatable {
    static let byteCount = 1024
    /// The unit in which storage keeps its promise to write all or nothing.
    static let sectorSize = 512
    private static let signature = Array("# GRUB Environment Block\n".utf8)
    private static let comment = UInt8(ascii: "#")
    private static let newline = UInt8(ascii: "\n")

    let bytes: [UInt8]
    private let lines: [Line]

    private struct Line: Equatable {
        let range: Range<Int>
        /// Nil for a comment.
        let name: String?
        let value: [UInt8]
    }

    /// Why bytes are no environment block.
    enum Flaw: Error, Equatable {
        case signature
        case unended(offset: Int)
        case scattered(name: String)
        case full(needed: Int, available: Int)
    }

    init(_ bytes: [UInt8]) throws(Flaw) {
        guard bytes.count == Self.byteCount, bytes.starts(with: Self.signature) else { throw .signature }
        self.bytes = bytes
        var lines: [Line] = []
        var start = Self.signature.count
        while start < bytes.count {
            let line = try Self.line(at: start, in: bytes)
            lines.append(line)
            start = line.range.upperBound
        }
        self.lines = lines
    }

    /// A block with these variables and nothing else.
    init(_ variables: BootVariables, in names: [String]) throws(Flaw) {
        let padding = [UInt8](repeating: Self.comment, count: Self.byteCount - Self.signature.count)
        self = try GRUBEnvironmentBlock(Self.signature + padding).setting(variables, in: names)
    }

    func variables(_ names: [String]) -> BootVariables {
        var variables: BootVariables = [:]
        for line in lines {
            guard let name = line.name, names.contains(name) else { continue }
            variables[name] = String(decoding: line.value, as: UTF8.self)
        }
        return variables
    }

    /// The same block with other values for `names`: only its first sector differs.
    ///
    /// Ours stand in front, and what reaches into the second sector stays where it is.
    func setting(_ variables: BootVariables, in names: [String]) throws(Flaw) -> GRUBEnvironmentBlock {
        let ours = Set(names)
        // The padding at the end is the one line that may cross into the second sector without standing in the way.
        let content = lines.filter { !isPadding($0) }
        let rest = content.filter { $0.range.upperBound > Self.sectorSize }
        for line in rest {
            if let name = line.name, ours.contains(name) { throw .scattered(name: name) }
        }
        let end = rest.first.map(\.range.lowerBound) ?? Self.sectorSize
        let movable = content.filter { $0.range.upperBound <= Self.sectorSize && !ours.contains($0.name ?? "") }
        let header = movable.prefix { $0.name == nil }
        var sector = Self.signature
        for line in header { sector += bytes[line.range] }
        for name in names {
            guard let value = variables[name] else { continue }
            sector += Array(name.utf8) + [UInt8(ascii: "=")] + Self.escaped(value) + [Self.newline]
        }
        for line in movable.dropFirst(header.count) { sector += bytes[line.range] }
        let isFollowed = !rest.isEmpty && sector.count != end
        // An empty line would become part of the next name, so the smallest filler is a comment of two bytes.
        let needed = sector.count + (isFollowed ? 2 : 0)
        guard needed <= end else { throw .full(needed: needed, available: end) }
        sector += [UInt8](repeating: Self.comment, count: end - sector.count - (isFollowed ? 1 : 0))
        if isFollowed { sector.append(Self.newline) }
        return try GRUBEnvironmentBlock(sector + bytes[end...])
    }

    private func isPadding(_ line: Line) -> Bool {
        let text = bytes[line.range]
        return (text.last == Self.newline ? text.dropLast() : text).allSatisfy { $0 == Self.comment }
    }

    private static func line(at start: Int, in bytes: [UInt8]) throws(Flaw) -> Line {
        var position = start
        let isComment = bytes[start] == comment
        if !isComment {
            while position < bytes.count, bytes[position] != UInt8(ascii: "=") { position += 1 }
        }
        let valueStart = position + 1
        var value: [UInt8] = []
        while position < bytes.count, bytes[position] != newline {
            if bytes[position] == UInt8(ascii: "\\") { position += 1 }
            if position >= valueStart, position < bytes.count { value.append(bytes[position]) }
            position += 1
        }
        guard position < bytes.count else {
            guard isComment else { throw .unended(offset: start) }
            return Line(range: start..<bytes.count, name: nil, value: [])
        }
        let name = String(decoding: bytes[start..<max(start, valueStart - 1)], as: UTF8.self)
        return Line(range: start..<position + 1, name: isComment ? nil : name, value: isComment ? [] : value)
    }

    private static func escaped(_ value: String) -> [UInt8] {
        value.utf8.flatMap { byte in
            byte == UInt8(ascii: "\\") || byte == newline ? [UInt8(ascii: "\\"), byte] : [byte]
        }
    }
}
