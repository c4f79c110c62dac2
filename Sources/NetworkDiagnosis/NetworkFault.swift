package import Vocabulary

/// What is wrong with a network, and what its owners can do about it.
///
/// The advice is for the technician to read out: who has to allow or mend what, with names and numbers.
package enum NetworkFault: Fault, Equatable {
    case noInterface
    case noLink([String])
    case noAddress([String])
    case onlyLinkLocal([String])
    case addressTwice(String, on: String)
    case noRoute
    case gatewaySilent(String, interface: String)
    case noNameServer(name: String)
    case nameServersSilent([String], name: String, from: String)
    case noSuchName(String, servers: [String])
    case nameFailed(String, reason: String)
    case proxyUnreachable(String, reason: String, from: String)
    case proxyRefused(String, Int, target: String, from: String)
    case proxyFailed(String, target: String, reason: String)
    case silent(String, seconds: Int, from: String)
    case closed(String, from: String)
    case unreachable(String, reason: String, from: String)
    case notYetValid(String, issuer: String, from: Timestamp, now: Timestamp)
    case expired(String, issuer: String, until: Timestamp, now: Timestamp)
    case otherName(String, subject: String, issuer: String)
    case untrusted(String, issuer: String, reason: String)
    case notTLS(String, reason: String)
    case clockWrong(device: Timestamp, server: Timestamp)
    case clockBehind(device: Timestamp, known: Timestamp)
    case portal(String, to: String)
    case noAnswer(String, reason: String)
    case notWelcome(String, Int)
    case badStatus(String, Int)

    package var code: FaultCode {
        switch self {
        case .noInterface: FaultCode(3701)
        case .noLink: FaultCode(3702)
        case .noAddress: FaultCode(3703)
        case .onlyLinkLocal: FaultCode(3704)
        case .addressTwice: FaultCode(3705)
        case .noRoute: FaultCode(3706)
        case .gatewaySilent: FaultCode(3707)
        case .noNameServer: FaultCode(3708)
        case .nameServersSilent: FaultCode(3709)
        case .noSuchName: FaultCode(3710)
        case .nameFailed: FaultCode(3711)
        case .proxyUnreachable: FaultCode(3712)
        case .proxyRefused: FaultCode(3713)
        case .proxyFailed: FaultCode(3714)
        case .silent: FaultCode(3715)
        case .closed: FaultCode(3716)
        case .unreachable: FaultCode(3717)
        case .notYetValid: FaultCode(3718)
        case .expired: FaultCode(3719)
        case .otherName: FaultCode(3720)
        case .untrusted: FaultCode(3721)
        case .notTLS: FaultCode(3722)
        case .clockWrong: FaultCode(3723)
        case .clockBehind: FaultCode(3724)
        case .portal: FaultCode(3725)
        case .noAnswer: FaultCode(3726)
        case .notWelcome: FaultCode(3727)
        case .badStatus: FaultCode(3728)
        }
    }

    package var description: String {
        switch self {
        case .noInterface: "the device has no network interface"
        case .noLink(let states): "no interface has a link: \(states.joined(separator: "; "))"
        case .noAddress(let names): "no address on \(names.joined(separator: ", "))"
        case .onlyLinkLocal(let own): "only addresses that the device gave itself: \(own.joined(separator: ", "))"
        case .addressTwice(let address, let name): "'\(address)' on \(name) is in use by another machine too"
        case .noRoute: "there is no default route, neither for IPv4 nor for IPv6"
        case .gatewaySilent(let gateway, let name): "the gateway '\(gateway)' does not answer on \(name)"
        case .noNameServer(let name): "no name server is configured, so '\(name)' has no address"
        case .nameServersSilent(let servers, let name, _):
            "no name server answers about '\(name)': asked \(servers.joined(separator: ", "))"
        case .noSuchName(let name, let servers):
            "'\(name)' has no address"
                + (servers.isEmpty ? "" : " according to the name servers \(servers.joined(separator: ", "))")
        case .nameFailed(let name, let reason): "'\(name)' cannot be looked up: \(reason)"
        case .proxyUnreachable(let proxy, let reason, _): "the proxy '\(proxy)' cannot be reached: \(reason)"
        case .proxyRefused(let proxy, let status, let target, _):
            "the proxy '\(proxy)' answered the wish for '\(target)' with status \(status)"
        case .proxyFailed(let proxy, let target, let reason):
            "the proxy '\(proxy)' makes no connection to '\(target)': \(reason)"
        case .silent(let server, let seconds, _): "nothing came back from '\(server)' in \(seconds) s"
        case .closed(let server, _): "'\(server)' refused the connection"
        case .unreachable(let server, let reason, _): "there is no way to '\(server)': \(reason)"
        case .notYetValid(let server, let issuer, let start, let now):
            "the certificate of '\(server)' by '\(issuer)' is valid from \(start), and the device's clock says \(now)"
        case .expired(let server, let issuer, let end, let now):
            "the certificate of '\(server)' by '\(issuer)' was valid until \(end), and the device's clock says \(now)"
        case .otherName(let server, let subject, let issuer):
            "'\(server)' shows a certificate for another name: '\(subject)' by '\(issuer)'"
        case .untrusted(let server, let issuer, let reason):
            "the certificate of '\(server)' by '\(issuer)' is not trusted: \(reason)"
        case .notTLS(let server, let reason): "no TLS with '\(server)': \(reason)"
        case .clockWrong(let device, let server):
            "the device's clock says \(device) and the server's \(server), \(abs(device.seconds - server.seconds)) s apart"
        case .clockBehind(let device, let known):
            "the device's clock says \(device), which is before \(known), when something that it holds was signed"
        case .portal(let server, let target): "a page stands before '\(server)': \(target)"
        case .noAnswer(let server, let reason): "'\(server)' took the connection and gave no answer: \(reason)"
        case .notWelcome(let server, let status): "'\(server)' does not let the device in: status \(status)"
        case .badStatus(let server, let status): "'\(server)' answered with status \(status)"
        }
    }

    package var advice: String {
        switch self {
        case .noInterface: "Not the network's fault: the device's network part or its driver is missing."
        case .noLink: "Plug in the network cable, and have the wall socket patched and its switch port switched on."
        case .noAddress:
            "Have DHCP give the device an address, or give it a fixed one; the switch port may be in the wrong VLAN, "
                + "or wait for 802.1X."
        case .onlyLinkLocal:
            "No DHCP server answered: check the VLAN of the switch port, the DHCP scope and its free addresses, "
                + "and the 802.1X or MAC rules of this port."
        case .addressTwice(let address, _):
            "Find the other machine with '\(address)', or give the device another address."
        case .noRoute: "Have DHCP give a default gateway (option 3), or set one together with the fixed address."
        case .gatewaySilent(let gateway, _):
            "Check that '\(gateway)' is the gateway of this VLAN, that it is on, and that the switch port is in that VLAN."
        case .noNameServer: "Have DHCP give name servers (option 6), or set them together with the fixed address."
        case .nameServersSilent(let servers, _, let own):
            "Allow UDP and TCP port 53 from \(own) to \(servers.joined(separator: " and ")), "
                + "or name servers that this network can reach."
        case .noSuchName(let name, _):
            "Have the name servers of this network resolve '\(name)'; a DNS filter may hide it, or the configured name is wrong."
        case .nameFailed(let name, _):
            "Have the name servers of this network checked: they give no answer about '\(name)'."
        case .proxyUnreachable(let proxy, _, let own):
            "Allow TCP from \(own) to the proxy \(proxy), or name the right proxy."
        case .proxyRefused(let proxy, 407, _, let own):
            "The proxy \(proxy) wants a login: give one for the device, or let \(own) through without."
        case .proxyRefused(let proxy, _, let target, let own):
            "Allow CONNECT to \(target) from \(own) on the proxy \(proxy)."
        case .proxyFailed(let proxy, let target, _): "Check that the proxy \(proxy) can and may reach \(target)."
        case .silent(let server, _, let own):
            "Allow outbound TCP from \(own) to \(server): a firewall seems to drop it."
        case .closed(let server, let own):
            "Allow outbound TCP from \(own) to \(server): a firewall rejects it, or nothing listens there."
        case .unreachable(let server, _, let own):
            "Check the routes from \(own) to \(server), and the firewall on the way."
        case .notYetValid: "The device's clock is the probable cause: set it, then look again."
        case .expired(let server, _, _, _):
            "If the device's clock is right, whoever runs \(server), or inspects TLS on the way, must renew that certificate."
        case .otherName(let server, _, _):
            "Something else answers for \(server): a portal, an inspecting proxy, or a wrong DNS entry. Let the device through."
        case .untrusted(let server, let issuer, _):
            "Exempt \(server) from TLS inspection: '\(issuer)' is not an authority that the device accepts for it."
        case .notTLS(let server, _):
            "Have the firewall or proxy pass TLS to \(server) untouched: the connection stands, but TLS does not begin."
        case .clockWrong, .clockBehind:
            "Set the device's clock, and allow it a time server (UDP port 123) if it uses one."
        case .portal(let server, _): "Exempt the device from the sign-in page, so that it reaches \(server) itself."
        case .noAnswer(let server, _): "Check the firewall's inspection of traffic to \(server), and that server."
        case .notWelcome(let server, _):
            "Not the network's fault: tell the manufacturer that \(server) refuses this device."
        case .badStatus(let server, _): "Not the network's fault: tell the manufacturer what \(server) answers."
        }
    }
}
