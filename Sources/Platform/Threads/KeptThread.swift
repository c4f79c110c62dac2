/// A thread that does one piece of blocking work after the other and sleeps in between; it ends once nobody holds it.
///
/// Cheaper than a thread for each piece where work comes again and again. Whoever cannot wait for work that does not come back
/// lets go of the thread and takes another: the lost one ends by itself when its work does.
package final class KeptThread: Sendable {
    private let work = BoundedQueue<@Sendable () -> Void>(capacity: 1)

    package init(_ name: String) {
        let work = work
        BlockingThread.start(name) {
            while let next = work.take() { next() }
        }
    }

    deinit { work.close() }

    /// Does `body` on the thread, after what it is doing.
    package func run(_ body: @escaping @Sendable () -> Void) { work.put(body) }
}
