extension BlockingThread {
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
}
