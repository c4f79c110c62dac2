import CSystemd
import Glibc
import SystemPackage

/// A place on the bus that answers: a service, its object, and one of the object's interfaces.
package struct BusEndpoint: Sendable, Hashable {
    package let service: String
    package let path: String
    package let interface: String

    package init(_ service: String, path: String, interface: String) {
        self.service = service
        self.path = path
        self.interface = interface
    }

    package func with(path: String? = nil, interface: String? = nil) -> BusEndpoint {
        BusEndpoint(service, path: path ?? self.path, interface: interface ?? self.interface)
    }
}

/// A call that waits for its answer.
final class PendingCall {
    let label: String
    var slot: BusSlot?
    var continuation: CheckedContinuation<Result<[BusValue], BusError>, Never>?

    init(label: String) { self.label = label }

    func finish(_ result: sending Result<[BusValue], BusError>) {
        slot = nil
        continuation?.resume(returning: result)
        continuation = nil
    }
}

/// Something that sd-bus does for us until it is let go of.
final class BusSlot {
    private let pointer: OpaquePointer

    init?(_ pointer: OpaquePointer?) {
        guard let pointer else { return nil }
        self.pointer = pointer
    }

    deinit { sd_bus_slot_unref(pointer) }
}

extension BusConnection {
    /// Calls `method` of `endpoint` and gives what it returns.
    ///
    /// No `timeout` waits as long as it takes. A cancelled task stops waiting with `BusError.cancelled`; the other
    /// side is not told.
    package func call(
        _ method: String, on endpoint: BusEndpoint, _ arguments: [BusValue] = [], timeout: Duration? = .seconds(25)
    ) async throws(BusError) -> [BusValue] {
        let label = "\(endpoint.interface).\(method)"
        let started = BusLoop.now()
        let limit = timeout.map { UInt64(min(max(1, $0 / .microseconds(1)), 1e15)) } ?? .max
        let identifier = try start(PendingCall(label: label), method, on: endpoint, arguments, limit: limit)
        let result: Result<[BusValue], BusError> = await withTaskCancellationHandler {
            await withCheckedContinuation { pendingCalls[identifier]?.continuation = $0 }
        } onCancel: {
            Task { await self.cancel(identifier) }
        }
        pendingCalls[identifier] = nil
        // sd-bus answers for the peer that does not, with the same error that the bus itself sends for one that left.
        if case .failure(.refused(_, let fault)) = result, fault.name == "org.freedesktop.DBus.Error.NoReply",
            let timeout, BusLoop.now() - started >= limit
        {
            throw .timedOut(label, timeout)
        }
        return try result.get()
    }

    /// Reads a property.
    package func property(
        _ name: String, of endpoint: BusEndpoint, timeout: Duration? = .seconds(25)
    ) async throws(BusError) -> BusValue {
        let properties = endpoint.with(interface: "org.freedesktop.DBus.Properties")
        let values = try await call(
            "Get", on: properties, [.string(endpoint.interface), .string(name)], timeout: timeout)
        return try values.read(0)
    }

    /// Reads all properties of an interface.
    package func properties(
        of endpoint: BusEndpoint, timeout: Duration? = .seconds(25)
    ) async throws(BusError) -> [String: BusValue] {
        let properties = endpoint.with(interface: "org.freedesktop.DBus.Properties")
        return try await call("GetAll", on: properties, [.string(endpoint.interface)], timeout: timeout).read(0)
    }

    private func start(
        _ pending: PendingCall, _ method: String, on endpoint: BusEndpoint, _ arguments: [BusValue], limit: UInt64
    ) throws(BusError) -> UInt64 {
        guard let bus, isReady else { throw .unreachable(address.description, .socketNotConnected) }
        var pointer: OpaquePointer?
        var status = sd_bus_message_new_method_call(
            bus, &pointer, endpoint.service, endpoint.path, endpoint.interface, method)
        guard status >= 0, let pointer else { throw .cannot("call", pending.label, Errno(rawValue: -status)) }
        let message = BusMessage(owning: pointer)
        try message.append(arguments)
        var slot: OpaquePointer?
        status = sd_bus_call_async(
            bus, &slot, message.pointer,
            { message, context, _ in
                guard let message, let context else { return 0 }
                let pending = Unmanaged<PendingCall>.fromOpaque(context).takeUnretainedValue()
                let answer = BusMessage(message)
                if let fault = answer.fault {
                    pending.finish(.failure(.refused(call: pending.label, fault)))
                } else {
                    pending.finish(Result { () throws(BusError) in try answer.read() })
                }
                return 0
            }, Unmanaged.passUnretained(pending).toOpaque(), limit)
        guard status >= 0 else { throw .cannot("call", pending.label, Errno(rawValue: -status)) }
        pending.slot = BusSlot(slot)
        let identifier = nextIdentifier()
        pendingCalls[identifier] = pending
        return identifier
    }

    private func cancel(_ identifier: UInt64) {
        guard let pending = pendingCalls[identifier] else { return }
        pending.finish(.failure(.cancelled(pending.label)))
    }
}
