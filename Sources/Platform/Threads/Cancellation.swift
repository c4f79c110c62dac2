import Synchronization

/// A wish to stop that long work asks about between its steps.
package final class Cancellation: Sendable {
    private let wish = Atomic(false)

    package init() {}

    package var isCancelled: Bool { wish.load(ordering: .acquiring) }

    package func cancel() { wish.store(true, ordering: .releasing) }
}
