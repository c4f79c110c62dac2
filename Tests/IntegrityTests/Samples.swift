import Documents
import Integrity
import Platform
import SystemPackage
import TestSupport
import Vocabulary

/// Foundation has one of units.
typealias Measurement = Integrity.Measurement

extension Measurer {
    /// Measures what a plan in TOML says, below a test's folder.
    static func measure(
        _ plan: String, in folder: TemporaryFolder, images: [Image] = [], pace: MeasuringPace = .unhurried
    ) throws -> Measurement {
        try Measurer(try IntegrityPlan(plan), images: images, root: folder.path, storage: Storage()).measure(at: pace)
    }
}

extension MeasuringPace {
    /// As fast as it goes.
    static var unhurried: MeasuringPace { MeasuringPace(bytesPerSecond: 0) }
}

extension Measurement {
    func fingerprint(_ subject: String) -> Fingerprint? { Subject(subject).flatMap { self[$0] } }
}

enum Moment {
    static let first = Timestamp(seconds: 1_790_000_000)
    static let second = first.advanced(by: 86400)
    static let third = second.advanced(by: 86400)
}
