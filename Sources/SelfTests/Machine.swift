import Platform
import SystemPackage

/// What self-tests look at: a root of files, the service manager, and the network.
struct Machine: Sendable {
    let root: FilePath
    let units: (any UnitStates)?
    let storage: Storage

    /// Looks once, for at most `time`, and says what was seen.
    func observe(_ test: SelfTest, _ answer: Bool?, within time: Duration) async -> Observation {
        switch test.check {
        case .command(let check): await observe(check, within: time)
        case .unit(let check): await observe(check, within: time)
        case .file(let check): await observe(check, within: time)
        case .sysfs(let check): await observe(check, within: time)
        case .http(let check): await observe(check, within: time)
        case .serial(let check): await observe(check, within: time)
        case .ask(let check): Observation(answer, check)
        }
    }

    /// Where a path of a declaration is on this machine.
    func located(_ path: FilePath) -> FilePath { root.appending(path.components) }

    /// Runs blocking work on a thread that is left behind if the kernel does not give it back in time.
    ///
    /// Nothing can end a thread that hangs in a driver. Such a test is not repeated, so that each costs one thread at
    /// most until the restart.
    func blocking(
        _ name: String, within time: Duration, _ body: @escaping @Sendable () -> Observation
    ) async -> Observation {
        if let seen = await Attempt.run(within: time, { await BlockingThread.run(name, body) }) { return seen }
        var late = Observation(.timedOut, "did not end within \(time.inSeconds)")
        late.mayBeRepeated = false
        return late
    }
}

extension Duration {
    /// `2 s`, `0.25 s`.
    var inSeconds: String {
        let seconds = Double(milliseconds) / 1000
        return seconds == seconds.rounded() ? "\(milliseconds / 1000) s" : "\(seconds) s"
    }
}
