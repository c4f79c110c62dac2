/// A Swift type that a value on the bus can be read as; variants around it are taken off.
package protocol BusReadable {
    init?(bus value: BusValue)
}

extension [BusValue] {
    /// The value at `index` as the type asked for.
    package func read<Value: BusReadable>(_ index: Int, as type: Value.Type = Value.self) throws(BusError) -> Value {
        guard indices.contains(index) else {
            throw .malformed("message", reason: "it has \(count) values, \(index + 1) expected")
        }
        guard let value = Value(bus: self[index]) else {
            throw .malformed("value \(index + 1)", reason: "it is of type '\(self[index].type)', no \(Value.self)")
        }
        return value
    }
}

extension BusValue: BusReadable {
    package init?(bus value: BusValue) { self = value.unwrapped }
}

extension String: BusReadable {
    package init?(bus value: BusValue) {
        switch value.unwrapped {
        case .string(let text), .path(let text), .signature(let text): self = text
        default: return nil
        }
    }
}

extension Bool: BusReadable {
    package init?(bus value: BusValue) {
        guard case .boolean(let flag) = value.unwrapped else { return nil }
        self = flag
    }
}

extension Double: BusReadable {
    package init?(bus value: BusValue) {
        guard case .double(let number) = value.unwrapped else { return nil }
        self = number
    }
}

extension FixedWidthInteger {
    // Any width on the bus reads as any width here that holds the number.
    fileprivate init?(integer value: BusValue) {
        switch value.unwrapped {
        case .byte(let number): self.init(exactly: number)
        case .int16(let number): self.init(exactly: number)
        case .uint16(let number): self.init(exactly: number)
        case .int32(let number): self.init(exactly: number)
        case .uint32(let number): self.init(exactly: number)
        case .int64(let number): self.init(exactly: number)
        case .uint64(let number): self.init(exactly: number)
        default: return nil
        }
    }
}

extension UInt8: BusReadable {
    package init?(bus value: BusValue) { self.init(integer: value) }
}

extension Int32: BusReadable {
    package init?(bus value: BusValue) { self.init(integer: value) }
}

extension UInt32: BusReadable {
    package init?(bus value: BusValue) { self.init(integer: value) }
}

extension Int64: BusReadable {
    package init?(bus value: BusValue) { self.init(integer: value) }
}

extension UInt64: BusReadable {
    package init?(bus value: BusValue) { self.init(integer: value) }
}

extension Int: BusReadable {
    package init?(bus value: BusValue) { self.init(integer: value) }
}

extension BusDescriptor {
    /// The descriptor in `value`; nil for anything else.
    package static func read(_ value: BusValue) -> BusDescriptor? {
        if case .descriptor(let descriptor) = value.unwrapped { descriptor } else { nil }
    }
}

extension Array: BusReadable where Element: BusReadable {
    package init?(bus value: BusValue) {
        let elements: [BusValue]
        switch value.unwrapped {
        case .bytes(let bytes):
            if let bytes = bytes as? Self {
                self = bytes
                return
            }
            elements = bytes.map { .byte($0) }
        case .array(let values, _): elements = values
        default: return nil
        }
        var read: Self = []
        read.reserveCapacity(elements.count)
        for element in elements {
            guard let element = Element(bus: element) else { return nil }
            read.append(element)
        }
        self = read
    }
}

extension Dictionary: BusReadable where Key: BusReadable, Value: BusReadable {
    package init?(bus value: BusValue) {
        guard case .dictionary(let pairs, _, _) = value.unwrapped else { return nil }
        var read: Self = [:]
        for pair in pairs {
            guard let key = Key(bus: pair.key), let value = Value(bus: pair.value) else { return nil }
            read[key] = value
        }
        self = read
    }
}
