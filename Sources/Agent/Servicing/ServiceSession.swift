import Platform
import Servicing
import Trust
import Vocabulary

/// Somebody at a service port: first only a line, and once a grant is accepted a person.
struct ServiceSession: Sendable {
    let id: String
    let port: String
    /// The program on the bus that opened it: nobody else may speak for it.
    let caller: String
    let began: Timestamp
    var person: Person?
    /// When something was last asked, in nanoseconds since boot.
    var lastActivity: UInt64
    /// Requests that are being carried out.
    var running = 0
    var refusals = 0

    /// Who is logged in, and how far that reaches.
    struct Person: Sendable {
        let name: String
        let role: String
        let rights: ServiceRights
        /// The digest of the one manifest that may be installed; nil for all.
        let manifest: Digest?
        /// When the grant ends, in nanoseconds since boot: a clock that is set changes nothing.
        let ends: UInt64
        let until: Timestamp
        let isEmergency: Bool
    }

    init(id: String, port: String, caller: String, began: Timestamp, at uptime: UInt64) {
        (self.id, self.port, self.caller, self.began) = (id, port, caller, began)
        lastActivity = uptime
    }

    /// Whom records name.
    var actor: String {
        guard let person else { return "nobody (\(port))" }
        return person.isEmergency ? "\(person.name) (emergency)" : "\(person.name) (\(person.role))"
    }
}
