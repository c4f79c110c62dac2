import Vocabulary

/// What values a field may have; nothing free enough to hold a person's name is among them.
package enum TelemetryDomain: Sendable, Equatable {
    /// One of these words.
    case word([String])
    /// A name that the device's own signed or configured files give to a part or a test (`TelemetryNames`).
    case name(TelemetryNames.Kind)
    /// What the configuration says the device is: up to 64 of `A-Z a-z 0-9 . _ -`, set by the manufacturer.
    case label
    /// A version of a release.
    case version
    /// 64 hexadecimal digits.
    case digest
    /// 32 hexadecimal digits that were drawn or derived by the agent.
    case identifier
    /// `AC-` and the number of a fault.
    case faultCode
    /// A UCUM code.
    case unit
    case integer
    /// A finite number.
    case number

    /// Whether `value` is one of these.
    func holds(_ value: TelemetryValue, among names: TelemetryNames) -> Bool {
        switch (self, value) {
        case (.word(let words), .text(let text)): words.contains(text)
        case (.name(let kind), .text(let text)): Self.isLabel(text, limit: 64) && names.contains(text, kind)
        case (.label, .text(let text)): Self.isLabel(text, limit: 64)
        case (.version, .text(let text)): Version(text) != nil
        case (.digest, .text(let text)): Digest(hex: text) != nil
        case (.identifier, .text(let text)): text.utf8.count == 32 && Hex.decode(text) != nil
        case (.faultCode, .text(let text)): Self.isFaultCode(text)
        case (.unit, .text(let text)): Self.isUnit(text)
        case (.integer, .integer), (.number, .integer): true
        case (.number, .decimal(let number)): number.isFinite
        default: false
        }
    }

    private static func isLabel(_ text: String, limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }

    private static func isFaultCode(_ text: String) -> Bool {
        text.utf8.count == 7 && text.hasPrefix("AC-") && text.utf8.dropFirst(3).allSatisfy { (48...57).contains($0) }
    }

    private static func isUnit(_ text: String) -> Bool {
        (1...16).contains(text.utf8.count)
            && text.utf8.allSatisfy { isAlphanumeric($0) || "%{}./".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}

/// The names that the board profile and the self-test plan give: the only ones that may stand in a heartbeat.
package struct TelemetryNames: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case indicator, selfTest, finding
    }

    private let indicators: Set<String>
    private let selfTests: Set<String>
    private let findings: Set<String>

    package init(
        indicators: some Sequence<String> = [], selfTests: some Sequence<String> = [],
        findings: some Sequence<String> = []
    ) {
        self.indicators = Set(indicators)
        self.selfTests = Set(selfTests)
        self.findings = Set(findings)
    }

    func contains(_ name: String, _ kind: Kind) -> Bool {
        switch kind {
        case .indicator: indicators.contains(name)
        case .selfTest: selfTests.contains(name)
        case .finding: findings.contains(name)
        }
    }
}
