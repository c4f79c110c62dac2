import Platform
import Synchronization

/// What is to go over a line, written by a thread of its own, so that whoever listens never waits for a slow line.
final class Outbox: Sendable {
    private static let capacity = 256
    private static let patience: Duration = .seconds(20)

    private let queue = BoundedQueue<[UInt8]>(capacity: capacity)
    private let finished = BoundedQueue<Void>(capacity: 1)
    private let count = Mutex(0)

    init(_ line: any ByteLine) {
        let (queue, finished) = (queue, finished)
        BlockingThread.start("line out") {
            while let bytes = queue.take() {
                do throws(SerialError) { try line.write(bytes, within: Self.patience) } catch {
                    // A far end that takes nothing now may later; a line that is gone is noticed by its reader.
                    if case .notTaken = error { continue }
                    break
                }
            }
            queue.close()
            finished.close()
        }
    }

    /// How many bytes were put in.
    var byteCount: Int { count.withLock { $0 } }

    /// Puts a frame in line; where too many wait already it is dropped, as noise might have done, and will be asked for again.
    func send(_ frame: Frame) {
        let bytes = frame.encoded
        if queue.offer(bytes) { count.withLock { $0 += bytes.count } }
    }

    /// Waits until everything is out.
    func close() {
        queue.close()
        _ = finished.take()
    }
}
