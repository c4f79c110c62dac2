package import Hardware

/// How much a finding matters: a warning can wait for the next maintenance, an alarm cannot.
package enum Severity: String, Sendable, CaseIterable, Comparable {
    case warning
    case alarm

    package static func < (left: Severity, right: Severity) -> Bool { left == .warning && right == .alarm }
}

extension Reading.Quality {
    /// What the codes of findings about readings of this quality end in.
    package var suffix: String { rawValue.uppercased() }
}
