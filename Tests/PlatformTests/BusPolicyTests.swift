import Foundation
import Platform
import TestSupport
import Testing

private let name = "org.aftercare.Aftercare1"
private let path = "/org/aftercare/Aftercare1"

/// The policy that ships, on a bus that by itself allows as little as the machine's own does (dbus-daemon(1)).
@Suite("The bus policy", .enabled(if: getuid() == 0, "other users can be tried out by root only"))
struct BusPolicyTests {
    // The groups need not exist here; some that exist everywhere stand for them.
    private static let group = "games"
    private static let consoleGroup = "news"
    private static let sessions = "org.aftercare.Service1"
    private static let sessionPath = "/org/aftercare/Service1"

    private func policedBus() throws -> PrivateBus {
        let policy = FileManager.default.contents(
            atPath: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "systemd/org.aftercare.Aftercare1.conf").path)
        let text = String(decoding: try #require(policy), as: UTF8.self)
        let start = try #require(text.range(of: "<busconfig>")).upperBound
        let end = try #require(text.range(of: "</busconfig>")).lowerBound
        return try PrivateBus(
            policy: """
                <policy context="default">
                  <allow user="*"/>
                  <deny own="*"/>
                  <deny send_type="method_call"/>
                  <allow send_type="signal"/>
                  <allow send_requested_reply="true" send_type="method_return"/>
                  <allow send_requested_reply="true" send_type="error"/>
                  <allow receive_type="method_call"/>
                  <allow receive_type="method_return"/>
                  <allow receive_type="error"/>
                  <allow receive_type="signal"/>
                  <allow send_destination="org.freedesktop.DBus"/>
                </policy>
                """
                    + text[start..<end].replacing("group=\"aftercare\"", with: "group=\"\(Self.group)\"")
                    .replacing("group=\"aftercare-console\"", with: "group=\"\(Self.consoleGroup)\""))
    }

    private func agent(on bus: PrivateBus) async throws -> BusConnection {
        let connection = try await BusConnection.open(bus.address)
        try await connection.serve(
            BusObject(
                path: path, interface: name,
                methods: [BusMethod("GetStatus", returns: [BusArgument("json", .string)]) { _ in [.string("{}")] }],
                properties: [BusProperty("State", .string("idle"))]))
        try await connection.serve(
            BusObject(
                path: Self.sessionPath, interface: Self.sessions,
                methods: [BusMethod("Begin", returns: [BusArgument("json", .string)]) { _ in [.string("{}")] }]))
        try await connection.own(name)
        return connection
    }

    @Test("Root and the group may call; everybody else may only look", arguments: ["root", "group", "nobody"])
    func calls(who: String) async throws {
        let bus = try policedBus()
        let connection = try await agent(on: bus)
        let user: [String] =
            switch who {
            case "root": []
            case "group": ["setpriv", "--reuid=nobody", "--regid=\(Self.group)", "--clear-groups"]
            default: ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            }
        let state = try await bus.busctl(["get-property", name, path, name, "State"], as: user)
        #expect(state.text == "s \"idle\"\n", "\(state.error)")
        let introspection = try await bus.busctl(["introspect", name, path], as: user)
        #expect(introspection.text.contains(".GetStatus"), "\(introspection.error)")
        let call = try await bus.busctl(["call", name, path, name, "GetStatus"], as: user)
        #expect((call.status == 0) == (who != "nobody"), "\(call.error)")
        if who == "nobody" { #expect(call.error.contains("Access denied")) }
        await connection.close()
    }

    @Test(
        "Sessions are opened by root and the console, which may do nothing else",
        arguments: ["root", "console", "group"])
    func sessions(who: String) async throws {
        let bus = try policedBus()
        let connection = try await agent(on: bus)
        let user: [String] =
            switch who {
            case "root": []
            case "console": ["setpriv", "--reuid=nobody", "--regid=\(Self.consoleGroup)", "--clear-groups"]
            default: ["setpriv", "--reuid=nobody", "--regid=\(Self.group)", "--clear-groups"]
            }
        let begin = try await bus.busctl(["call", name, Self.sessionPath, Self.sessions, "Begin"], as: user)
        #expect((begin.status == 0) == (who != "group"), "\(begin.error)")
        let status = try await bus.busctl(["call", name, path, name, "GetStatus"], as: user)
        #expect((status.status == 0) == (who != "console"), "\(status.error)")
        let state = try await bus.busctl(["get-property", name, path, name, "State"], as: user)
        #expect(state.text == "s \"idle\"\n", "\(state.error)")
        await connection.close()
    }

    @Test("Nobody but root may take the name", arguments: [group, "nogroup"])
    func ownership(group: String) async throws {
        let bus = try policedBus()
        let request = try await bus.busctl(
            [
                "call", "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", "su",
                name, "4",
            ], as: ["setpriv", "--reuid=nobody", "--regid=\(group)", "--clear-groups"])
        #expect(request.status != 0)
        #expect(request.error.contains("Access denied"))
    }
}
