import CLinux
import Glibc

/// Runs blocking work on a thread made for it, never on Swift's cooperative ones.
package enum BlockingThread {
    /// Runs `body` on a new thread of this name (at most 15 bytes show) and gives back its result.
    package static func run<Value: Sendable, Failure: Error>(
        _ name: String, _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            start(name) {
                continuation.resume(returning: Result { () throws(Failure) in try body() })
            }
        }
        return try result.get()
    }

    /// Runs `body` on `count` new threads at once, waits for all of them, and throws the first failure that came.
    package static func runAll<Failure: Error>(
        _ name: String, count: Int, _ body: @escaping @Sendable () throws(Failure) -> Void
    ) async throws(Failure) {
        let failure = await withTaskGroup(of: Failure?.self) { group in
            for _ in 0..<count {
                group.addTask { () -> Failure? in
                    do throws(Failure) { try await run(name, body) } catch { return error }
                    return nil
                }
            }
            return await group.reduce(nil) { first, next in first ?? next }
        }
        if let failure { throw failure }
    }

    /// Starts a detached thread; `body` must end by itself.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(name: name, body: body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                ac_name_thread(box.name)
                box.body()
                return nil
            }, box.toOpaque())
        precondition(status == 0, "no thread could be started: \(status)")
        pthread_detach(thread)
    }

    private final class Box {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
