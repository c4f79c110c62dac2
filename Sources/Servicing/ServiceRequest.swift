package import Documents

/// One request of a service session, read strictly: what is unknown, missing or too long is refused (docs/service-interface.md).
package enum ServiceRequest: Equatable, Sendable {
    case challenge
    case login(grant: String)
    /// Break-glass: `device` is what the person typed in again.
    case emergency(person: String, reason: String, device: String)
    case session
    /// What the service record would be if the session were closed now.
    case draft
    case logout(ServiceClosing)
    case status, passport, health, slots, network, changes, rules
    case history(limit: Int64)
    case ledger(limit: Int64, before: Int64?)
    case tests
    case test(id: String, answer: Bool?)
    case update(UpdateOrder)
    case stick
    case cancel, activate, commit
    /// That something which a release asks of people was done: what, by whom (the person of the session where nobody is named), in
    /// which capacity.
    case acknowledge(subject: String, person: String?, role: String)
    case rollback(reason: String)
    case incidentPrompts
    case incident(answers: JSON)
    case holds
    case hold(what: String, reason: String)
    case release(hold: String, reason: String)
    case export(what: String)

    /// The most bytes that a request may have.
    package static let sizeLimit = 64 << 10
    static let grantLimit = 16 << 10

    /// Which release to take, from where, and how far to go with it.
    package struct UpdateOrder: Equatable, Sendable {
        /// `line`, `zmodem`, `stick`, a path or an address.
        package let source: String
        /// What the release is called there.
        package let name: String?
        package let activates: Bool
        /// Only say what an installation would say.
        package let isCheck: Bool
    }
}

extension ServiceRequest {
    /// Reads `command` first: what it may do is decided before anything else in the request is looked at.
    package static func command(of value: JSON) -> ServiceCommand? {
        value["command"]?.string.flatMap(ServiceCommand.init(rawValue:))
    }

    package init(_ value: JSON, as command: ServiceCommand) throws(DocumentError) {
        var fields = try Fields(value)
        _ = try fields.string("command", limit: 32)
        switch command {
        case .challenge: self = .challenge
        case .login: self = .login(grant: try fields.string("grant", limit: Self.grantLimit))
        case .emergency:
            self = .emergency(
                person: try fields.string("person", limit: 128), reason: try fields.string("reason", limit: 1000),
                device: try fields.string("device", limit: 64))
        case .session: self = .session
        case .logout: self = try Self.logout(&fields)
        case .status: self = .status
        case .passport: self = .passport
        case .health: self = .health
        case .slots: self = .slots
        case .network: self = .network
        case .changes: self = .changes
        case .rules: self = .rules
        case .acknowledge:
            self = .acknowledge(
                subject: try fields.string("subject", limit: 32),
                person: try fields.optionalString("person", limit: 128), role: try fields.string("role", limit: 64))
        case .history: self = .history(limit: try fields.integer("limit", default: 10, in: 1...100))
        case .ledger:
            let before = try fields.integer("before", default: 0, in: 0...JSON.largestInteger)
            self = .ledger(
                limit: try fields.integer("limit", default: 20, in: 1...200), before: before == 0 ? nil : before)
        case .test: self = try Self.test(&fields)
        case .update:
            self = .update(
                UpdateOrder(
                    source: try fields.string("source", limit: 4096),
                    name: try fields.optionalString("name", limit: 256),
                    activates: try fields.bool("activate", default: false),
                    isCheck: try fields.bool("check", default: false)))
        case .stick: self = .stick
        case .cancel: self = .cancel
        case .activate: self = .activate
        case .commit: self = .commit
        case .rollback: self = .rollback(reason: try fields.string("reason", limit: 1000))
        case .incident: self = fields.optional("answers").map { .incident(answers: $0) } ?? .incidentPrompts
        case .hold: self = try Self.hold(&fields)
        case .release:
            self = .release(
                hold: try fields.string("hold", limit: 64), reason: try fields.string("reason", limit: 1000))
        case .export: self = .export(what: try fields.string("what", limit: 32))
        }
        try fields.done()
    }

    private static func logout(_ fields: inout Fields) throws(DocumentError) -> ServiceRequest {
        guard try !fields.bool("draft", default: false) else { return .draft }
        return .logout(try ServiceClosing(request: try fields.value("record")))
    }

    private static func test(_ fields: inout Fields) throws(DocumentError) -> ServiceRequest {
        guard let id = try fields.optionalString("id", limit: 64) else { return .tests }
        guard let answer = try fields.optionalString("answer", limit: 8) else { return .test(id: id, answer: nil) }
        guard ["yes", "no"].contains(answer) else { throw fields.refuse("answer", "is neither 'yes' nor 'no'") }
        return .test(id: id, answer: answer == "yes")
    }

    private static func hold(_ fields: inout Fields) throws(DocumentError) -> ServiceRequest {
        guard let what = try fields.optionalString("what", limit: 32) else { return .holds }
        return .hold(what: what, reason: try fields.string("reason", limit: 1000))
    }
}
