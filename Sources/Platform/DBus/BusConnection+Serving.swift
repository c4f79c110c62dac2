import CSystemd
import Glibc
import SystemPackage
import Vocabulary

extension BusConnection {
    // More than that at once is a flood, and each waits for the agent anyway.
    private static let runningCallLimit = 64

    /// Serves `object` from now on, also after a lost connection came back.
    package func serve(_ object: BusObject) throws(BusError) {
        let served = try ServedObject(object, connection: self)
        guard objects[served.key] == nil else {
            throw .cannot("serve", "\(object.path) \(object.interface)", .fileExists)
        }
        objects[served.key] = served
        guard isReady else { return }
        let status = register(served)
        guard status >= 0 else {
            objects[served.key] = nil
            throw .cannot("serve", "\(object.path) \(object.interface)", Errno(rawValue: -status))
        }
    }

    package func withdraw(_ interface: String, at path: String) {
        objects[BusObjectKey(path: path, interface: interface)] = nil
    }

    /// Gives properties of a served object new values; what really changed is told as the properties declare.
    package func publish(
        _ values: [String: BusValue], of interface: String, at path: String
    ) throws(BusError) {
        let served = try served(interface, at: path)
        let changed = try served.update(values)
        guard let bus, isReady, !changed.isEmpty else { return }
        var names: [UnsafeMutablePointer<CChar>?] = changed.map { strdup($0) } + [nil]
        defer { for name in names { free(name) } }
        let status = sd_bus_emit_properties_changed_strv(bus, path, interface, &names)
        guard status >= 0 else { throw .cannot("tell of changes at", path, Errno(rawValue: -status)) }
    }

    /// Emits a signal that a served object declares; without a connection nobody hears it.
    package func emit(
        _ signal: String, _ arguments: [BusValue] = [], of interface: String, at path: String
    ) throws(BusError) {
        let served = try served(interface, at: path)
        guard let declared = served.object.signals.first(where: { $0.name == signal }) else {
            throw .malformed("signal '\(signal)'", reason: "'\(interface)' does not declare it")
        }
        try ServedObject.check(arguments, declared.arguments, "signal '\(signal)'")
        guard let bus, isReady else { return }
        var pointer: OpaquePointer?
        var status = sd_bus_message_new_signal(bus, &pointer, path, interface, signal)
        guard status >= 0, let pointer else { throw .cannot("emit", signal, Errno(rawValue: -status)) }
        let message = BusMessage(owning: pointer)
        try message.append(arguments)
        status = sd_bus_send(bus, message.pointer, nil)
        guard status >= 0 else { throw .cannot("emit", signal, Errno(rawValue: -status)) }
    }

    private func served(_ interface: String, at path: String) throws(BusError) -> ServedObject {
        guard let served = objects[BusObjectKey(path: path, interface: interface)] else {
            throw .malformed("'\(interface)' at '\(path)'", reason: "it is not served")
        }
        return served
    }

    @discardableResult
    func register(_ served: ServedObject) -> CInt {
        guard let bus else { return -ENOTCONN }
        var slot: OpaquePointer?
        let status = sd_bus_add_object_vtable(
            bus, &slot, served.object.path, served.object.interface, served.table.entries,
            Unmanaged.passUnretained(served).toOpaque())
        served.slot = BusSlot(slot)
        return status
    }

    /// Starts the handler of a call that came in; its answer is sent when there is one.
    func received(_ message: BusMessage, for method: BusMethod) {
        let arguments: [BusValue]
        do throws(BusError) {
            arguments = try message.read()
        } catch {
            return reply(to: message, .failure(.invalidArguments(error.description)), method)
        }
        guard runningCalls.count < Self.runningCallLimit else {
            let limit = BusFault(
                name: "org.freedesktop.DBus.Error.LimitsExceeded",
                message: "\(Self.runningCallLimit) calls are running already", kind: .inUse,
                advice: "Try again when they are done.")
            return reply(to: message, .failure(limit), method)
        }
        let call = BusCall(sender: message.sender, method: method.name, arguments: arguments, connection: self)
        let identifier = nextIdentifier()
        runningCalls[identifier] = Task {
            let result = await Self.run(method, call)
            // A call that was cancelled with its connection has nobody to answer to.
            guard runningCalls.removeValue(forKey: identifier) != nil else { return }
            reply(to: message, result, method)
        }
    }

    private nonisolated static func run(_ method: BusMethod, _ call: BusCall) async -> Result<[BusValue], BusFault> {
        do throws(BusFault) {
            return .success(try await method.handler(call))
        } catch {
            return .failure(error)
        }
    }

    private func reply(to call: BusMessage, _ result: Result<[BusValue], BusFault>, _ method: BusMethod) {
        guard call.wantsReply else { return }
        switch result {
        case .success(let values):
            do throws(BusError) {
                try ServedObject.check(values, method.results, "the results of '\(method.name)'")
                var pointer: OpaquePointer?
                let status = sd_bus_message_new_method_return(call.pointer, &pointer)
                guard status >= 0, let pointer else { throw .cannot("answer", method.name, Errno(rawValue: -status)) }
                let answer = BusMessage(owning: pointer)
                try answer.append(values)
                sd_bus_send(bus, answer.pointer, nil)
            } catch {
                refuse(call, BusFault(error))
            }
        case .failure(let fault): refuse(call, fault)
        }
    }

    private func refuse(_ call: BusMessage, _ fault: BusFault) {
        var pointer: OpaquePointer?
        let status = fault.name.withCString { name in
            fault.message.withCString { message in
                var error = sd_bus_error(name: name, message: message, _need_free: 0)
                return sd_bus_message_new_method_error(call.pointer, &pointer, &error)
            }
        }
        guard status >= 0, let pointer else {
            // The name or the text is none that the bus takes; the caller must hear something all the same.
            sd_bus_reply_method_errno(call.pointer, EIO, nil)
            return
        }
        let answer = BusMessage(owning: pointer)
        if fault.code != nil { try? answer.append([.string(fault.kind.rawValue), .string(fault.advice)]) }
        sd_bus_send(bus, answer.pointer, nil)
    }
}
