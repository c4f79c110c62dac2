/// What a service session can ask of a device: the same words in the console, in machine mode and in a grant's refusals.
///
/// docs/service-interface.md says what each takes and answers.
package enum ServiceCommand: String, Sendable, CaseIterable {
    // Of the session itself
    case challenge, login, emergency, session, logout
    // Understanding the device
    case status, passport, health, slots, history, ledger, network, changes, rules
    // Changing it
    case test, update, stick, acknowledge, activate, commit, rollback, cancel
    // Evidence
    case incident, hold, release, export

    /// What one must be allowed; nil for what opens, shows or closes a session.
    package var right: ServiceRight? {
        switch self {
        case .challenge, .login, .emergency, .session, .logout: nil
        case .status, .passport, .health, .slots, .history, .ledger, .network, .changes, .rules: .observe
        case .test: .test
        case .update, .stick, .cancel: .update
        case .acknowledge, .activate, .commit: .activate
        case .rollback: .rollback
        case .incident, .hold, .release, .export: .evidence
        }
    }

    /// Whether it changes the device, so that a person is asked once more and only one session at a time may do it.
    package var changesDevice: Bool {
        switch self {
        case .update, .acknowledge, .activate, .commit, .rollback, .cancel, .test, .hold, .release: true
        default: false
        }
    }
}
