package import Platform

/// One SMP packet: a header of eight bytes and a CBOR map (Zephyr, smp_protocol).
package struct SMPMessage: Sendable, Equatable {
    package enum Operation: UInt8, Sendable {
        case read = 0
        case readAnswer = 1
        case write = 2
        case writeAnswer = 3
    }

    /// The version of the protocol: 2 says what went wrong by group, 1 by one number for all.
    package enum Version: UInt8, Sendable {
        case v1 = 0
        case v2 = 1
    }

    package var operation: Operation
    package var version: Version
    package var command: SMPCommand
    package var sequence: UInt8
    package var body: CBOR

    package init(
        _ operation: Operation, _ command: SMPCommand, _ body: CBOR, sequence: UInt8, version: Version = .v2
    ) {
        self.operation = operation
        self.command = command
        self.body = body
        self.sequence = sequence
        self.version = version
    }

    package var encoded: [UInt8] {
        let content = body.encoded
        return [
            version.rawValue << 3 | operation.rawValue, 0, UInt8(content.count >> 8 & 255),
            UInt8(content.count & 255), UInt8(command.group >> 8), UInt8(command.group & 255), sequence, command.id,
        ] + content
    }
}

/// The header of a packet that came, read before its body is.
package struct SMPHeader: Equatable {
    package static let byteCount = 8

    package let operation: SMPMessage.Operation
    package let version: SMPMessage.Version
    package let command: SMPCommand
    package let sequence: UInt8

    /// Nil for what is no header, or one whose length is not that of its packet.
    package init?(_ packet: [UInt8]) {
        guard packet.count >= Self.byteCount, let operation = SMPMessage.Operation(rawValue: packet[0] & 7),
            let version = SMPMessage.Version(rawValue: packet[0] >> 3 & 3),
            Int(packet[2]) << 8 | Int(packet[3]) == packet.count - Self.byteCount
        else { return nil }
        self.operation = operation
        self.version = version
        command = SMPCommand(group: UInt16(packet[4]) << 8 | UInt16(packet[5]), id: packet[7])
        sequence = packet[6]
    }
}

/// What is asked of a peripheral: a group and a number in it.
package struct SMPCommand: Sendable, Hashable, CustomStringConvertible {
    package let group: UInt16
    package let id: UInt8

    package init(group: UInt16, id: UInt8) {
        self.group = group
        self.id = id
    }

    package static let echo = SMPCommand(group: 0, id: 0)
    package static let reset = SMPCommand(group: 0, id: 5)
    package static let parameters = SMPCommand(group: 0, id: 6)
    package static let info = SMPCommand(group: 0, id: 7)
    package static let imageState = SMPCommand(group: 1, id: 0)
    package static let imageUpload = SMPCommand(group: 1, id: 1)
    package static let imageErase = SMPCommand(group: 1, id: 5)

    package var description: String {
        switch self {
        case .echo: "echo"
        case .reset: "reset"
        case .parameters: "parameters"
        case .info: "os info"
        case .imageState: "image state"
        case .imageUpload: "image upload"
        case .imageErase: "image erase"
        default: "command \(id) of group \(group)"
        }
    }
}
