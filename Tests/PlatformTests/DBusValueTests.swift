import Foundation
import Platform
import TestSupport
import Testing
import Vocabulary

@Suite("Values on the bus")
struct DBusValueTests {
    @Test(
        "A signature reads and writes the same",
        arguments: ["", "s", "a(ssssuu)", "a{sv}", "a{oa{sa{sv}}}", "(yb(nq)aai)xtdgh", "aay", "(a(a(s)))"])
    func signatures(text: String) throws {
        #expect(try BusType.list(text).signature == text)
    }

    @Test(
        "A signature that is none is refused",
        arguments: [
            "a", "(", ")", "()", "a{s}", "a{vs}", "a{(s)s}", "{sv}", "z", "s)", "a{sss}", "(s", "ä",
            String(repeating: "a", count: 80) + "s", String(repeating: "s", count: 256),
        ])
    func badSignatures(text: String) {
        #expect(throws: BusError.self) { try BusType.list(text) }
    }

    static let values: [BusValue] = [
        .byte(0), .byte(255), .boolean(true), .boolean(false), .int16(.min), .uint16(.max), .int32(.min), .uint32(.max),
        .int64(.min), .uint64(.max), .double(-0.1), .string(""), .string("Käse \u{1F9C0}"), .path("/"), .path("/a/b_1"),
        .signature("a{sv}"), .variant(.variant(.uint32(1))), .bytes([]), .bytes([0, 1, 255]), .strings([]),
        .strings(["a", ""]), .array([], of: .structure([.string, .array(.byte)])),
        .array([.structure([.string("x"), .bytes([1])])], of: .structure([.string, .array(.byte)])),
        .array([.bytes([1]), .bytes([])], of: .array(.byte)), .properties([:]),
        .properties(["a": .properties(["b": .bytes([9])]), "c": .uint32(3)]),
        .dictionary([BusPair(.uint32(1), .strings(["z"]))], key: .uint32, value: .array(.string)),
        .structure([.structure([.byte(1)]), .properties([:])]),
    ]

    @Test("Every kind of value comes back from the bus as it was sent")
    func roundTrip() async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        try await connection.serve(echo)
        try await connection.own("org.aftercare.Echo")
        for value in Self.values {
            #expect(try await connection.call("Echo", on: echoEndpoint, [.variant(value)]) == [.variant(value)])
        }
        await connection.close()
    }

    @Test(
        "busctl sends what we read, and reads what we send",
        arguments: [
            (["a{sv}", "1", "k", "(yas)", "7", "2", "a", "b"], "v a{sv} 1 \"k\" (yas) 7 2 \"a\" \"b\""),
            (["ay", "2", "1", "2"], "v ay 2 1 2"), (["x", "-9"], "v x -9"), (["d", "1.5"], "v d 1.5"),
            (["o", "/a"], "v o \"/a\""), (["a(su)", "0"], "v a(su) 0"),
        ])
    func oracle(arguments: [String], answer: String) async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        try await connection.serve(echo)
        try await connection.own("org.aftercare.Echo")
        let command =
            ["call", "--", "org.aftercare.Echo", "/echo", "org.aftercare.Echo", "Echo", "v"] + arguments
        let result = try await bus.busctl(command)
        #expect(result.text == answer + "\n", "\(result.error)")
        await connection.close()
    }

    @Test("A file descriptor arrives as one of the receiver's own, on the same file")
    func descriptors() async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        try await connection.serve(echo)
        try await connection.own("org.aftercare.Echo")
        let pipe = Pipe()
        let copy = dup(pipe.fileHandleForWriting.fileDescriptor)
        let answer = try await connection.call(
            "Echo", on: echoEndpoint, [.variant(.descriptor(BusDescriptor(owning: copy)))])
        let received = try #require(answer.first.flatMap { BusDescriptor.read($0) })
        #expect(received.number != copy)
        #expect(write(received.number, "x", 1) == 1)
        #expect(pipe.fileHandleForReading.availableData == Data("x".utf8))
        await connection.close()
    }

    @Test(
        "A value that its type does not allow never leaves",
        arguments: [
            .string("a\0b"), .path("no/path"), .path(""), .signature("("), .array([.uint32(1)], of: .string),
            .structure([]), .dictionary([BusPair(.string("a"), .byte(1))], key: .string, value: .variant),
        ] as [BusValue])
    func badValues(value: BusValue) async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        let nobody = BusEndpoint("org.freedesktop.DBus", path: "/", interface: "org.freedesktop.DBus")
        let error = await #expect(throws: BusError.self) { try await connection.call("GetId", on: nobody, [value]) }
        #expect(error?.code.rawValue == 1034 || error?.code.rawValue == 1036)
        await connection.close()
    }

    @Test("A number reads as any width that holds it, and as no other")
    func numbers() throws {
        #expect(try [BusValue.byte(7)].read(0, as: Int.self) == 7)
        #expect(try [BusValue.variant(.int64(7))].read(0, as: UInt32.self) == 7)
        #expect(throws: BusError.self) { try [BusValue.int64(-1)].read(0, as: UInt32.self) }
        #expect(throws: BusError.self) { try [BusValue.string("7")].read(0, as: Int.self) }
        #expect(throws: BusError.self) { try [BusValue]().read(0, as: Int.self) }
    }

    @Test("Arrays and dictionaries read as Swift's own")
    func collections() throws {
        #expect(try [BusValue.bytes([1, 2])].read(0, as: [UInt8].self) == [1, 2])
        #expect(try [BusValue.strings(["a"])].read(0, as: [String].self) == ["a"])
        let properties = BusValue.properties(["a": .byte(1), "b": .uint32(2)])
        #expect(try [properties].read(0, as: [String: Int].self) == ["a": 1, "b": 2])
        #expect(throws: BusError.self) { try [properties].read(0, as: [String: String].self) }
    }
}

private let echoEndpoint = BusEndpoint("org.aftercare.Echo", path: "/echo", interface: "org.aftercare.Echo")
private let echo = BusObject(
    path: "/echo", interface: "org.aftercare.Echo",
    methods: [
        BusMethod("Echo", [BusArgument("value", .variant)], returns: [BusArgument("value", .variant)]) { $0.arguments }
    ])
