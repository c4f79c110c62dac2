import Platform
import SystemPackage

/// Whether a TCP connection to a host comes about, by any of its addresses.
struct ConnectionCheck {
    let server: DiagnosisEndpoint.Server
    let addresses: [NetworkAddress]

    let patience: Duration

    enum Outcome: Equatable {
        case connected(to: String, from: String, milliseconds: Int)
        case refused
        case silent
        case unreachable(String)

        /// For the middle of a sentence.
        var words: String {
            switch self {
            case .connected: "connected"
            case .refused: "the connection is refused"
            case .silent: "nothing came back"
            case .unreachable(let reason): reason
            }
        }
    }

    func take() async -> Outcome {
        let (port, time) = (server.port, patience)
        let answers = await withTaskGroup(of: (NetworkAddress, ConnectionProbe.Answer).self) { group in
            for address in addresses.prefix(4) {
                group.addTask {
                    let answer = await BlockingThread.run("tcp probe") {
                        ConnectionProbe.tcp(address, port: port, within: time)
                    }
                    return (address, answer)
                }
            }
            var answers: [(NetworkAddress, ConnectionProbe.Answer)] = []
            for await answer in group {
                answers.append(answer)
                // One way in is enough, and the others end by themselves.
                if case .connected = answer.1 { group.cancelAll() }
            }
            return answers
        }
        for case (let address, .connected(let own, let time)) in answers {
            return .connected(to: address.text, from: own, milliseconds: time)
        }
        // What says most comes first: somebody answered, nobody did, no way there.
        if answers.contains(where: { $0.1 == .refused }) { return .refused }
        if answers.contains(where: { $0.1 == .silent }) { return .silent }
        for case (_, .unreachable(let error)) in answers { return .unreachable("\(error)") }
        return .silent
    }
}

/// The steps from a server's addresses to a connection with it, through a proxy where there is one.
struct ConnectionSteps {
    let endpoint: DiagnosisEndpoint
    let proxy: DiagnosisEndpoint.Server?
    let addresses: [NetworkAddress]
    /// The device's own address, for what is told.
    let own: String
    let patience: Duration

    /// The step `proxy`.
    func takeProxy() async -> DiagnosisStep {
        guard let proxy else { return DiagnosisStep(.proxy, endpoint.name, .skipped, "no proxy is configured") }
        switch await ConnectionCheck(server: proxy, addresses: addresses, patience: patience).take() {
        case .connected(let target, let own, let time):
            let found = "'\(proxy)' takes connections: \(target) from \(own) in \(time) ms"
            return DiagnosisStep(.proxy, endpoint.name, .good, found)
        case let outcome:
            let fault = NetworkFault.proxyUnreachable(proxy.description, reason: outcome.words, from: own)
            return DiagnosisStep(.proxy, endpoint.name, bad: fault)
        }
    }

    /// The step `tcp` without a proxy.
    func takeDirect() async -> DiagnosisStep {
        let server = endpoint.server.description
        switch await ConnectionCheck(server: endpoint.server, addresses: addresses, patience: patience).take() {
        case .connected(let target, let own, let time):
            let found = "'\(server)' takes connections: \(target) from \(own) in \(time) ms"
            return DiagnosisStep(.tcp, endpoint.name, .good, found)
        case .refused: return DiagnosisStep(.tcp, endpoint.name, bad: .closed(server, from: own))
        case .silent:
            let seconds = Int(patience.components.seconds)
            return DiagnosisStep(.tcp, endpoint.name, bad: .silent(server, seconds: seconds, from: own))
        case .unreachable(let reason):
            return DiagnosisStep(.tcp, endpoint.name, bad: .unreachable(server, reason: reason, from: own))
        }
    }
}
