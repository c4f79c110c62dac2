import Foundation
import Platform
import Synchronization
import Testing

@Suite("A thread that is kept", .timeLimit(.minutes(1)))
struct KeptThreadTests {
    @Test("It does one piece of work after the other, in their order")
    func order() async {
        let thread = KeptThread("kept")
        let seen = Mutex<[(number: Int, thread: pthread_t)]>([])
        await withCheckedContinuation { continuation in
            for number in 0..<100 {
                thread.run { seen.withLock { $0.append((number, pthread_self())) } }
            }
            thread.run { continuation.resume() }
        }
        let all = seen.withLock { $0 }
        #expect(all.map(\.number) == Array(0..<100))
        #expect(Set(all.map(\.thread)).count == 1)
    }

    @Test("It ends with what it is doing once nobody holds it, and not before")
    func end() async throws {
        var key = pthread_key_t()
        try #require(pthread_key_create(&key) { ThreadEnd.release($0) } == 0)
        defer { pthread_key_delete(key) }
        let own = key
        let isLetGo = DispatchSemaphore(value: 0)
        let finished = Atomic(false)
        await withCheckedContinuation { continuation in
            let thread = KeptThread("kept")
            thread.run {
                pthread_setspecific(own, ThreadEnd { continuation.resume() }.retained)
                isLetGo.wait()
                finished.store(true, ordering: .releasing)
            }
            // What is queued when it is let go is still done.
            isLetGo.signal()
        }
        let hasFinished = finished.load(ordering: .acquiring)
        #expect(hasFinished)
    }
}

/// Says when the thread that it is a local value of has ended.
private final class ThreadEnd {
    private let tell: () -> Void

    init(_ tell: @escaping () -> Void) { self.tell = tell }

    deinit { tell() }

    var retained: UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }

    static func release(_ value: UnsafeMutableRawPointer?) {
        guard let value else { return }
        Unmanaged<ThreadEnd>.fromOpaque(value).release()
    }
}
