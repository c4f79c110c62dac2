import Platform
import Synchronization

/// Ends the work of several threads together: when one of them fails or somebody cancels.
final class StopSign: Sendable {
    private let cancellation: Cancellation
    private let failed = Atomic(false)

    init(_ cancellation: Cancellation) { self.cancellation = cancellation }

    /// Repeats `step` until it says that there is no more, fails, or the others have stopped.
    func repeatUntilDone(_ step: () throws(InstallationError) -> Bool) throws(InstallationError) {
        while !failed.load(ordering: .acquiring) {
            // What is waited for fails in its own words when it is cancelled; what counts is that it was.
            guard !cancellation.isCancelled else { throw .cancelled }
            do throws(InstallationError) {
                guard try step() else { return }
            } catch {
                failed.store(true, ordering: .releasing)
                throw cancellation.isCancelled ? .cancelled : error
            }
        }
    }
}
