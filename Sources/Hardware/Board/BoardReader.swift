import Platform
import Synchronization
import SystemPackage

/// Reads sources one after the other on a thread that may be lost to a driver that does not come back.
///
/// How it works: one thread is kept and does every call. A reading that takes longer than `timeLimit` is given up with its thread,
/// and another, kept from then on, goes on behind it. What hangs is not asked again until that read came back, nor is anything else
/// of the same device. At most `threadLimit` threads are lost; then nothing is read until one is back.
final class BoardReader: Sendable {
    private let timeLimit: Duration
    private let threadLimit: Int
    private let root: FilePath
    private let state = Mutex(State())
    /// The end of the call before: calls wait for each other, so that two never lose a thread each to one device.
    private let queue = Mutex<Task<Void, Never>?>(nil)

    private struct State {
        /// The devices whose reading has not come back.
        var hanging: Set<String> = []
        /// Nil while it reads, and lost with what does not come back, as is the tree.
        var thread: KeptThread?
        var tree: KernelTree?
    }

    init(root: FilePath, timeLimit: Duration, threadLimit: Int) {
        self.root = root
        self.timeLimit = timeLimit
        self.threadLimit = threadLimit
    }

    func read(_ sources: [Source]) async -> [TimedReading] {
        guard !sources.isEmpty else { return [] }
        let task = queue.withLock { last in
            let before = last
            let task = Task {
                await before?.value
                return await self.pass(over: sources)
            }
            last = Task { _ = await task.value }
            return task
        }
        return await task.value
    }

    /// How many threads are lost now.
    var lostThreads: Int { state.withLock { $0.hanging.count } }

    private func pass(over sources: [Source]) async -> [TimedReading] {
        let pass = Pass(sources)
        startThread(pass, generation: 0)
        var wait = timeLimit
        while await !pass.ends(within: wait) {
            let overdue = pass.overdue(timeLimit) { group in state.withLock { _ = $0.hanging.insert(group) } }
            switch overdue {
            case .soon(let rest): wait = rest
            case .late(let generation):
                startThread(pass, generation: generation)
                wait = timeLimit
            }
        }
        return pass.readings
    }

    private func startThread(_ pass: Pass, generation: Int) {
        guard state.withLock({ $0.hanging.count < threadLimit }) else {
            return pass.fill("\(threadLimit) devices hang; nothing is read until one comes back")
        }
        let kept = state.withLock { state in
            defer { state.thread = nil }
            return state.thread
        }
        let thread = kept ?? KeptThread("board")
        thread.run { self.work(pass, generation, on: thread) }
    }

    private func work(_ pass: Pass, _ generation: Int, on thread: KeptThread) {
        var tree =
            state.withLock { state in
                defer { state.tree = nil }
                return state.tree
            } ?? KernelTree(root: root)
        while let (index, source) = pass.begin(generation) {
            if state.withLock({ $0.hanging.contains(source.group) }) {
                pass.end(index, generation, .unreadable(reason: "an earlier reading of this device still hangs"))
                continue
            }
            guard pass.end(index, generation, source.read(&tree)) else {
                // Given up long ago, and back now: the device may be asked again.
                state.withLock { _ = $0.hanging.remove(source.group) }
                return
            }
        }
        state.withLock { state in
            state.thread = thread
            state.tree = tree
        }
        pass.finish(generation)
    }
}

struct TimedReading: Sendable {
    let reading: Reading
    /// Nanoseconds of CLOCK_BOOTTIME.
    let time: UInt64
}

/// One call's readings, taken in by one thread at a time: that of the current generation.
private final class Pass: Sendable {
    enum Overdue {
        case soon(Duration)
        case late(next: Int)
    }

    private struct State {
        var readings: [TimedReading?]
        var next = 0
        var generation = 0
        /// What is being read, since when.
        var current: (index: Int, began: UInt64)?
        var hasEnded = false
        var waiting: [CheckedContinuation<Void, Never>] = []

        /// Gives who waits for the end and is to be resumed.
        mutating func end() -> [CheckedContinuation<Void, Never>] {
            hasEnded = true
            defer { waiting = [] }
            return waiting
        }
    }

    private let sources: [Source]
    private let state: Mutex<State>

    init(_ sources: [Source]) {
        self.sources = sources
        state = Mutex(State(readings: Array(repeating: nil, count: sources.count)))
    }

    /// The next source, for a thread that still counts; nil ends the thread.
    func begin(_ generation: Int) -> (Int, Source)? {
        state.withLock { state in
            guard state.generation == generation, !state.hasEnded, state.next < sources.count else { return nil }
            state.current = (state.next, monotonicNanoseconds())
            defer { state.next += 1 }
            return (state.next, sources[state.next])
        }
    }

    /// Ends the pass, once its last thread has given back what it had.
    func finish(_ generation: Int) {
        let waiting = state.withLock { $0.generation == generation ? $0.end() : [] }
        for waiter in waiting { waiter.resume() }
    }

    /// Takes a reading; false where the thread was given up meanwhile.
    @discardableResult
    func end(_ index: Int, _ generation: Int, _ reading: Reading) -> Bool {
        state.withLock { state in
            guard state.generation == generation else { return false }
            state.readings[index] = TimedReading(reading: reading, time: monotonicNanoseconds())
            state.current = nil
            return true
        }
    }

    /// Gives up the reading that takes too long, if one does; `remember` is told of its device before its thread can know.
    func overdue(_ limit: Duration, _ remember: (String) -> Void) -> Overdue {
        state.withLock { state in
            guard !state.hasEnded, let (index, began) = state.current else { return .soon(limit) }
            let now = monotonicNanoseconds()
            let age = Duration.nanoseconds(Int64(now - began))
            guard age >= limit else { return .soon(limit - age) }
            let seconds = Double(limit.components.seconds) + Double(limit.components.attoseconds) / 1e18
            state.readings[index] = TimedReading(
                reading: .unreadable(reason: "it did not come back within \(seconds) s"), time: now)
            state.current = nil
            remember(sources[index].group)
            state.generation += 1
            return .late(next: state.generation)
        }
    }

    /// Ends the pass: whatever has no reading yet could not be read.
    func fill(_ reason: String) {
        let waiting = state.withLock { state in
            let now = monotonicNanoseconds()
            state.readings = state.readings.map { $0 ?? TimedReading(reading: .unreadable(reason: reason), time: now) }
            state.generation += 1
            return state.end()
        }
        for waiter in waiting { waiter.resume() }
    }

    func ends(within time: Duration) async -> Bool {
        await Attempt.run(within: time) { await self.end() } != nil
    }

    var readings: [TimedReading] { state.withLock { $0.readings.compactMap(\.self) } }

    private func end() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiting.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }
}
