import Platform

/// The device's own addresses.
struct AddressStep {
    let machine: NetworkMachine
    let linked: [String]

    /// The addresses by which others can reach the device, and the step.
    func take() -> (own: [InterfaceAddress], step: DiagnosisStep) {
        let all = machine.addresses().filter { linked.contains($0.interface) && !$0.address.isLoopback }
        guard !all.isEmpty else { return ([], DiagnosisStep(.address, bad: .noAddress(linked))) }
        let words = all.map { "\($0.interface): \($0.address)/\($0.prefix)" }
        let own = all.filter { !$0.address.isLinkLocal }
        guard !own.isEmpty else { return ([], DiagnosisStep(.address, bad: .onlyLinkLocal(words))) }
        if let twice = duplicate(among: own) {
            return ([], DiagnosisStep(.address, bad: .addressTwice(twice.address.text, on: twice.interface)))
        }
        // Who gave it, and whether an IPv4 address is in use elsewhere, could be told only by asking the whole network.
        let found =
            words.joined(separator: "; ") + "; not known: what DHCP gave, and whether another has an IPv4 address too"
        return (own.sorted { !$0.address.isIPv6 && $1.address.isIPv6 }, DiagnosisStep(.address, nil, .good, found))
    }

    /// An IPv6 address whose duplicate address detection failed (RFC 4862 §5.4), of which there is no other.
    private func duplicate(among own: [InterfaceAddress]) -> InterfaceAddress? {
        let failed = (machine.text("proc/net/if_inet6") ?? "").split(separator: "\n").compactMap { line -> [UInt8]? in
            // Address, index, prefix, scope, flags, name; 0x08 is IFA_F_DADFAILED (linux/if_addr.h).
            let parts = line.split(separator: " ")
            guard parts.count == 6, let flags = UInt8(parts[4], radix: 16), flags & 0x08 != 0 else { return nil }
            return Hexadecimal.bytes(parts[0])
        }
        guard own.allSatisfy({ failed.contains($0.address.bytes) }) else { return nil }
        return own.first
    }
}

/// Bytes as the kernel's tables write them.
enum Hexadecimal {
    static func bytes(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 2), text.utf8.count <= 32 else { return nil }
        var bytes: [UInt8] = []
        var rest = text
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
