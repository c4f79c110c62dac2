import CSystemd
import Glibc
import Synchronization

/// What a loop waits for until the next turn: a descriptor, a moment, both or neither.
struct BusWait: Sendable {
    var descriptor: CInt = -1
    var events: Int16 = 0
    /// In microseconds of CLOCK_MONOTONIC; `UInt64.max` is never.
    var deadline: UInt64 = .max
}

/// Whose descriptor and deadlines a loop watches.
protocol BusLoopSource: AnyObject, Sendable {
    /// Does what there is to do, on the loop's thread, and says what to wait for.
    func turn() -> BusWait
}

/// A thread that runs an actor's jobs and waits for its descriptor in between.
///
/// How it works: `enqueue` puts a job in the queue and writes to an eventfd; the thread runs all jobs, gives its
/// source a turn, and sleeps in poll(2) until the eventfd, the source's descriptor or its deadline wakes it. So
/// everything that touches the bus runs on this one thread, as sd-bus asks for, and an idle connection costs no
/// wake-up at all.
final class BusLoop: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var stopped = false
        var thread: pthread_t?
    }

    private let state = Mutex(State())
    private let wakeUp: CInt

    init() {
        wakeUp = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(wakeUp >= 0, "no eventfd could be made: \(errno)")
    }

    deinit { close(wakeUp) }

    /// Starts the thread; it ends with `stop()` or when the source is gone.
    func start(_ source: any BusLoopSource) {
        let source = WeakSource(source)
        BlockingThread.start("aftercare-bus") { self.run(source) }
    }

    func stop() {
        state.withLock { $0.stopped = true }
        wake()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let first = state.withLock { state in
            state.jobs.append(job)
            return state.jobs.count == 1
        }
        if first { wake() }
    }

    func checkIsolated() {
        precondition(
            state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false },
            "the bus may be touched on its own thread only")
    }

    private func wake() { eventfd_write(wakeUp, 1) }

    private func run(_ source: WeakSource) {
        state.withLock { $0.thread = pthread_self() }
        while true {
            let (jobs, stopped) = state.withLock { state in
                defer { state.jobs = [] }
                return (state.jobs, state.stopped)
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if stopped && jobs.isEmpty { return }
            let wait = source.value?.turn() ?? BusWait()
            sleep(wait)
        }
    }

    private func sleep(_ wait: BusWait) {
        var watched = [
            pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wait.descriptor, events: wait.events, revents: 0),
        ]
        var timeout: CInt = -1
        if wait.deadline != .max {
            // Rounded up: a turn that comes too early finds nothing to do and sleeps for nothing again.
            let left = wait.deadline - min(wait.deadline, Self.now())
            timeout = CInt(min((left + 999) / 1000, UInt64(CInt.max)))
        }
        // A signal or an error only means an early turn.
        poll(&watched, nfds_t(watched.count), timeout)
        var count: eventfd_t = 0
        eventfd_read(wakeUp, &count)
    }

    /// Microseconds of CLOCK_MONOTONIC, the clock of sd-bus.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
    }

    private struct WeakSource: Sendable {
        weak let value: (any BusLoopSource)?

        init(_ value: any BusLoopSource) { self.value = value }
    }
}
