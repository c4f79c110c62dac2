import Platform

/// The wires: which interface has a link, and how good it is.
struct LinkStep {
    let machine: NetworkMachine

    /// An interface as `/sys/class/net` shows it (kernel: Documentation/ABI/testing/sysfs-class-net).
    private struct Interface {
        let name: String
        let isUp: Bool
        let hasCarrier: Bool
        /// In Mbit/s; nil where the driver does not know.
        let speed: Int64?
        let duplex: String?
        let packets: Int64
        let errors: Int64

        init(_ name: String, _ machine: NetworkMachine) {
            let folder = "sys/class/net/\(name)"
            self.name = name
            let flags = machine.word("\(folder)/flags").flatMap { Int64($0.dropFirst(2), radix: 16) }
            isUp = (flags ?? 0) & 1 == 1
            // Reading the carrier of an interface that is down is an error.
            hasCarrier = machine.number("\(folder)/carrier") == 1
            speed = machine.number("\(folder)/speed").flatMap { $0 > 0 ? $0 : nil }
            duplex = machine.word("\(folder)/duplex").flatMap { ["half", "full"].contains($0) ? $0 : nil }
            func sum(_ names: [String]) -> Int64 {
                names.reduce(0) { $0 &+ max(0, machine.number("\(folder)/statistics/\($1)") ?? 0) }
            }
            packets = sum(["rx_packets", "tx_packets"])
            errors = sum(["rx_errors", "tx_errors"])
        }

        var words: String {
            guard isUp else { return "\(name) is switched off" }
            guard hasCarrier else { return "\(name) has no carrier" }
            let rate = speed.map { " at \($0) Mbit/s" } ?? ""
            let way = duplex.map { ", \($0) duplex" } ?? ""
            return "\(name) has a link\(rate)\(way), \(errors) errors in \(packets) packets"
        }

        /// More than one packet in a thousand, and more than what plugging in makes.
        var isNoisy: Bool { errors > 100 && errors > packets / 1000 }
    }

    /// The names of the interfaces with a link, and the step.
    func take() -> (linked: [String], step: DiagnosisStep) {
        let interfaces = machine.names(in: "sys/class/net").prefix(64).compactMap { name -> Interface? in
            let folder = "sys/class/net/\(name)"
            // 772 is the loopback (linux/if_arp.h).
            guard machine.number("\(folder)/type") != 772 else { return nil }
            let interface = Interface(name, machine)
            // The kernel's own ones that nobody uses say nothing about wires.
            return interface.isUp || machine.has("\(folder)/device") ? interface : nil
        }
        guard !interfaces.isEmpty else { return ([], DiagnosisStep(.link, bad: .noInterface)) }
        let linked = interfaces.filter { $0.isUp && $0.hasCarrier }
        guard !linked.isEmpty else { return ([], DiagnosisStep(.link, bad: .noLink(interfaces.map(\.words)))) }
        var tell: [String] = []
        for interface in linked where interface.duplex == "half" {
            tell.append("Set both ends of \(interface.name)'s cable to negotiate: it runs half duplex.")
        }
        for interface in linked where interface.isNoisy {
            tell.append("Have the cable and the socket of \(interface.name) tested: it loses packets to errors.")
        }
        let found = interfaces.map(\.words).joined(separator: "; ")
        return (linked.map(\.name), DiagnosisStep(.link, nil, .good, found, tell: tell.joined(separator: " ")))
    }
}
