import Documents
package import Platform
import Synchronization
package import Vocabulary

/// Finds out what stands between the device and its servers, one step after the other, as a technician would.
///
/// How it works: link, address and gateway are looked at once; then, for each endpoint at the same time as for the others, the name,
/// the proxy, the connection, TLS, the time and the answer. A bad step makes those skipped that stand on it. Nothing is changed and
/// nothing sent but questions; raw sockets are not needed. Everything that may block does so on a thread of its own, and what has
/// not ended when the time is up is left behind and told as not known.
package struct NetworkDiagnosis: Sendable {
    package static let endpointLimit = 16
    package static let timeLimit = Duration.seconds(60)

    private let endpoints: [DiagnosisEndpoint]
    private let machine: NetworkMachine
    private let clock: any WallClock
    private let known: Timestamp?

    /// Looks at the first 16 endpoints; `known` is the newest time of which the device is sure.
    package init(
        endpoints: [DiagnosisEndpoint], machine: NetworkMachine, clock: any WallClock = SystemClock(),
        known: Timestamp? = nil
    ) {
        self.endpoints = Array(endpoints.prefix(Self.endpointLimit))
        self.machine = machine
        self.clock = clock
        self.known = known
    }

    /// All steps in order, those of the first endpoint first; `progress` hears of each as it ends.
    ///
    /// Cancelling the task ends it early, with what is not known yet told as such.
    package func run(
        within limit: Duration = timeLimit, progress: @escaping @Sendable (DiagnosisStep) -> Void = { _ in }
    ) async -> [DiagnosisStep] {
        let board = DiagnosisBoard(endpoints: endpoints.map(\.name), progress: progress)
        await Attempt.run(within: limit) { await take(board) }
        return board.close()
    }

    private func take(_ board: DiagnosisBoard) async {
        let machine = machine
        let linked = await BlockingThread.run("network link") { LinkStep(machine: machine).take() }
        board.put(linked.step)
        var own: [InterfaceAddress] = []
        var isOut = false
        if linked.step.verdict == .bad {
            board.skip([.address, .gateway])
        } else {
            let address = await BlockingThread.run("network address") {
                AddressStep(machine: machine, linked: linked.linked).take()
            }
            board.put(address.step)
            own = address.own
            if address.step.verdict == .bad {
                board.skip([.gateway])
            } else {
                let gateway = await BlockingThread.run("network gateway") {
                    GatewayStep(machine: machine, linked: linked.linked).take()
                }
                board.put(gateway)
                isOut = gateway.verdict != .bad
            }
        }
        let (addresses, hasWay) = (own, isOut)
        await withTaskGroup(of: Void.self) { group in
            for endpoint in endpoints {
                group.addTask {
                    let way = EndpointWay(
                        endpoint: endpoint, machine: machine, own: addresses, hasWayOut: hasWay, clock: clock,
                        known: known)
                    await way.take(board)
                }
            }
        }
    }
}

/// The steps of one endpoint.
struct EndpointWay {
    let endpoint: DiagnosisEndpoint
    let machine: NetworkMachine
    let own: [InterfaceAddress]
    let hasWayOut: Bool
    let clock: any WallClock
    let known: Timestamp?

    private static let all: [DiagnosisStep.Kind] = [.dns, .proxy, .tcp, .tls, .time, .endpoint]

    func take(_ board: DiagnosisBoard) async {
        let name = endpoint.name
        let proxy: DiagnosisEndpoint.Server?
        switch ProxyChoice(for: endpoint, environment: machine.environment) {
        case .direct: proxy = nil
        case .through(let server): proxy = server
        case .unreadable(let address):
            board.skip([.dns], of: name)
            let reason = "its address cannot be read"
            board.put(DiagnosisStep(.proxy, name, bad: .proxyUnreachable(address, reason: reason, from: ownAddress)))
            return board.skip([.tcp, .tls, .time, .endpoint], of: name)
        }
        let first = proxy ?? endpoint.server
        guard hasWayOut || first.isThisDevice || isNear(first) else { return board.skip(Self.all, of: name) }
        let names = await NameStep(machine: machine, endpoint: name, host: first.host, own: ownAddress).take()
        board.put(names.step)
        guard names.step.verdict != .bad else {
            return board.skip([.proxy, .tcp, .tls, .time, .endpoint], of: name)
        }
        await connect(proxy, names.addresses, board)
    }

    private func connect(
        _ proxy: DiagnosisEndpoint.Server?, _ addresses: [NetworkAddress], _ board: DiagnosisBoard
    ) async {
        let name = endpoint.name
        let connection = ConnectionSteps(
            endpoint: endpoint, proxy: proxy, addresses: addresses, own: ownAddress,
            patience: machine.patience.connection)
        let first = await connection.takeProxy()
        board.put(first)
        guard first.verdict != .bad else { return board.skip([.tcp, .tls, .time, .endpoint], of: name) }
        if proxy == nil {
            let tcp = await connection.takeDirect()
            board.put(tcp)
            guard tcp.verdict != .bad else { return board.skip([.tls, .time, .endpoint], of: name) }
        }
        let trust = TrustSteps(
            endpoint: endpoint, proxy: proxy, own: ownAddress, now: clock.now(), patience: machine.patience.answer)
        let look = await trust.look()
        if let proxy {
            let tcp = trust.tcp(through: proxy, look)
            board.put(tcp)
            guard tcp.verdict != .bad else { return board.skip([.tls, .time, .endpoint], of: name) }
        }
        if case .failure = look {
            board.put(trust.tls(look, .failure(.cancelled(endpoint.request.shownURL))))
            return board.skip([.time, .endpoint], of: name)
        }
        let reply = await trust.reply()
        let tls = trust.tls(look, reply)
        board.put(tls)
        guard tls.verdict != .bad else { return board.skip([.time, .endpoint], of: name) }
        board.put(trust.time(reply, known: known))
        board.put(trust.answer(reply))
    }

    /// The device's address, for what is told to those who write a firewall's rules.
    private var ownAddress: String { own.first?.address.text ?? "this device" }

    /// Whether a server's address is in a network that the device is in, so that no gateway is needed.
    private func isNear(_ server: DiagnosisEndpoint.Server) -> Bool {
        guard let address = server.address else { return false }
        return own.contains { address.isInNetwork(of: $0.address, prefix: $0.prefix) }
    }
}

/// Collects the steps, in order whatever the order they end in.
final class DiagnosisBoard: Sendable {
    private struct Place: Hashable {
        let step: DiagnosisStep.Kind
        let endpoint: String?
    }

    private let places: [Place]
    private let progress: @Sendable (DiagnosisStep) -> Void
    /// Nil once closed: what comes late is nobody's any more.
    private let steps = Mutex<[Place: DiagnosisStep]?>([:])

    init(endpoints: [String], progress: @escaping @Sendable (DiagnosisStep) -> Void) {
        places =
            [.link, .address, .gateway].map { Place(step: $0, endpoint: nil) }
            + endpoints.flatMap { name in
                [.dns, .proxy, .tcp, .tls, .time, .endpoint].map { Place(step: $0, endpoint: name) }
            }
        self.progress = progress
    }

    func put(_ step: DiagnosisStep) {
        let isTaken = steps.withLock { steps in
            steps?[Place(step: step.step, endpoint: step.endpoint)] = step
            return steps != nil
        }
        if isTaken { progress(step) }
    }

    func skip(_ kinds: [DiagnosisStep.Kind], of endpoint: String? = nil) {
        for kind in kinds { put(DiagnosisStep(kind, endpoint, .skipped, "a step before it is bad")) }
    }

    /// Everything in order, with what did not end in time.
    func close() -> [DiagnosisStep] {
        let found = steps.withLock { steps in
            defer { steps = nil }
            return steps ?? [:]
        }
        return places.map { found[$0] ?? DiagnosisStep($0.step, $0.endpoint, .unknown, "it did not end in time") }
    }
}
