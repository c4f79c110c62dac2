/// What a peripheral said besides answers, since its link was opened; for a person who looks for a bad cable.
package struct Disturbances: Sendable, Equatable {
    /// Bytes outside of frames, halves and damage of frames, frames too large.
    package var console = ConsoleListener.Counts()
    /// Frames of our own that came back.
    package var echoes = 0
    /// Answers to what was not asked, or was given up.
    package var old = 0
    /// Whole packets whose header or body cannot be read.
    package var nonsense = 0
    /// Requests that were sent again.
    package var repeats = 0

    package init() {}

    /// What was heard since `before`, by its most telling sign: damaged answers tell more than the babble around them.
    func kind(since before: Disturbances) -> PeripheralError.Disturbance {
        if nonsense > before.nonsense { return .nonsense }
        if old > before.old { return .oldAnswers }
        if console.damaged > before.console.damaged { return .damage }
        if console.huge > before.console.huge { return .hugeFrames }
        if console.halves > before.console.halves { return .halves }
        if echoes > before.echoes { return .echo }
        return console.babble > before.console.babble ? .babble : .silence
    }
}
