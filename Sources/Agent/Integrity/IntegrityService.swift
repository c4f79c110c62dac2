import Platform
import ServiceLifecycle

/// Measures the configuration until the agent stops.
struct IntegrityService: Service {
    let integrity: IntegrityWatch
    /// Rung whenever something of the agent changes.
    let changes: Bell

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await integrity.run() }
            group.addTask {
                while !Task.isCancelled {
                    await changes.wait()
                    await integrity.changed()
                }
            }
            try? await gracefulShutdown()
            await integrity.stop()
            group.cancelAll()
        }
    }
}
