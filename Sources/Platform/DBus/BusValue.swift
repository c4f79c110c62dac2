import Glibc

/// A value on the bus, with the type it has there.
package indirect enum BusValue: Sendable, Hashable {
    case byte(UInt8)
    case boolean(Bool)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case uint64(UInt64)
    case double(Double)
    case string(String)
    case path(String)
    case signature(String)
    case descriptor(BusDescriptor)
    case variant(BusValue)
    /// An array of bytes, `ay`.
    case bytes([UInt8])
    case array([BusValue], of: BusType)
    case dictionary([BusPair], key: BusType, value: BusType)
    case structure([BusValue])

    /// A dictionary of named values, `a{sv}`, in the order of the names.
    package static func properties(_ values: [String: BusValue]) -> BusValue {
        let pairs = values.sorted { $0.key < $1.key }.map { BusPair(.string($0.key), .variant($0.value)) }
        return .dictionary(pairs, key: .string, value: .variant)
    }

    package static func strings(_ values: [String]) -> BusValue { .array(values.map { .string($0) }, of: .string) }

    package var type: BusType {
        switch self {
        case .byte: .byte
        case .boolean: .boolean
        case .int16: .int16
        case .uint16: .uint16
        case .int32: .int32
        case .uint32: .uint32
        case .int64: .int64
        case .uint64: .uint64
        case .double: .double
        case .string: .string
        case .path: .path
        case .signature: .signature
        case .descriptor: .descriptor
        case .variant: .variant
        case .bytes: .array(.byte)
        case .array(_, let element): .array(element)
        case .dictionary(_, let key, let value): .dictionary(key, value)
        case .structure(let fields): .structure(fields.map(\.type))
        }
    }

    /// The fields of a structure; nil for anything else.
    package var fields: [BusValue]? {
        if case .structure(let fields) = unwrapped { fields } else { nil }
    }

    /// What is in the variant, however deep; the value itself where it is none.
    package var unwrapped: BusValue {
        if case .variant(let value) = self { value.unwrapped } else { self }
    }
}

/// An entry of a dictionary on the bus.
package struct BusPair: Sendable, Hashable {
    package let key: BusValue
    package let value: BusValue

    package init(_ key: BusValue, _ value: BusValue) {
        self.key = key
        self.value = value
    }
}

/// A file descriptor that came or goes over the bus; closed with its last owner.
package final class BusDescriptor: Sendable, Hashable {
    package let number: CInt

    /// Takes over `number`, which nobody else may close.
    package init(owning number: CInt) { self.number = number }

    deinit { close(number) }

    package static func == (left: BusDescriptor, right: BusDescriptor) -> Bool { left === right }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
