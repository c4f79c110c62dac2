import CSystemd
import Glibc

/// Which signals to receive: all that agree in what is given.
package struct BusMatch: Sendable, Hashable {
    package let sender: String?
    package let path: String?
    package let interface: String?
    package let member: String?

    package init(sender: String? = nil, path: String? = nil, interface: String? = nil, member: String? = nil) {
        self.sender = sender
        self.path = path
        self.interface = interface
        self.member = member
    }

    /// The rule as the bus reads it (D-Bus Specification, "Match Rules").
    func rule() throws(BusError) -> String {
        var rule = "type='signal'"
        for (key, value, valid) in [
            ("sender", sender, sd_bus_service_name_is_valid), ("path", path, sd_bus_object_path_is_valid),
            ("interface", interface, sd_bus_interface_name_is_valid), ("member", member, sd_bus_member_name_is_valid),
        ] as [(String, String?, (UnsafePointer<CChar>?) -> CInt)] {
            guard let value else { continue }
            guard valid(value) > 0 else { throw .malformed("'\(value)'", reason: "it is no valid \(key)") }
            rule += ",\(key)='\(value)'"
        }
        return rule
    }
}

/// A signal that was received.
package struct BusSignal: Sendable, Hashable {
    package let sender: String
    package let path: String
    package let interface: String
    package let member: String
    package let arguments: [BusValue]
}

/// A wish for signals, kept over lost connections.
final class BusSubscription {
    let rule: String
    let continuation: AsyncStream<BusSignal>.Continuation
    var slot: BusSlot?

    init(rule: String, continuation: AsyncStream<BusSignal>.Continuation) {
        self.rule = rule
        self.continuation = continuation
    }
}

extension BusConnection {
    /// The signals that match, from now on.
    ///
    /// A reader that falls behind by more than 256 loses the oldest. The stream ends with the connection; one that
    /// is kept only pauses while it is lost.
    package func signals(_ match: BusMatch) throws(BusError) -> AsyncStream<BusSignal> {
        let (stream, continuation) = AsyncStream<BusSignal>.makeStream(bufferingPolicy: .bufferingNewest(256))
        let subscription = BusSubscription(rule: try match.rule(), continuation: continuation)
        let identifier = nextIdentifier()
        subscriptions[identifier] = subscription
        continuation.onTermination = { [weak self] _ in
            Task { await self?.unsubscribe(identifier) }
        }
        if isReady { install(subscription) }
        return stream
    }

    /// Asks the bus for the signals; what is called after it has answered comes after.
    func install(_ subscription: BusSubscription) {
        guard let bus else { return }
        var slot: OpaquePointer?
        let status = sd_bus_add_match_async(
            bus, &slot, subscription.rule,
            { message, context, _ in
                guard let message, let context else { return 0 }
                let subscription = Unmanaged<BusSubscription>.fromOpaque(context).takeUnretainedValue()
                let signal = BusMessage(message)
                // What nobody could have understood is not worth the connection.
                guard let arguments = try? signal.read() else { return 0 }
                subscription.continuation.yield(
                    BusSignal(
                        sender: signal.sender, path: signal.path, interface: signal.interface, member: signal.member,
                        arguments: arguments))
                return 0
            },
            { answer, context, _ in
                guard let answer, let context, sd_bus_message_get_error(answer) != nil else { return 0 }
                // The bus refused the rule: a stream that can bring nothing ends.
                Unmanaged<BusSubscription>.fromOpaque(context).takeUnretainedValue().continuation.finish()
                return 0
            }, Unmanaged.passUnretained(subscription).toOpaque())
        guard status >= 0 else { return subscription.continuation.finish() }
        subscription.slot = BusSlot(slot)
    }

    private func unsubscribe(_ identifier: UInt64) { subscriptions[identifier] = nil }
}
