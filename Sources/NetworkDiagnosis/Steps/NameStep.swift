import Platform

/// The name of a server: what the machine's resolver says of it, and what each name server says by itself.
struct NameStep {
    let machine: NetworkMachine
    let endpoint: String
    let host: String
    /// The device's own address, for what is told.
    let own: String

    /// The addresses of the host, none where the step is bad, and the step.
    func take() async -> (addresses: [NetworkAddress], step: DiagnosisStep) {
        if let address = NetworkAddress(host) {
            return ([address], DiagnosisStep(.dns, endpoint, .good, "'\(host)' is an address, no name"))
        }
        let configuration = Configuration(machine.text("etc/resolv.conf") ?? "")
        let start = ContinuousClock.now
        async let direct = host == "localhost" ? [] : ask(configuration.servers)
        let (machine, host) = (machine, host)
        let result = await Attempt.run(within: machine.patience.name) {
            await BlockingThread.run("name lookup") { machine.lookUp(host) }
        }
        let time = Int((ContinuousClock.now - start) / .milliseconds(1))
        let answers = await direct
        switch result {
        case .success(let addresses) where !addresses.isEmpty:
            return (addresses, good(addresses, milliseconds: time, configuration, answers))
        case .failure(.failed(let reason)):
            return ([], DiagnosisStep(.dns, endpoint, bad: .nameFailed(host, reason: reason)))
        default:
            return ([], DiagnosisStep(.dns, endpoint, bad: fault(configuration, answers)))
        }
    }

    private typealias Answers = [(server: String, answer: DNSMessage.Answer)]

    private func good(
        _ addresses: [NetworkAddress], milliseconds: Int, _ configuration: Configuration, _ answers: Answers
    ) -> DiagnosisStep {
        var found = "'\(host)' is \(addresses.prefix(4).map(\.text).joined(separator: ", ")), in \(milliseconds) ms"
        var tell: [String] = []
        let silent = answers.filter { [.silent].contains($0.answer) || $0.answer.isUnreachable }.map(\.server)
        let without = answers.filter { $0.answer == .noSuchName }.map(\.server)
        if !answers.isEmpty { found += "; name servers \(answers.map(\.server).joined(separator: ", "))" }
        if !silent.isEmpty {
            tell.append("Mend or remove the name server \(silent.joined(separator: ", ")), which does not answer.")
        }
        if !without.isEmpty, without.count < answers.count - silent.count {
            found += "; \(without.joined(separator: ", ")) has no such name: the answers differ"
            tell.append("The name servers differ about '\(host)': \(without.joined(separator: ", ")) does not have it.")
        } else if !without.isEmpty, !configuration.search.isEmpty {
            found +=
                "; only with a search suffix (\(configuration.search.joined(separator: ", "))) or from a local file"
            tell.append("'\(host)' itself does not exist for the name servers: check what the search suffix finds.")
        }
        return DiagnosisStep(.dns, endpoint, .good, found, tell: tell.joined(separator: " "))
    }

    private func fault(_ configuration: Configuration, _ answers: Answers) -> NetworkFault {
        guard !configuration.servers.isEmpty else { return .noNameServer(name: host) }
        if let failure = answers.lazy.compactMap({ $0.answer.failureNumber }).first {
            return .nameFailed(host, reason: "a name server answered with code \(failure)")
        }
        let heard = answers.filter { $0.answer != .silent && !$0.answer.isUnreachable }
        guard !heard.isEmpty else {
            return .nameServersSilent(configuration.servers.map(\.text), name: host, from: own)
        }
        return .noSuchName(host, servers: heard.map(\.server))
    }

    private func ask(_ servers: [NetworkAddress]) async -> Answers {
        let (name, port, time) = (host, machine.dnsPort, machine.patience.nameServer)
        return await withTaskGroup(of: (Int, DNSMessage.Answer).self) { group in
            for (index, server) in servers.enumerated() {
                group.addTask {
                    let answer = await BlockingThread.run("name server") {
                        DNSMessage.ask(server, port: port, about: name, within: time)
                    }
                    return (index, answer)
                }
            }
            let answers = await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            return servers.enumerated().map { ($1.text, answers[$0] ?? .silent) }
        }
    }

    /// What the resolver is told (resolv.conf(5)).
    struct Configuration {
        private(set) var servers: [NetworkAddress] = []
        private(set) var search: [String] = []

        init(_ text: String) {
            for line in text.split(separator: "\n") {
                let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
                switch words.first {
                // The resolver itself uses no more than three.
                case "nameserver" where words.count > 1 && servers.count < 3:
                    if let address = NetworkAddress(words[1]) { servers.append(address) }
                case "search", "domain": search = Array(words.dropFirst().prefix(6))
                default: break
                }
            }
        }
    }
}

extension DNSMessage.Answer {
    fileprivate var isUnreachable: Bool {
        if case .unreachable = self { true } else { false }
    }

    fileprivate var failureNumber: Int? {
        if case .failure(let number) = self { number } else { nil }
    }
}
