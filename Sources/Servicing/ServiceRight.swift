/// What a session may do; the bits are part of a grant and never change their meaning.
package struct ServiceRights: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package init(_ rights: some Sequence<ServiceRight>) {
        self = rights.reduce([]) { $0.union(ServiceRights(rawValue: $1.bit)) }
    }

    package static let all = ServiceRights(ServiceRight.allCases)

    package func contains(_ right: ServiceRight) -> Bool { rawValue & right.bit != 0 }

    /// In the order of their bits.
    package var names: [String] { ServiceRight.allCases.filter(contains).map(\.rawValue) }
}

/// One kind of thing that a person may do in a session.
package enum ServiceRight: String, Sendable, CaseIterable {
    /// See how the device is.
    case observe
    /// Run self-tests, also those that need hands.
    case test
    /// Put a release into the other slot set.
    case update
    /// Restart into an installed release, and commit one on trial.
    case activate
    /// Go back to the release before.
    case rollback
    /// Report an incident, put evidence on hold, take records away.
    case evidence

    var bit: UInt8 {
        switch self {
        case .observe: 1
        case .test: 2
        case .update: 4
        case .activate: 8
        case .rollback: 16
        case .evidence: 32
        }
    }
}
