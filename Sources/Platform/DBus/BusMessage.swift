import CSystemd
import Glibc
import SystemPackage
import Vocabulary

/// A message of sd-bus; it may be touched on the connection's thread only.
final class BusMessage {
    // A message of a few kilobytes can claim any number of empty structures; real ones stay far below.
    private static let valueLimit = 65_536
    private static let byteLimit = 16 << 20
    private static let depthLimit = 64

    let pointer: OpaquePointer

    /// Takes over a reference.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    /// Takes a reference of its own.
    init(_ pointer: OpaquePointer) { self.pointer = sd_bus_message_ref(pointer) }

    deinit { sd_bus_message_unref(pointer) }

    var sender: String { sd_bus_message_get_sender(pointer).map { String(cString: $0) } ?? "" }
    var path: String { sd_bus_message_get_path(pointer).map { String(cString: $0) } ?? "" }
    var interface: String { sd_bus_message_get_interface(pointer).map { String(cString: $0) } ?? "" }
    var member: String { sd_bus_message_get_member(pointer).map { String(cString: $0) } ?? "" }
    var wantsReply: Bool { sd_bus_message_get_expect_reply(pointer) > 0 }

    /// The error that the message carries; nil when it is none.
    var fault: BusFault? {
        guard let error = sd_bus_message_get_error(pointer), let name = error.pointee.name else { return nil }
        let body = (try? read()) ?? []
        let texts = body.compactMap { String(bus: $0) }
        let kind = texts.count > 1 ? FaultKind(rawValue: texts[1]) : nil
        return BusFault(
            name: String(cString: name), message: texts.first ?? "", kind: kind ?? .failed,
            advice: texts.count > 2 ? texts[2] : "")
    }

    func append(_ values: [BusValue]) throws(BusError) {
        for value in values { try append(value, depth: 0) }
    }

    private func append(_ value: BusValue, depth: Int) throws(BusError) {
        guard depth < Self.depthLimit else { throw .malformed("a value", reason: "it is nested too deeply") }
        switch value {
        case .byte(let number): try appendBasic("y", number)
        case .boolean(let flag): try appendBasic("b", CInt(flag ? 1 : 0))
        case .int16(let number): try appendBasic("n", number)
        case .uint16(let number): try appendBasic("q", number)
        case .int32(let number): try appendBasic("i", number)
        case .uint32(let number): try appendBasic("u", number)
        case .int64(let number): try appendBasic("x", number)
        case .uint64(let number): try appendBasic("t", number)
        case .double(let number): try appendBasic("d", number)
        case .descriptor(let descriptor): try appendBasic("h", descriptor.number)
        case .string(let text): try appendText("s", text)
        case .path(let text): try appendText("o", text)
        case .signature(let text): try appendText("g", text)
        case .bytes(let bytes):
            try check(
                bytes.withUnsafeBytes { sd_bus_message_append_array(pointer, code("y"), $0.baseAddress, $0.count) })
        case .variant(let inner):
            try container("v", inner.type.description) { () throws(BusError) in try append(inner, depth: depth + 1) }
        case .structure(let fields):
            guard !fields.isEmpty else { throw .malformed("a structure", reason: "it has no fields") }
            try container("r", fields.map(\.type).signature) { () throws(BusError) in
                for field in fields { try append(field, depth: depth + 1) }
            }
        case .array(let elements, let type):
            try container("a", type.description) { () throws(BusError) in
                for element in elements { try append(element, as: type, depth: depth + 1) }
            }
        case .dictionary(let pairs, let key, let value):
            try container("a", "{\(key)\(value)}") { () throws(BusError) in
                for pair in pairs {
                    try container("e", "\(key)\(value)") { () throws(BusError) in
                        try append(pair.key, as: key, depth: depth + 1)
                        try append(pair.value, as: value, depth: depth + 1)
                    }
                }
            }
        }
    }

    private func append(_ value: BusValue, as type: BusType, depth: Int) throws(BusError) {
        guard value.type == type else {
            throw .malformed("a value", reason: "it is of type '\(value.type)' among others of type '\(type)'")
        }
        try append(value, depth: depth)
    }

    private func appendBasic<Value: BitwiseCopyable>(_ letter: Unicode.Scalar, _ value: Value) throws(BusError) {
        try check(withUnsafePointer(to: value) { sd_bus_message_append_basic(pointer, code(letter), $0) })
    }

    private func appendText(_ letter: Unicode.Scalar, _ text: String) throws(BusError) {
        // The C string would end there, and somebody would read another text than was meant.
        guard !text.utf8.contains(0) else { throw .malformed("a text", reason: "it holds a NUL") }
        let status = text.withCString { sd_bus_message_append_basic(pointer, code(letter), $0) }
        guard status != -EINVAL else { throw .malformed("'\(text)'", reason: "it is no value of type '\(letter)'") }
        try check(status)
    }

    private func container(
        _ letter: Unicode.Scalar, _ contents: String, _ body: () throws(BusError) -> Void
    ) throws(BusError) {
        try check(sd_bus_message_open_container(pointer, code(letter), contents))
        try body()
        try check(sd_bus_message_close_container(pointer))
    }

    /// All values of the body, from its start.
    func read() throws(BusError) -> [BusValue] {
        try check(sd_bus_message_rewind(pointer, 1))
        var budget = Self.valueLimit
        return try readAll(depth: 0, &budget)
    }

    private func readAll(depth: Int, _ budget: inout Int) throws(BusError) -> [BusValue] {
        var values: [BusValue] = []
        while let value = try readNext(depth: depth, &budget) { values.append(value) }
        return values
    }

    private func readNext(depth: Int, _ budget: inout Int) throws(BusError) -> BusValue? {
        var letter: CChar = 0
        var inner: UnsafePointer<CChar>?
        guard try check(sd_bus_message_peek_type(pointer, &letter, &inner)) > 0 else { return nil }
        budget -= 1
        guard budget >= 0, depth < Self.depthLimit else {
            throw .malformed("a message", reason: "it holds too many values")
        }
        let contents = inner.map { String(cString: $0) } ?? ""
        switch Unicode.Scalar(UInt8(bitPattern: letter)) {
        case "y": return .byte(try readBasic(letter, 0))
        case "b": return .boolean(try readBasic(letter, CInt(0)) != 0)
        case "n": return .int16(try readBasic(letter, 0))
        case "q": return .uint16(try readBasic(letter, 0))
        case "i": return .int32(try readBasic(letter, 0))
        case "u": return .uint32(try readBasic(letter, 0))
        case "x": return .int64(try readBasic(letter, 0))
        case "t": return .uint64(try readBasic(letter, 0))
        case "d": return .double(try readBasic(letter, 0))
        case "s": return .string(try readText(letter))
        case "o": return .path(try readText(letter))
        case "g": return .signature(try readText(letter))
        case "h": return .descriptor(try readDescriptor(letter))
        case "v":
            let values = try readContainer("v", contents, depth, &budget)
            guard let value = values.first else { throw .malformed("a variant", reason: "it is empty") }
            return .variant(value)
        case "r": return .structure(try readContainer("r", contents, depth, &budget))
        case "a": return try readArray(contents, depth, &budget)
        default: throw .malformed("a message", reason: "it holds a value of unknown type")
        }
    }

    private func readArray(_ contents: String, _ depth: Int, _ budget: inout Int) throws(BusError) -> BusValue {
        if contents == "y" { return .bytes(try readBytes()) }
        let types = try BusType.list("a" + contents)
        guard case .dictionary(let key, let value) = types.first else {
            guard case .array(let element) = types.first else {
                throw .malformed("an array", reason: "its type is '\(contents)'")
            }
            return .array(try readContainer("a", contents, depth, &budget), of: element)
        }
        try check(sd_bus_message_enter_container(pointer, code("a"), contents))
        var pairs: [BusPair] = []
        while try check(sd_bus_message_at_end(pointer, 0)) == 0 {
            let pair = try readContainer("e", "\(key)\(value)", depth, &budget)
            guard pair.count == 2 else { throw .malformed("a dictionary", reason: "an entry is no pair") }
            pairs.append(BusPair(pair[0], pair[1]))
        }
        try check(sd_bus_message_exit_container(pointer))
        return .dictionary(pairs, key: key, value: value)
    }

    private func readContainer(
        _ letter: Unicode.Scalar, _ contents: String, _ depth: Int, _ budget: inout Int
    ) throws(BusError) -> [BusValue] {
        try check(sd_bus_message_enter_container(pointer, code(letter), contents))
        let values = try readAll(depth: depth + 1, &budget)
        try check(sd_bus_message_exit_container(pointer))
        return values
    }

    private func readBasic<Value: BitwiseCopyable>(_ letter: CChar, _ zero: Value) throws(BusError) -> Value {
        var value = zero
        try check(sd_bus_message_read_basic(pointer, letter, &value))
        return value
    }

    private func readText(_ letter: CChar) throws(BusError) -> String {
        var text: UnsafePointer<CChar>?
        try check(sd_bus_message_read_basic(pointer, letter, &text))
        return text.map { String(cString: $0) } ?? ""
    }

    private func readDescriptor(_ letter: CChar) throws(BusError) -> BusDescriptor {
        // The message closes its own with its last reference.
        let copy = fcntl(try readBasic(letter, CInt(-1)), F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw .cannot("take over", "a descriptor", Errno(rawValue: errno)) }
        return BusDescriptor(owning: copy)
    }

    private func readBytes() throws(BusError) -> [UInt8] {
        var start: UnsafeRawPointer?
        var count = 0
        try check(sd_bus_message_read_array(pointer, code("y"), &start, &count))
        guard count <= Self.byteLimit else {
            throw .malformed("an array of bytes", reason: "it has \(count) of at most \(Self.byteLimit)")
        }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private func code(_ letter: Unicode.Scalar) -> CChar { CChar(letter.value) }

    @discardableResult
    private func check(_ status: CInt) throws(BusError) -> CInt {
        guard status >= 0 else { throw .cannot("use", "a bus message", Errno(rawValue: -status)) }
        return status
    }
}
