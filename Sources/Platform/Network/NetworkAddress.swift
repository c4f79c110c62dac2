import CLinux

/// An internet address, IPv4 or IPv6, as text and as bytes.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// With the scope where there is one: `fe80::1%eth0`.
    package let text: String
    /// 4 or 16 of them.
    package let bytes: [UInt8]

    /// Nil for anything that is no address.
    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = Int(ac_address_bytes(text, &bytes))
        guard count > 0 else { return nil }
        self.text = text
        self.bytes = Array(bytes[..<count])
    }

    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(AC_ADDRESS_SIZE))
        guard ac_address_text(bytes, Int32(bytes.count), &text) == 0 else { return nil }
        self.text = string(text)
        self.bytes = bytes
    }

    package var description: String { text }

    package var isIPv6: Bool { bytes.count == 16 }

    /// 127.0.0.0/8 (RFC 1122 §3.2.1.3) and ::1 (RFC 4291 §2.5.3).
    package var isLoopback: Bool {
        isIPv6 ? bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1 : bytes[0] == 127
    }

    /// 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291 §2.5.6): what a device gives itself.
    package var isLinkLocal: Bool {
        isIPv6 ? bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 : bytes[0] == 169 && bytes[1] == 254
    }

    /// Whether both begin with the same `prefix` bits.
    package func isInNetwork(of other: NetworkAddress, prefix: Int) -> Bool {
        guard bytes.count == other.bytes.count, (0...bytes.count * 8).contains(prefix) else { return false }
        return (0..<prefix).allSatisfy { bit in
            let difference: UInt8 = bytes[bit / 8] ^ other.bytes[bit / 8]
            return difference & (0x80 >> UInt8(bit % 8)) == 0
        }
    }
}

/// An address that an interface has.
package struct InterfaceAddress: Sendable, Hashable {
    package let interface: String
    package let address: NetworkAddress
    package let prefix: Int

    package init(interface: String, address: NetworkAddress, prefix: Int) {
        self.interface = interface
        self.address = address
        self.prefix = prefix
    }

    /// All addresses of this machine, at most 256 (getifaddrs(3)).
    package static func all() -> [InterfaceAddress] {
        var found = [ac_interface_address](repeating: ac_interface_address(), count: 256)
        let count = Int(max(0, ac_interface_addresses(&found, 256)))
        return found[..<count].compactMap { entry in
            let text = withUnsafeBytes(of: entry.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            let name = withUnsafeBytes(of: entry.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return NetworkAddress(text).map {
                InterfaceAddress(interface: name, address: $0, prefix: Int(entry.prefix))
            }
        }
    }
}

func string(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
