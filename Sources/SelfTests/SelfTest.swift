package import Platform
package import SystemPackage
package import Vocabulary

/// A check that must hold before a release is committed, as its image declares it.
package struct SelfTest: Sendable, Hashable {
    package let id: String
    package let title: String
    /// Whether the release is left when this check does not pass; an advisory one is only recorded.
    package let isRequired: Bool
    /// Whether a person has to be there: it never runs in a trial, nor with others.
    package let isAttended: Bool
    /// What the person does before it runs: what to connect, what to press.
    package let preparation: String?
    /// The longest that one attempt may take.
    package let timeout: Duration
    /// How often it is tried again after it did not pass.
    package let retries: Int
    /// The pause before it is tried again.
    package let interval: Duration
    package let check: Check

    package enum Check: Sendable, Hashable {
        case command(CommandCheck)
        case unit(UnitCheck)
        case file(FileCheck)
        case sysfs(SysfsCheck)
        case http(HTTPCheck)
        case serial(SerialCheck)
        case ask(AskCheck)
    }

    /// The name of the kind, as declarations spell it.
    package var kind: String {
        switch check {
        case .command: "command"
        case .unit: "unit"
        case .file: "file"
        case .sysfs: "sysfs"
        case .http: "http"
        case .serial: "serial"
        case .ask: "ask"
        }
    }
}

/// A program that is run and judged by its exit status and what it prints.
package struct CommandCheck: Sendable, Hashable {
    package let arguments: [String]
    /// Nil for the standard one: `nobody` where the agent is root, else the agent's own.
    package let user: String?
    package let status: Int32
    /// Text that its standard output must hold.
    package let output: String?
    /// Where in its output the measured number stands, by the first group; nil for all of it.
    package let value: TextPattern?
    package let limits: Limits?
    package let mayUseNetwork: Bool
    package let mayWrite: Bool
}

/// A unit of the service manager that must be in a state.
package struct UnitCheck: Sendable, Hashable {
    package let unit: String
    package let state: String
}

/// A file that must have a content.
package struct FileCheck: Sendable, Hashable {
    package let path: FilePath
    package let digest: Digest
}

/// A number that the kernel shows, with its limits.
package struct SysfsCheck: Sendable, Hashable {
    package let path: FilePath
    package let scale: Double
    package let limits: Limits
}

/// An address that must answer.
package struct HTTPCheck: Sendable, Hashable {
    package let url: String
    package let status: Int
    /// Text that the body must hold.
    package let contains: String?
    /// The file of certificates to trust instead of the system's.
    package let authorities: FilePath?
}

/// What is attached to a serial port and must answer.
package struct SerialCheck: Sendable, Hashable {
    package let port: FilePath
    package let baud: Int
    package let send: [UInt8]
    package let expect: TextPattern
    /// How long the answer may take.
    package let within: Duration
    /// Limits of the number in the first group of `expect`.
    package let limits: Limits?
}

/// What a person sees or hears, and answers with yes or no.
package struct AskCheck: Sendable, Hashable {
    package let question: String
    /// The answer with which it passes.
    package let expected: Bool

    package init(question: String, expected: Bool) {
        self.question = question
        self.expected = expected
    }

    /// An answer as declarations and records spell it.
    package static func word(_ answer: Bool) -> String { answer ? "yes" : "no" }
}

/// What a measured number must not be beyond; at least one limit is set.
package struct Limits: Sendable, Hashable {
    package let minimum: Double?
    package let maximum: Double?
    /// The unit of value and limits, for people.
    package let unit: String?

    package init(minimum: Double?, maximum: Double?, unit: String?) {
        self.minimum = minimum
        self.maximum = maximum
        self.unit = unit
    }

    package func hold(_ value: Double) -> Bool {
        value >= minimum ?? -.infinity && value <= maximum ?? .infinity
    }
}
