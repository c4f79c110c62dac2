import Glibc
import Platform
import TestSupport
import Testing
import Vocabulary

private let path = "/org/aftercare/Test"
private let interface = "org.aftercare.Test"
private let service = "org.aftercare.Test"
private let endpoint = BusEndpoint(service, path: path, interface: interface)

private enum Refusal: Fault, Equatable {
    case wrongProduct

    var code: FaultCode { FaultCode(2104) }
    var kind: FaultKind { .refused }
    var description: String { "bundle is for 'pump', this is 'lamp'" }
    var advice: String { "Take the bundle for this product." }
}

private func testObject(gate: AsyncStream<Void>? = nil) -> BusObject {
    BusObject(
        path: path, interface: interface,
        methods: [
            BusMethod(
                "Join", [BusArgument("words", .array(.string)), BusArgument("times", .uint32)],
                returns: [BusArgument("text", .string)]
            ) { (call) throws(BusFault) in
                do throws(BusError) {
                    let words: [String] = try call.arguments.read(0)
                    let times: Int = try call.arguments.read(1)
                    return [.string(String(repeating: words.joined(separator: "-"), count: times))]
                } catch {
                    throw .invalidArguments(error.description)
                }
            },
            BusMethod("Echo", [BusArgument("value", .variant)], returns: [BusArgument("value", .variant)]) {
                $0.arguments
            },
            BusMethod("Refuse") { (_) throws(BusFault) in throw BusFault(Refusal.wrongProduct) },
            BusMethod("Lie", returns: [BusArgument("number", .uint32)]) { _ in [.string("no number")] },
            BusMethod("Wait", returns: [BusArgument("done", .boolean)]) { _ in
                if let gate { for await _ in gate { break } }
                return [.boolean(true)]
            },
            BusMethod("Who", returns: [BusArgument("user", .uint32), BusArgument("process", .uint32)]) {
                (call) throws(BusFault) in
                do throws(BusError) {
                    let caller = try await call.credentials()
                    return [.uint32(caller.user), .uint32(caller.process ?? 0)]
                } catch {
                    throw BusFault(error)
                }
            },
        ],
        properties: [
            BusProperty("State", .string("idle")),
            BusProperty("Progress", .structure([.uint64(0), .double(0)]), changes: .invalidated),
            BusProperty("Version", .string("1.0"), changes: .constant),
        ],
        signals: [BusSignature("Finished", [BusArgument("release", .string), BusArgument("fault", .uint32)])])
}

private func served(on bus: PrivateBus, gate: AsyncStream<Void>? = nil) async throws -> BusConnection {
    let connection = try await BusConnection.open(bus.address)
    try await connection.serve(testObject(gate: gate))
    try await connection.own(service)
    return connection
}

@Suite("Serving on the bus")
struct DBusServingTests {
    @Test("busctl reads the interface as it was declared, with the names of arguments")
    func introspection() async throws {
        let bus = try PrivateBus()
        let connection = try await served(on: bus)
        let table = try await bus.busctl("introspect", service, path, interface)
        #expect(table.status == 0, "\(table.error)")
        let lines = Set(table.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") })
        for line in [
            ".Join method asu s -", ".Echo method v v -", ".Refuse method - - -", ".Wait method - b -",
            ".State property s \"idle\" emits-change", ".Progress property (td) - emits-invalidation",
            ".Version property s \"1.0\" const", ".Finished signal su - -",
        ] {
            #expect(lines.contains(line), "\(line) is not in \(lines)")
        }
        let document = try await bus.busctl("introspect", "--xml-interface", service, path)
        for line in [
            #"<arg type="as" name="words" direction="in"/>"#, #"<arg type="u" name="times" direction="in"/>"#,
            #"<arg type="s" name="text" direction="out"/>"#, #"<arg type="s" name="release"/>"#,
        ] {
            #expect(document.text.contains(line), "\(line) is not in \(document.text)")
        }
        await connection.close()
    }

    @Test("busctl calls a method and reads its result")
    func call() async throws {
        let bus = try PrivateBus()
        let connection = try await served(on: bus)
        let result = try await bus.busctl("call", service, path, interface, "Join", "asu", "2", "a", "b", "3")
        #expect(result.text == "s \"a-ba-ba-b\"\n", "\(result.error)")
        await connection.close()
    }

    @Test("A call with other types than declared never reaches its handler")
    func wrongTypes() async throws {
        let bus = try PrivateBus()
        let connection = try await served(on: bus)
        let result = try await bus.busctl("call", service, path, interface, "Join", "s", "a")
        #expect(result.status != 0)
        #expect(result.error.contains("Invalid arguments"))
        await connection.close()
    }

    @Test("A fault arrives with its number, kind and advice, and busctl shows its message")
    func fault() async throws {
        let bus = try PrivateBus()
        let connection = try await served(on: bus)
        let client = try await BusConnection.open(bus.address)
        let error = await #expect(throws: BusError.self) { try await client.call("Refuse", on: endpoint) }
        #expect(error?.code == FaultCode(2104))
        #expect(error?.kind == .refused)
        #expect(error?.description == Refusal.wrongProduct.description)
        #expect(error?.advice == Refusal.wrongProduct.advice)
        let result = try await bus.busctl("call", service, path, interface, "Refuse")
        #expect(result.error.contains("bundle is for 'pump', this is 'lamp'"))
        await client.close()
        await connection.close()
    }

    @Test("A handler whose results are not of the declared types is an error to the caller, not a lie")
    func lie() async throws {
        let bus = try PrivateBus()
        let connection = try await served(on: bus)
        let error = await #expect(throws: BusError.self) { try await connection.call("Lie", on: endpoint) }
        #expect(error?.code == FaultCode(1034))
        await connection.close()
    }

    @Test("While one call waits, others are answered")
    func concurrency() async throws {
        let bus = try PrivateBus()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let connection = try await served(on: bus, gate: gate)
        async let waiting = connection.call("Wait", on: endpoint, timeout: nil)
        let answer: String = try await connection.call("Join", on: endpoint, [.strings(["x"]), .uint32(1)]).read(0)
        #expect(answer == "x")
        opener.yield()
        #expect(try await waiting == [.boolean(true)])
        await connection.close()
    }

    @Test("A flood of calls is refused beyond the limit, and what runs is answered")
    func flood() async throws {
        let bus = try PrivateBus()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let connection = try await served(on: bus, gate: gate)
        let client = try await BusConnection.open(bus.address)
        await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<80 {
                group.addTask {
                    do throws(BusError) {
                        return try await client.call("Wait", on: endpoint, timeout: nil).read(0)
                    } catch {
                        return error.description.contains("LimitsExceeded") ? nil : false
                    }
                }
            }
            var refused = 0
            for await answer in group {
                #expect(answer != false)
                if answer == nil { refused += 1 }
                if refused == 16 { opener.finish() }
            }
            #expect(refused == 16)
        }
        await client.close()
        await connection.close()
    }

    @Test("A handler learns who calls from the bus")
    func caller() async throws {
        let bus = try PrivateBus()
        let connection = try await served(on: bus)
        let result = try await connection.call("Who", on: endpoint)
        #expect(result == [.uint32(getuid()), .uint32(UInt32(getpid()))])
        await connection.close()
    }

    @Test("A published value is told once, read back by busctl, and not told again when it stays the same")
    func publish() async throws {
        let bus = try PrivateBus()
        let connection = try await served(on: bus)
        let client = try await BusConnection.open(bus.address)
        let changes = try await client.signals(
            BusMatch(sender: service, path: path, interface: "org.freedesktop.DBus.Properties"))
        _ = try await client.owner(of: service)
        try await connection.publish(["State": .string("installing")], of: interface, at: path)
        try await connection.publish(["State": .string("installing")], of: interface, at: path)
        try await connection.publish(
            ["State": .string("installed"), "Progress": .structure([.uint64(7), .double(0.5)])], of: interface, at: path
        )
        var seen: [[BusValue]] = []
        for await change in changes {
            seen.append(change.arguments)
            if seen.count == 2 { break }
        }
        #expect(seen[0] == [.string(interface), .properties(["State": .string("installing")]), .strings([])])
        #expect(seen[1] == [.string(interface), .properties(["State": .string("installed")]), .strings(["Progress"])])
        let state = try await bus.busctl("get-property", service, path, interface, "State", "Progress")
        #expect(state.text == "s \"installed\"\n(td) 7 0.5\n", "\(state.error)")
        await client.close()
        await connection.close()
    }

    @Test("A value of another type, of an unknown property or of a constant one is refused and changes nothing")
    func wrongValues() async throws {
        let bus = try PrivateBus()
        let connection = try await served(on: bus)
        for values in [["State": BusValue.uint32(1)], ["Nonsense": .string("x")], ["Version": .string("2.0")]] {
            let error = await #expect(throws: BusError.self) {
                try await connection.publish(values, of: interface, at: path)
            }
            #expect(error?.code == FaultCode(1034))
        }
        #expect(try await connection.property("Version", of: endpoint) == .string("1.0"))
        await connection.close()
    }

    @Test("A signal arrives with its arguments; one that is not declared so is refused")
    func signal() async throws {
        let bus = try PrivateBus()
        let connection = try await served(on: bus)
        let client = try await BusConnection.open(bus.address)
        let signals = try await client.signals(BusMatch(sender: service, interface: interface, member: "Finished"))
        _ = try await client.owner(of: service)
        await #expect(throws: BusError.self) {
            try await connection.emit("Finished", [.string("1.1")], of: interface, at: path)
        }
        try await connection.emit("Finished", [.string("1.1"), .uint32(0)], of: interface, at: path)
        let first = await signals.first { _ in true }
        #expect(first?.arguments == [.string("1.1"), .uint32(0)])
        #expect(first?.path == path)
        await client.close()
        await connection.close()
    }

    @Test(
        "A declaration that the bus could not show is refused",
        arguments: [
            BusObject(path: "no/path", interface: interface),
            BusObject(path: path, interface: "no interface"),
            BusObject(path: path, interface: interface, signals: [BusSignature("No Name")]),
            BusObject(path: path, interface: interface, signals: [BusSignature("A"), BusSignature("A")]),
        ])
    func declaration(object: BusObject) async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        let error = await #expect(throws: BusError.self) { try await connection.serve(object) }
        #expect(error?.code == FaultCode(1034))
        await connection.close()
    }
}
