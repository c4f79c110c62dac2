import CSystemd
import Glibc

struct BusObjectKey: Hashable {
    let path: String
    let interface: String
}

/// An object as it is served: its current property values, and the table that sd-bus reads it by.
final class ServedObject {
    let object: BusObject
    let table: BusTable
    var slot: BusSlot?
    private unowned let connection: BusConnection
    private var values: [String: BusValue]

    var key: BusObjectKey { BusObjectKey(path: object.path, interface: object.interface) }

    init(_ object: BusObject, connection: BusConnection) throws(BusError) {
        guard sd_bus_object_path_is_valid(object.path) > 0 else {
            throw .malformed("'\(object.path)'", reason: "it is no object path")
        }
        guard sd_bus_interface_name_is_valid(object.interface) > 0 else {
            throw .malformed("'\(object.interface)'", reason: "it is no interface name")
        }
        let members = object.methods.map(\.name) + object.properties.map(\.name) + object.signals.map(\.name)
        for member in members where sd_bus_member_name_is_valid(member) <= 0 {
            throw .malformed("'\(member)'", reason: "it is no member name")
        }
        guard Set(members).count == members.count else {
            throw .malformed("'\(object.interface)'", reason: "it declares a member twice")
        }
        self.object = object
        self.connection = connection
        values = Dictionary(uniqueKeysWithValues: object.properties.map { ($0.name, $0.value) })
        table = BusTable(object)
    }

    /// Takes over new property values, all or none; gives the names of those to tell about.
    func update(_ new: [String: BusValue]) throws(BusError) -> [String] {
        var changed: [String] = []
        for (name, value) in new.sorted(by: { $0.key < $1.key }) {
            guard let property = object.properties.first(where: { $0.name == name }), let old = values[name] else {
                throw .malformed("property '\(name)'", reason: "'\(object.interface)' does not declare it")
            }
            guard value.type == property.value.type, property.changes != .constant || value == old else {
                throw .malformed(
                    "property '\(name)'", reason: "it cannot become a value of type '\(value.type)' any more")
            }
            if value != old, property.changes != .silent { changed.append(name) }
        }
        values.merge(new) { $1 }
        return changed
    }

    static func check(_ values: [BusValue], _ declared: [BusArgument], _ subject: String) throws(BusError) {
        let (found, expected) = (values.map(\.type).signature, declared.map(\.type).signature)
        guard found == expected else {
            throw .malformed(subject, reason: "the types are '\(found)', '\(expected)' expected")
        }
    }

    /// Called by sd-bus for a call whose arguments have the declared types.
    fileprivate func received(_ message: OpaquePointer) -> CInt {
        let message = BusMessage(message)
        guard let method = object.methods.first(where: { $0.name == message.member }) else { return 0 }
        let connection = connection
        // The message stays on this connection, whose thread this call is on.
        nonisolated(unsafe) let received = message
        connection.assumeIsolated { $0.received(received, for: method) }
        return 1
    }

    /// Called by sd-bus for a property's value.
    fileprivate func value(of property: String, into reply: OpaquePointer) -> CInt {
        guard let value = values[property] else { return -ENOENT }
        do throws(BusError) {
            try BusMessage(reply).append([value])
            return 1
        } catch {
            return -EINVAL
        }
    }
}

/// The table of an interface as sd-bus wants it, with the memory behind it.
final class BusTable {
    let entries: UnsafeMutablePointer<sd_bus_vtable>
    private var texts: [UnsafeMutablePointer<CChar>] = []

    fileprivate init(_ object: BusObject) {
        let count = object.methods.count + object.properties.count + object.signals.count + 2
        guard let entries = ac_bus_vtable_new(count) else { preconditionFailure("no memory for an interface") }
        self.entries = entries
        ac_bus_vtable_start(entries)
        var index = 1
        for method in object.methods {
            ac_bus_vtable_method(
                entries, index, text(method.name), text(method.arguments.map(\.type).signature),
                text(method.results.map(\.type).signature), names(method.arguments + method.results)
            ) { message, context, _ in
                guard let message, let context else { return -EINVAL }
                return Unmanaged<ServedObject>.fromOpaque(context).takeUnretainedValue().received(message)
            }
            index += 1
        }
        for property in object.properties {
            ac_bus_vtable_property(
                entries, index, text(property.name), text(property.value.type.description),
                { _, _, _, name, reply, context, _ in
                    guard let name, let reply, let context else { return -EINVAL }
                    return Unmanaged<ServedObject>.fromOpaque(context).takeUnretainedValue()
                        .value(of: String(cString: name), into: reply)
                }, property.changes.rawValue)
            index += 1
        }
        for signal in object.signals {
            ac_bus_vtable_signal(
                entries, index, text(signal.name), text(signal.arguments.map(\.type).signature),
                names(signal.arguments))
            index += 1
        }
        ac_bus_vtable_end(entries, index)
    }

    deinit {
        free(entries)
        for text in texts { text.deallocate() }
    }

    /// Every name with its NUL, and one NUL more.
    private func names(_ arguments: [BusArgument]) -> UnsafeMutablePointer<CChar> {
        text(arguments.map { "\($0.name)\0" }.joined())
    }

    private func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = text.utf8
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
        for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
        copy[bytes.count] = 0
        texts.append(copy)
        return copy
    }
}
