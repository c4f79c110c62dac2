import Documents
import Ledger
import Platform
import TestSupport
import Vocabulary

/// One change to an export, as somebody would make it by accident or on purpose.
enum LedgerEdit: String, CaseIterable {
    case flippedBit, replacedByte, insertedByte, deletedByte
    case deletedLine, repeatedLine, swappedLines, movedLine, insertedLine, reversedLines
    case truncatedBytes, truncatedLines, joinedLines, splitLine
    case editedEntry, rewrittenEnd, shortenedWhole, editedHeader, editedEnd

    /// The export after one such edit; the same bytes where there was nothing to do.
    func apply(to bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        switch self {
        case .flippedBit, .replacedByte, .insertedByte, .deletedByte, .truncatedBytes, .joinedLines, .splitLine:
            return editingBytes(bytes, &dice)
        case .deletedLine, .repeatedLine, .swappedLines, .movedLine, .insertedLine, .reversedLines, .truncatedLines:
            return joined(editingLines(Self.lines(bytes), &dice))
        case .editedEntry, .rewrittenEnd, .shortenedWhole, .editedHeader, .editedEnd:
            return joined(rewriting(Self.lines(bytes), &dice))
        }
    }

    static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map(Array.init)
    }

    private func joined(_ lines: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            bytes += line
            bytes.append(0x0A)
        }
        return bytes
    }

    private func editingBytes(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        let at = Int.random(in: bytes.indices, using: &dice)
        let feeds = bytes.indices.filter { bytes[$0] == 0x0A }
        switch self {
        case .flippedBit: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &dice)
        case .replacedByte: bytes[at] = UInt8.random(in: 0...255, using: &dice)
        case .insertedByte: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: at)
        case .deletedByte: bytes.remove(at: at)
        case .joinedLines: bytes.remove(at: feeds.randomElement(using: &dice) ?? 0)
        case .splitLine: bytes.insert(0x0A, at: at)
        default: bytes.removeLast(bytes.count - at)
        }
        return bytes
    }

    private func editingLines(_ lines: [[UInt8]], _ dice: inout Dice) -> [[UInt8]] {
        var lines = lines
        let one = Int.random(in: lines.indices, using: &dice)
        let other = Int.random(in: lines.indices, using: &dice)
        switch self {
        case .deletedLine: lines.remove(at: one)
        case .repeatedLine: lines.insert(lines[one], at: one)
        case .swappedLines: lines.swapAt(one, other)
        case .movedLine: lines.insert(lines.remove(at: one), at: min(other, lines.count - 1))
        case .insertedLine: lines.insert(lines[other], at: one)
        case .reversedLines: lines[min(one, other)...max(one, other)].reverse()
        default: lines.removeLast(lines.count - one)
        }
        return lines
    }

    /// By somebody who knows the format, but has no key.
    private func rewriting(_ lines: [[UInt8]], _ dice: inout Dice) -> [[UInt8]] {
        var lines = lines
        let at = Int.random(in: 1..<(lines.count - 1), using: &dice)
        switch self {
        case .editedEntry: lines[at] = Self.edited(lines[at], &dice)
        case .rewrittenEnd:
            lines[at] = Self.edited(lines[at], &dice)
            for next in (at + 1)..<lines.count { lines[next] = Self.following(lines[next], lines[next - 1]) }
        case .shortenedWhole:
            // Everything fits, and the checkpoints of what was cut off are left out.
            lines.removeSubrange(at..<(lines.count - 1))
            lines[at] = Self.following(lines[at], lines[at - 1])
            lines[0] = Self.changed(lines[0]) { members in
                members["last"] = .number(at - 1)
                members["checkpoints"] = .array(
                    (members["checkpoints"]?.array ?? []).filter { Self.size(of: $0) <= at - 1 })
            }
        case .editedHeader:
            lines[0] = Self.changed(lines[0]) { members in
                let edits: [(inout [String: JSON]) -> Void] = [
                    { $0["first"] = .number(2) }, { $0["last"] = .number(lines.count - 3) },
                    { $0["last"] = .number(lines.count - 1) }, { $0["checkpoints"] = [] },
                    { $0["origin"] = "aftercare-ledger/another" }, { $0["previous"] = .string(Self.someHash) },
                    { $0["range"] = [.string(Self.someHash)] }, { $0["key"] = "MCowBQYDK2VwAyEA" },
                    {
                        // The size of the first checkpoint becomes another.
                        let notes = $0["checkpoints"]?.array ?? []
                        let other = (notes.first?.string ?? "").replacing("\n5\n", with: "\n4\n")
                        $0["checkpoints"] = .array([.string(other)] + notes.dropFirst())
                    },
                    { $0["checkpoints"] = .array(Array(($0["checkpoints"]?.array ?? []).reversed())) },
                    { $0["x"] = true }, { $0["key"] = nil },
                ]
                edits[Int.random(in: edits.indices, using: &dice)](&members)
            }
        default:
            lines[lines.count - 1] = Self.changed(lines[lines.count - 1]) { $0["previous"] = .string(Self.someHash) }
        }
        return lines
    }

    private static let someHash = String(repeating: "5a", count: 32)

    private static func size(of note: JSON) -> Int {
        Int(note.string?.split(separator: "\n").dropFirst().first ?? "") ?? 0
    }

    /// An entry whose body says something else, in the right form; anything else is left as it is.
    private static func edited(_ line: [UInt8], _ dice: inout Dice) -> [UInt8] {
        guard case .object(var members)? = try? JSONReader.read(line, limit: 1 << 20), members["body"] != nil else {
            return line
        }
        members["body"] = ["edited": .number(Int.random(in: 0...999, using: &dice))]
        return JSON.object(members).canonicalBytes
    }

    /// A line that names the hash of the line before it, with its own digest if it is a frame.
    private static func following(_ line: [UInt8], _ before: [UInt8]) -> [UInt8] {
        changed(line) { $0["previous"] = .string(SHA256.leafHash(of: before).description) }
    }

    private static func changed(_ line: [UInt8], _ change: (inout [String: JSON]) -> Void) -> [UInt8] {
        guard case .object(var members)? = try? JSONReader.read(line, limit: 1 << 20) else { return line }
        change(&members)
        if members["digest"] != nil {
            members["digest"] = nil
            members["digest"] = .string(SHA256.digest(of: JSON.object(members).canonicalBytes).description)
        }
        return JSON.object(members).canonicalBytes
    }
}
