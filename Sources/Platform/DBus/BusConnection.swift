import CSystemd
import Glibc
import SystemPackage

/// Where a bus is.
package enum BusAddress: Sendable, Hashable, CustomStringConvertible {
    /// The machine's bus: `$DBUS_SYSTEM_BUS_ADDRESS`, else `/run/dbus/system_bus_socket`.
    case system
    /// Any other, as `unix:path=/run/bus`.
    case at(String)

    package var description: String {
        switch self {
        case .at(let address): address
        case .system:
            getenv("DBUS_SYSTEM_BUS_ADDRESS").map { String(cString: $0) } ?? "unix:path=/run/dbus/system_bus_socket"
        }
    }
}

/// What happened to a connection.
package enum BusEvent: Sendable, Equatable {
    case connected
    case lost(BusError)
    /// We own a name that was asked for.
    case named(String)
    /// A name that was asked for belongs to somebody else, or the bus denied it.
    case nameRefused(String, BusError)
}

/// The bus itself; slots and messages hold it too, so that the order in which they all go does not matter.
private final class BusHandle {
    let pointer: OpaquePointer

    init?(_ pointer: OpaquePointer?) {
        guard let pointer else { return nil }
        self.pointer = pointer
    }

    // What was said last is still sent.
    deinit { sd_bus_flush_close_unref(pointer) }
}

/// A connection to a message bus, on a thread of its own.
///
/// One opened with `open` ends when it is lost. One made with `keep` need not find a bus at all: it tries again
/// after 1, 2, 4 and up to 60 seconds, and then serves its objects, signals and names as before. Nothing here ends
/// the process.
package actor BusConnection: BusLoopSource {
    package nonisolated let address: BusAddress
    /// What happens to the connection from now on; for one reader.
    package nonisolated let events: AsyncStream<BusEvent>

    let happened: AsyncStream<BusEvent>.Continuation
    private nonisolated let loop = BusLoop()
    let retries: Bool
    private var retryDelay: UInt64 = 1
    private var retryAt: UInt64?
    private var closed = false
    private var lastError: BusError?
    private var waiters: [CheckedContinuation<BusError?, Never>] = []

    private var handle: BusHandle?
    var bus: OpaquePointer? { handle?.pointer }
    private(set) var isReady = false
    var lastIdentifier: UInt64 = 0
    var pendingCalls: [UInt64: PendingCall] = [:]
    var subscriptions: [UInt64: BusSubscription] = [:]
    var objects: [BusObjectKey: ServedObject] = [:]
    var runningCalls: [UInt64: Task<Void, Never>] = [:]
    var wantedNames: Set<String> = []

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private init(_ address: BusAddress, retries: Bool) {
        self.address = address
        self.retries = retries
        (events, happened) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    }

    deinit {
        happened.finish()
        loop.stop()
    }

    /// Connects now, or says why not.
    package static func open(_ address: BusAddress) async throws(BusError) -> BusConnection {
        let connection = BusConnection(address, retries: false)
        connection.loop.start(connection)
        if let error = await connection.connected() {
            await connection.close()
            throw error
        }
        return connection
    }

    /// Connects as soon as there is a bus, and again whenever it was lost, until it is closed.
    package static func keep(_ address: BusAddress) async -> BusConnection {
        let connection = BusConnection(address, retries: true)
        connection.loop.start(connection)
        await connection.connect()
        return connection
    }

    /// Waits for the connection to be made; the error when it cannot.
    private func connected() async -> BusError? {
        connect()
        if let lastError { return lastError }
        return await withCheckedContinuation { waiters.append($0) }
    }

    /// Ends the connection: running calls are cancelled, waiting ones throw, streams end.
    package func close() {
        closed = true
        drop(.lost("close"))
        objects = [:]
    }

    private func connect() {
        guard bus == nil, !closed else { return }
        retryAt = nil
        lastError = nil
        var new: OpaquePointer?
        var status = sd_bus_new(&new)
        if status >= 0 { status = sd_bus_set_address(new, address.description) }
        if status >= 0 { status = sd_bus_set_bus_client(new, 1) }
        if status >= 0 { status = sd_bus_negotiate_fds(new, 1) }
        if status >= 0 { status = sd_bus_start(new) }
        guard status >= 0 else {
            sd_bus_unref(new)
            return drop(.unreachable(address.description, Errno(rawValue: -status)))
        }
        handle = BusHandle(new)
    }

    nonisolated func turn() -> BusWait { assumeIsolated { $0.process() } }

    private func process() -> BusWait {
        if let retryAt, retryAt <= BusLoop.now() { connect() }
        if bus != nil {
            // Other jobs want their turn too, however much the bus has to say.
            for _ in 0..<64 {
                let status = sd_bus_process(bus, nil)
                if status < 0 {
                    drop(isReady ? .lost("process") : .unreachable(address.description, Errno(rawValue: -status)))
                    break
                }
                if status == 0 { break }
            }
            if let bus, !isReady, sd_bus_is_ready(bus) > 0 { becomeReady() }
        }
        return wait()
    }

    private func wait() -> BusWait {
        var wait = BusWait(deadline: retryAt ?? .max)
        guard let bus else { return wait }
        wait.descriptor = sd_bus_get_fd(bus)
        wait.events = Int16(truncatingIfNeeded: max(0, sd_bus_get_events(bus)))
        var deadline = UInt64.max
        if sd_bus_get_timeout(bus, &deadline) > 0 { wait.deadline = min(wait.deadline, deadline) }
        return wait
    }

    private func becomeReady() {
        isReady = true
        retryDelay = 1
        for object in objects.values { register(object) }
        for subscription in subscriptions.values { install(subscription) }
        for name in wantedNames { claim(name) }
        answerWaiters(nil)
        happened.yield(.connected)
    }

    /// Lets go of the bus after `error`, and plans the next try.
    private func drop(_ error: BusError) {
        let wasReady = isReady
        isReady = false
        lastError = error
        for call in pendingCalls.values { call.finish(.failure(.lost(call.label))) }
        for subscription in subscriptions.values { subscription.slot = nil }
        for object in objects.values { object.slot = nil }
        for call in runningCalls.values { call.cancel() }
        runningCalls = [:]
        handle = nil
        answerWaiters(error)
        if wasReady, !closed { happened.yield(.lost(error)) }
        guard retries, !closed else {
            for subscription in subscriptions.values { subscription.continuation.finish() }
            subscriptions = [:]
            return happened.finish()
        }
        retryAt = BusLoop.now() + retryDelay * 1_000_000
        retryDelay = min(60, retryDelay * 2)
    }

    private func answerWaiters(_ error: BusError?) {
        for waiter in waiters { waiter.resume(returning: error) }
        waiters = []
    }

    func nextIdentifier() -> UInt64 {
        lastIdentifier += 1
        return lastIdentifier
    }
}
