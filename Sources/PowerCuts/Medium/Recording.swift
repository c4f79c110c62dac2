/// Everything that happened to a folder's medium while something worked on it, from what was there at first.
package struct Recording: Sendable {
    /// What stands beside the medium at some moment: it is not lost with the power, or it says what must not be.
    package struct Circumstances: Equatable, Sendable {
        /// What the peripherals hold.
        package var crew: [String: SimulatedCrew.Controller] = [:]
        /// How many of the ledger's lines were acknowledged.
        package var lines = 0
        /// What somebody was told is done, in order.
        package var promises: [String] = []
    }

    package struct Step: Equatable, Sendable {
        package var change: Change
        /// As they were when the change was about to be made.
        package var circumstances: Circumstances
    }

    /// What was there at the beginning, all of it durable.
    package let base: MediumContent
    package var steps: [Step]
    package let end: Circumstances
    /// Every line of the ledger in the end, dropped ones included.
    package let lines: [[UInt8]]
    /// How it ended uncut.
    package let answer: String

    package func circumstances(at cut: Int) -> Circumstances { cut < steps.count ? steps[cut].circumstances : end }
}
