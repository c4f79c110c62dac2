import Platform

/// A question to one name server and what it answers (RFC 1035 §4), so that it can be said which server fails.
struct DNSMessage {
    enum Answer: Equatable {
        case addresses([NetworkAddress])
        case noSuchName
        /// The server's own word for a failure (RFC 6895 §2.3).
        case failure(Int)
        case silent
        case unreachable(String)
        case garbage
    }

    enum Kind: UInt16 {
        case ipv4 = 1
        case ipv6 = 28
    }

    let id: UInt16
    let name: String
    let kind: Kind

    /// Nil for a name that DNS cannot carry.
    func question() -> [UInt8]? {
        var labels: [UInt8] = []
        for label in name.split(separator: ".", omittingEmptySubsequences: true) {
            guard label.utf8.count <= 63 else { return nil }
            labels.append(UInt8(label.utf8.count))
            labels += Array(label.utf8)
        }
        guard (1...253).contains(labels.count) else { return nil }
        // Recursion is wanted, one question.
        let head: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xFF), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        return head + labels + [0, 0, UInt8(kind.rawValue), 0, 1]
    }

    /// Reads what came back.
    func answer(_ bytes: [UInt8]) -> Answer {
        guard bytes.count >= 12, word(bytes, 0) == Int(id), bytes[2] & 0x80 != 0 else { return .garbage }
        let status = Int(bytes[3] & 0x0F)
        if status == 3 { return .noSuchName }
        guard status == 0 else { return .failure(status) }
        guard var at = skipName(bytes, 12).map({ $0 + 4 }), word(bytes, 4) == 1 else { return .garbage }
        var addresses: [NetworkAddress] = []
        for _ in 0..<min(64, word(bytes, 6)) {
            guard let start = skipName(bytes, at), start + 10 <= bytes.count else { return .garbage }
            let length = word(bytes, start + 8)
            at = start + 10 + length
            guard at <= bytes.count else { return .garbage }
            if word(bytes, start) == Int(kind.rawValue),
                let address = NetworkAddress(bytes: Array(bytes[start + 10..<at]))
            {
                addresses.append(address)
            }
        }
        return .addresses(addresses)
    }

    private func word(_ bytes: [UInt8], _ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }

    /// Where a name ends, which a pointer ends too (RFC 1035 §4.1.4).
    private func skipName(_ bytes: [UInt8], _ start: Int) -> Int? {
        var at = start
        while at < bytes.count {
            if bytes[at] == 0 { return at + 1 }
            if bytes[at] & 0xC0 == 0xC0 { return at + 2 <= bytes.count ? at + 2 : nil }
            at += Int(bytes[at]) + 1
        }
        return nil
    }

    /// Asks a server; blocks for at most `time`.
    static func ask(_ server: NetworkAddress, port: UInt16, about name: String, within time: Duration) -> Answer {
        var last = Answer.addresses([])
        for kind in [Kind.ipv4, .ipv6] {
            let message = DNSMessage(id: .random(in: 0...UInt16.max), name: name, kind: kind)
            guard let question = message.question() else { return .failure(1) }
            switch ConnectionProbe.udp(question, to: server, port: port, within: time) {
            case .success(let bytes): last = message.answer(bytes)
            case .failure(.silent): return .silent
            case .failure(.refused): return .unreachable("nothing listens there")
            case .failure(.unreachable(let error)): return .unreachable("\(error)")
            }
            guard case .addresses(let found) = last, found.isEmpty else { return last }
        }
        return last
    }
}
