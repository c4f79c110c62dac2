import Documents
import NetworkDiagnosis
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

private struct Standing: WallClock {
    let time: Timestamp
    func now() -> Timestamp { time }
}

/// The first step that is bad, as `step code`, with the ones of the endpoint after it.
private func firstBad(_ steps: [DiagnosisStep]) -> String {
    steps.first { $0.verdict == .bad }.map { "\($0.step) \($0.code?.description ?? "")" } ?? "none"
}

private func endpoint(
    _ url: String, kind: DiagnosisEndpoint.Kind = .heartbeats, authority: WebServer.Certificate? = nil,
    proxy: HTTPProxy = .none
) throws -> DiagnosisEndpoint {
    var request = HTTPRequest(url)
    request.proxy = proxy
    request.authorities = authority?.authority
    return try #require(DiagnosisEndpoint(name: "fleet", kind: kind, request: request))
}

@Suite("The diagnosis of the network")
struct NetworkDiagnosisTests {
    private static let local: [String: Result<[NetworkAddress], NameLookupError>] = [
        "localhost": .success([NetworkAddress("127.0.0.1")].compactMap { $0 })
    ]

    private func run(
        _ tree: NetworkTree, _ endpoints: [DiagnosisEndpoint], at time: Timestamp? = nil, known: Timestamp? = nil
    ) async -> [DiagnosisStep] {
        let clock: any WallClock = time.map { Standing(time: $0) } ?? SystemClock()
        return await NetworkDiagnosis(endpoints: endpoints, machine: tree.machine, clock: clock, known: known).run()
    }

    // A fault of the wires, and the step that has to say so.
    enum Wire: String, CaseIterable {
        case none, noInterface, noCarrier, switchedOff, noAddress, linkLocal, twice, noRoute, gatewaySilent
        case gatewayUnreachable, rejectedRoute

        var expected: String {
            switch self {
            case .none: "none"
            case .noInterface: "link AC-3701"
            case .noCarrier, .switchedOff: "link AC-3702"
            case .noAddress: "address AC-3703"
            case .linkLocal: "address AC-3704"
            case .twice: "address AC-3705"
            case .noRoute, .rejectedRoute: "gateway AC-3706"
            case .gatewaySilent, .gatewayUnreachable: "gateway AC-3707"
            }
        }
    }

    private func tree(_ wire: Wire) throws -> NetworkTree {
        var tree = try NetworkTree()
        switch wire {
        case .none: break
        case .noInterface: try tree.interface("eth0", type: 772, carrier: true)
        case .noCarrier: try tree.interface("eth0", carrier: false)
        case .switchedOff: try tree.interface("eth0", up: false, carrier: false)
        case .noAddress: tree.addresses = []
        case .linkLocal: tree.addresses = ["169.254.7.9/16", "fe80::1/64"]
        case .twice:
            tree.addresses = ["fd00::2/64"]
            try tree.write("proc/net/if_inet6", "fd000000000000000000000000000002 02 40 00 88     eth0\n")
        case .noRoute: try tree.write("proc/net/route", "Iface\tDestination\n")
        case .gatewaySilent: try tree.neighbour(flags: "0x0")
        case .gatewayUnreachable: tree.knock = .failure(.unreachable(.noRouteToHost))
        case .rejectedRoute:
            try tree.write("proc/net/route", NetworkTree.routes.replacing("\t0003\t", with: "\t0201\t"))
        }
        return tree
    }

    @Test("A fault of the wires is found at its step, and what stands on it is skipped", arguments: Wire.allCases)
    func wires(_ wire: Wire) async throws {
        let tree = try tree(wire)
        // Reserved for documentation (RFC 5737): nothing is asked of it where the way out is missing.
        let steps = await run(tree, wire == .none ? [] : [try endpoint("https://203.0.113.7/")])
        #expect(firstBad(steps) == wire.expected)
        if let bad = steps.firstIndex(where: { $0.verdict == .bad }) {
            #expect(steps[(bad + 1)...].allSatisfy { $0.verdict == .skipped })
            #expect(!steps[bad].tell.isEmpty)
        }
    }

    @Test("A half duplex link and one that loses packets are good, with what to tell")
    func poorLink() async throws {
        let tree = try NetworkTree()
        try tree.interface("eth0", carrier: true, duplex: "half", errors: 5000)
        let link = try #require(await run(tree, []).first)
        #expect(link.verdict == .good)
        #expect(link.found == "eth0 has a link at 1000 Mbit/s, half duplex, 5000 errors in 100000 packets")
        #expect(link.tell.contains("half duplex") && link.tell.contains("cable"))
    }

    @Test("Without a default route a server in the device's own network is still asked")
    func nearServer() async throws {
        let tree = try NetworkTree()
        try tree.write("proc/net/route", "")
        let near = await run(tree, [try endpoint("http://10.1.2.77:9")])
        #expect(firstBad(near) == "gateway AC-3706")
        // Whoever owns that address where the tests run, it was tried.
        #expect(near.first { $0.step == .tcp }?.verdict != .skipped)
        let far = await run(tree, [try endpoint("http://10.1.3.77:9")])
        #expect(far.filter { $0.verdict == .bad }.map(\.step) == [.gateway])
    }
}

extension NetworkDiagnosisTests {
    // What name servers do, and the step's code.
    @Test(
        "A name without an address has its cause named",
        arguments: [
            (BareSocket.Manner?.none, "updates.example", "AC-3708"), (.deaf, "updates.example", "AC-3709"),
            (.names, "elsewhere.example", "AC-3710"), (.failing, "updates.example", "AC-3711"),
        ])
    func names(_ manner: BareSocket.Manner?, _ name: String, _ code: String) async throws {
        var tree = try NetworkTree()
        let server = try manner.map { try BareSocket($0) }
        if let server {
            try tree.write("etc/resolv.conf", "search hospital.example\nnameserver 127.0.0.1\n")
            tree.dnsPort = server.port
        }
        tree.names = [name: .failure(.noAnswer)]
        #expect(firstBad(await run(tree, [try endpoint("https://\(name)/")])) == "dns \(code)")
    }

    @Test("A name server that is silent and one that does not know the name are told beside a good answer")
    func differingAnswers() async throws {
        var tree = try NetworkTree()
        let server = try BareSocket(.names)
        tree.dnsPort = server.port
        tree.names = ["short": try .success([#require(NetworkAddress("127.0.0.1"))])]
        try tree.write("etc/resolv.conf", "search example\nnameserver 127.0.0.1\nnameserver 127.0.0.2\n")
        let dns = try #require(await run(tree, [try endpoint("http://short:1/")]).first { $0.step == .dns })
        #expect(dns.verdict == .good)
        #expect(dns.found.contains("only with a search suffix (example)"))
        #expect(dns.tell.contains("127.0.0.2"))
    }

    @Test("A lookup that hangs ends in its time")
    func hangingLookup() async throws {
        let tree = try NetworkTree()
        var machine = tree.machine
        let gate = HeldGate()
        machine.lookUp = { _ in
            gate.wait()
            return .failure(.noAnswer)
        }
        let steps = await NetworkDiagnosis(endpoints: [try endpoint("https://updates.example/")], machine: machine)
            .run()
        gate.open()
        #expect(firstBad(steps) == "dns AC-3708")
    }

    @Test("A lost kernel or a cancelled task ends the whole with what is not known")
    func limits() async throws {
        let tree = try NetworkTree()
        var machine = tree.machine
        let gate = HeldGate()
        machine.addresses = {
            gate.wait()
            return []
        }
        let diagnosis = NetworkDiagnosis(endpoints: [try endpoint("https://updates.example/")], machine: machine)
        let heard = Mutex(0)
        let steps = await diagnosis.run(within: .milliseconds(200)) { _ in heard.withLock { $0 += 1 } }
        #expect(steps.map(\.verdict) == [.good] + Array(repeating: .unknown, count: 8))
        #expect(heard.withLock { $0 } == 1)
        let task = Task { await diagnosis.run() }
        task.cancel()
        #expect(await task.value.count == 9)
        gate.open()
    }
}

extension NetworkDiagnosisTests {
    // What stands at the address, how it is asked, and the first bad step.
    enum Peer: String, CaseIterable {
        case good, plain, closed, full, mute, plainMute, untrusted, expired, early, otherName, plainBehindTLS
        case portalRedirect, portalPage, portalStatus, failing, forbidden, missing, slow, clock, watermark

        var expected: String {
            switch self {
            case .good, .plain: "none"
            case .closed: "tcp AC-3716"
            case .full: "tcp AC-3715"
            case .mute, .plainBehindTLS: "tls AC-3722"
            case .untrusted: "tls AC-3721"
            case .expired: "tls AC-3719"
            case .early: "tls AC-3718"
            case .otherName: "tls AC-3720"
            case .portalRedirect, .portalPage, .portalStatus: "endpoint AC-3725"
            case .failing, .missing: "endpoint AC-3728"
            case .forbidden: "endpoint AC-3727"
            case .plainMute, .slow: "endpoint AC-3726"
            case .clock: "time AC-3723"
            case .watermark: "time AC-3724"
            }
        }

        var path: String {
            switch self {
            case .portalRedirect: "/away?http://portal.example/login?user=secret"
            case .portalPage: "/page"
            case .portalStatus: "/511"
            case .failing: "/503"
            case .forbidden: "/403"
            case .missing: "/404"
            case .slow: "/mute"
            default: "/405"
            }
        }
    }

    @Test("A fault of the server or of what stands before it is found at its step", arguments: Peer.allCases)
    func peers(_ peer: Peer) async throws {
        var tree = try NetworkTree()
        tree.names = Self.local
        var socket: BareSocket?
        var server: WebServer?
        switch peer {
        case .closed: socket = try BareSocket(.closed)
        case .full: socket = try BareSocket(.full)
        case .mute, .plainMute: socket = try BareSocket(.mute)
        case .plain, .plainBehindTLS: server = try await WebServer.start(content: [])
        case .expired: server = try await WebServer.start(content: [], tls: "localhost", valid: .past)
        case .early: server = try await WebServer.start(content: [], tls: "localhost", valid: .future)
        case .otherName: server = try await WebServer.start(content: [], tls: "elsewhere.example", valid: .now)
        default: server = try await WebServer.start(content: [], tls: "localhost", valid: .now)
        }
        let bare = "\(peer == .plainMute ? "http" : "https")://localhost:\(socket?.port ?? 0)"
        var address = (server?.address ?? bare) + peer.path
        if peer == .plainBehindTLS { address = address.replacing("http://127.0.0.1", with: "https://localhost") }
        let authority = peer == .untrusted ? nil : server?.certificate
        let target = try endpoint(address, kind: peer == .missing ? .files : .heartbeats, authority: authority)
        let now = SystemClock().now()
        let steps = await run(
            tree, [target], at: peer == .clock ? now.advanced(by: -4000) : now,
            known: peer == .watermark ? now.advanced(by: 5000) : nil)
        #expect(firstBad(steps) == peer.expected, "\(steps)")
        #expect(!steps.contains { $0.found.contains("secret") || $0.tell.contains("secret") })
        withExtendedLifetime((socket, server)) {}
    }

    @Test("An inspecting proxy's authority is named, with the exemption that is needed")
    func inspection() async throws {
        var tree = try NetworkTree()
        tree.names = Self.local
        let server = try await WebServer.start(content: [], tls: "localhost", valid: .now)
        let steps = await run(tree, [try endpoint(server.address)])
        let tls = try #require(steps.first { $0.step == .tls })
        #expect(tls.found.contains("CN=Hospital Inspection"))
        #expect(tls.tell.hasPrefix("Exempt localhost:") && tls.tell.contains("CN=Hospital Inspection"))
        #expect(tls.json["verdict"] == "bad" && tls.json["code"] == "AC-3721" && tls.json["endpoint"] == "fleet")
    }

    @Test("A server of files may lead to another, which has to be allowed too")
    func redirectedFiles() async throws {
        var tree = try NetworkTree()
        tree.names = Self.local
        let server = try await WebServer.start(content: [], tls: "localhost", valid: .now)
        let target = try endpoint(
            server.address + "/away?https://cdn.example/file", kind: .files, authority: server.certificate)
        let last = try #require(await run(tree, [target]).last)
        #expect(last.verdict == .good)
        #expect(last.tell.hasPrefix("Allow outbound TCP from 10.1.2.3 to cdn.example:443 too"))
    }

    // How the proxy behaves, and the first bad step.
    @Test(
        "A fault of the proxy is told from one of the server",
        arguments: [
            ("closed", "proxy AC-3712"), ("login", "tcp AC-3713"), ("good", "none"), ("unreadable", "proxy AC-3712"),
            ("unnamed", "dns AC-3708"),
        ])
    func proxies(_ manner: String, _ expected: String) async throws {
        var tree = try NetworkTree()
        tree.names = Self.local
        let server = try await WebServer.start(content: [], tls: "localhost", valid: .now)
        var options = TelemetryReceiver.Options()
        options.proxyLogin = "device:secret"
        let proxy = try await TelemetryReceiver.start(options)
        let closed = try BareSocket(.closed)
        switch manner {
        case "closed": tree.environment["https_proxy"] = "http://127.0.0.1:\(closed.port)"
        case "unreadable": tree.environment["https_proxy"] = "ftp://127.0.0.1"
        case "unnamed": tree.environment["https_proxy"] = "http://proxy.example:8080"
        default: break
        }
        var request = HTTPRequest(server.address + "/405")
        request.authorities = server.certificate?.authority
        if manner == "login" || manner == "good" { request.proxy = .address(proxy.address) }
        if manner == "good" { request.proxyLogin = HTTPProxyLogin(user: "device", password: "secret") }
        let target = try #require(DiagnosisEndpoint(name: "fleet", kind: .heartbeats, request: request))
        let steps = await run(tree, [target])
        #expect(firstBad(steps) == expected, "\(steps)")
        #expect(!steps.contains { $0.found.contains("secret") || $0.tell.contains("secret") })
    }
}
