import Platform
import SystemPackage

/// The way out: the default route, and whether the router at its end is there.
struct GatewayStep {
    let machine: NetworkMachine
    let linked: [String]

    private struct Route {
        let interface: String
        /// Nil on a line with one other end, which needs no gateway.
        let gateway: NetworkAddress?
        let metric: Int
    }

    /// How often the gateway is called before it counts as silent; the kernel itself gives up after 3 s (arp(7)).
    private static let calls = 8

    /// Blocks for as long as the gateway is waited for.
    func take() -> DiagnosisStep {
        let routes = (newer() + older()).filter { linked.contains($0.interface) }.sorted { $0.metric < $1.metric }
        guard !routes.isEmpty else { return DiagnosisStep(.gateway, bad: .noRoute) }
        guard let route = routes.first(where: { $0.gateway?.isIPv6 == false }) ?? routes.first,
            let gateway = route.gateway
        else {
            return DiagnosisStep(.gateway, nil, .good, "the default route leads straight out of \(routes[0].interface)")
        }
        for _ in 0..<Self.calls {
            let answer = machine.knock(gateway)
            switch answer {
            // Only the router itself says that nothing listens on its port.
            case .success, .failure(.refused): return good(gateway, route)
            case .failure(.unreachable(.noRouteToHost)), .failure(.unreachable(.hostIsDown)):
                return DiagnosisStep(.gateway, bad: .gatewaySilent(gateway.text, interface: route.interface))
            case .failure: break
            }
            if isNeighbour(gateway, on: route.interface) == true { return good(gateway, route) }
        }
        if gateway.isIPv6 || isNeighbour(gateway, on: route.interface) == nil {
            let found = "default route by '\(gateway)' on \(route.interface); not known: whether it answers"
            return DiagnosisStep(.gateway, nil, .unknown, found)
        }
        return DiagnosisStep(.gateway, bad: .gatewaySilent(gateway.text, interface: route.interface))
    }

    private func good(_ gateway: NetworkAddress, _ route: Route) -> DiagnosisStep {
        DiagnosisStep(.gateway, nil, .good, "default route by '\(gateway)' on \(route.interface), which is there")
    }

    /// Whether the neighbour table knows where the gateway is; nil where there is no entry.
    private func isNeighbour(_ gateway: NetworkAddress, on interface: String) -> Bool? {
        for line in (machine.text("proc/net/arp") ?? "").split(separator: "\n").dropFirst() {
            let parts = line.split(separator: " ")
            guard parts.count >= 6, parts[0] == gateway.text, parts[5] == interface else { continue }
            // ATF_COM: the entry is complete (net/if_arp.h).
            return (UInt32(parts[2].dropFirst(2), radix: 16) ?? 0) & 2 != 0
        }
        return nil
    }

    private func older() -> [Route] {
        (machine.text("proc/net/route") ?? "").split(separator: "\n").dropFirst().compactMap { line in
            let parts = line.split { $0 == "\t" || $0 == " " }
            // RTF_UP and no RTF_REJECT (net/route.h); numbers are in the machine's byte order.
            guard parts.count >= 8, parts[1] == "00000000", parts[7] == "00000000",
                let flags = UInt32(parts[3], radix: 16), flags & 0x201 == 1, let number = UInt32(parts[2], radix: 16)
            else { return nil }
            let bytes = withUnsafeBytes(of: number) { Array($0) }
            return Route(
                interface: String(parts[0]), gateway: number == 0 ? nil : NetworkAddress(bytes: bytes),
                metric: Int(parts[6]) ?? 0)
        }
    }

    private func newer() -> [Route] {
        (machine.text("proc/net/ipv6_route") ?? "").split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count == 10, parts[0].allSatisfy({ $0 == "0" }), parts[1] == "00",
                let flags = UInt32(parts[8], radix: 16), flags & 0x201 == 1, let bytes = Hexadecimal.bytes(parts[4])
            else { return nil }
            let plain = bytes.allSatisfy { $0 == 0 } ? nil : NetworkAddress(bytes: bytes)
            // The address of a link means something only together with the link.
            let gateway = plain.flatMap { $0.isLinkLocal ? NetworkAddress("\($0)%\(parts[9])") : $0 }
            return Route(interface: String(parts[9]), gateway: gateway, metric: Int(parts[5], radix: 16) ?? 0)
        }
    }
}
