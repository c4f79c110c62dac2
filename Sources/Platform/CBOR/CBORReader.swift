import CCBOR
import Glibc

extension CBOR {
    /// What a reader takes at most.
    package struct Limits: Sendable {
        package var size = 65_536
        package var depth = 16
        package var items = 4096

        package init() {}
    }

    /// Reads one value that takes all the bytes; whatever is ambiguous or larger than the limits is refused.
    package init(decoding bytes: [UInt8], limits: Limits = Limits()) throws(CBORError) {
        guard bytes.count <= limits.size else { throw .tooLarge(bytes.count, limit: limits.size) }
        self = try bytes.withBytes { (bytes) throws(CBORError) in
            var reader = CBORReader(bytes, limits)
            return try reader.whole()
        }
    }
}

/// Reads values item by item with libcbor's streaming decoder, which neither allocates nor recurses.
private struct CBORReader {
    private let bytes: UnsafeRawBufferPointer
    private let limits: CBOR.Limits
    private var offset = 0
    private var items = 0

    init(_ bytes: UnsafeRawBufferPointer, _ limits: CBOR.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func whole() throws(CBORError) -> CBOR {
        let start = offset
        let value = try value(next(), at: start, depth: 1)
        guard offset == bytes.count else { throw .trailing(at: offset) }
        return value
    }

    private mutating func next() throws(CBORError) -> ac_cbor_item {
        items += 1
        guard items <= limits.items else { throw .tooManyItems(limit: limits.items) }
        var item = ac_cbor_item()
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...]).assumingMemoryBound(to: UInt8.self)
        // With no byte left libcbor would have nothing to look at.
        let count = rest.isEmpty ? 0 : ac_cbor_next(rest.baseAddress, rest.count, &item)
        guard count >= 0 else { throw .malformed(at: offset) }
        guard count > 0 else { throw .truncated(at: offset) }
        offset += count
        return item
    }

    private mutating func value(_ item: ac_cbor_item, at start: Int, depth: Int) throws(CBORError) -> CBOR {
        switch Int(item.kind) {
        case AC_CBOR_UNSIGNED: return .unsigned(item.number)
        case AC_CBOR_NEGATIVE: return .negative(item.number)
        case AC_CBOR_BYTES: return .bytes(content(item))
        case AC_CBOR_TEXT: return .text(try text(item, at: start))
        case AC_CBOR_ARRAY: return .array(try array(item.number, at: start, depth))
        case AC_CBOR_OPEN_ARRAY: return .array(try array(nil, at: start, depth))
        case AC_CBOR_MAP: return .map(try map(item.number, at: start, depth))
        case AC_CBOR_OPEN_MAP: return .map(try map(nil, at: start, depth))
        case AC_CBOR_FLOAT: return .decimal(item.decimal)
        case AC_CBOR_BOOL: return .bool(item.number != 0)
        case AC_CBOR_NULL: return .null
        case AC_CBOR_UNDEFINED: return .undefined
        case AC_CBOR_TAG: throw .unacceptable("a tag", at: start)
        case AC_CBOR_PIECES: throw .unacceptable("a string in pieces", at: start)
        default: throw .malformed(at: start)
        }
    }

    private func content(_ item: ac_cbor_item) -> [UInt8] {
        Array(UnsafeBufferPointer(start: item.bytes, count: Int(item.number)))
    }

    private func text(_ item: ac_cbor_item, at start: Int) throws(CBORError) -> String {
        guard let text = String(validating: content(item), as: UTF8.self) else {
            throw .unacceptable("text that is not UTF-8", at: start)
        }
        return text
    }

    /// The elements up to `count`, or up to a break.
    ///
    /// Memory grows with what is there, so a count that lies costs nothing.
    private mutating func array(_ count: UInt64?, at start: Int, _ depth: Int) throws(CBORError) -> [CBOR] {
        guard depth < limits.depth else { throw .tooDeep(at: start, limit: limits.depth) }
        var elements: [CBOR] = []
        while count.map({ UInt64(elements.count) < $0 }) ?? true {
            let start = offset
            let item = try next()
            if count == nil, Int(item.kind) == AC_CBOR_BREAK { break }
            elements.append(try value(item, at: start, depth: depth + 1))
        }
        return elements
    }

    private mutating func map(_ count: UInt64?, at start: Int, _ depth: Int) throws(CBORError) -> [String: CBOR] {
        guard depth < limits.depth else { throw .tooDeep(at: start, limit: limits.depth) }
        var members: [String: CBOR] = [:]
        while count.map({ UInt64(members.count) < $0 }) ?? true {
            let start = offset
            let item = try next()
            if count == nil, Int(item.kind) == AC_CBOR_BREAK { break }
            guard Int(item.kind) == AC_CBOR_TEXT else { throw .unacceptable("a key that is not text", at: start) }
            let key = try text(item, at: start)
            guard members[key] == nil else { throw .duplicateKey(key, at: start) }
            let valueStart = offset
            members[key] = try value(next(), at: valueStart, depth: depth + 1)
        }
        return members
    }
}
