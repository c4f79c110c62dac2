import Documents
import Foundation
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// A virtual device to which something happens, and what has to hold all the same.
struct FaultyDevice: Sendable {
    let device: Device
    private let receiver: TelemetryReceiver
    private let running: [UInt8]

    /// Makes a device that sends heartbeats, has `before` change it while it is off, switches it on, and cuts its power at the end.
    ///
    /// Its agent has to feed its watchdog every two seconds; `options` are those of `device boot`.
    static func on(
        options: [String] = [], image: FilePath? = nil, receiving mode: String = "ok",
        before: (Device) async throws -> Void = { _ in }, _ body: (FaultyDevice) async throws -> Void
    ) async throws {
        let receiver = try await TelemetryReceiver.start()
        let device = try await Device(heartbeat: "\(receiver.address)/\(mode)", image: image)
        do {
            try await before(device)
            let faulty = FaultyDevice(
                device: device, receiver: receiver, running: try device.slots()[0])
            try await faulty.boot(options)
            try await body(faulty)
            try await device.cut()
        } catch {
            try? await device.cut()
            throw error
        }
    }

    func boot(_ options: [String] = []) async throws {
        let isWatched = options.contains("--watchdog")
        try await device.boot(options + (isWatched ? [] : ["--watchdog", "\(Self.watchdogSeconds)"]))
    }

    /// The shortest that a debug build keeps on a machine that has much else to do.
    static let watchdogSeconds = 8

    /// What holds always: the agent answers, a heartbeat leaves, the ledger is whole, the slot set A is as it was, and no watchdog bit.
    ///
    /// A fault that lasts may concern `heartbeats`: what cannot be queued is counted then, and does not leave.
    func keepsItsPromises(
        _ fault: WorldFault, killed count: Int = 0, heartbeats: Bool = true
    ) async throws {
        let note = Comment(rawValue: fault.rawValue)
        try await device.whenServed { try await device.aftercare(["status", "--json"]) }
        if heartbeats { try await sendsHeartbeat(note) }
        #expect(try await device.json(["ledger", "verify"])["intact"] == true, note)
        #expect(try device.slots()[0] == running, note)
        let bites = device.lines.lines(from: 0).filter { $0.contains("did not feed its watchdog") }.count
        #expect(bites == count, note)
    }

    /// A heartbeat that is asked for now arrives.
    private func sendsHeartbeat(_ note: Comment) async throws {
        let before = try receiver.received().count
        try await device.whenServed { try await device.aftercare(["heartbeat", "send"]) }
        while try receiver.received().count <= before { await receiver.awaitRequest() }
    }

    /// A release is installed, proves itself and is committed.
    func updates(_ note: Comment) async throws {
        let start = device.lines.count
        let result = try await install()
        #expect(result.status == 0, "\(note): \(result.error)")
        let status = try await device.conclusion(from: start)
        #expect(status["last"]?["outcome"] == "committed", "\(note): \(status["last"] ?? .null)")
        #expect(status["version"] == "1.1.0", note)
    }

    @discardableResult
    func install(_ options: [String] = []) async throws -> Tool.Result {
        try await device.aftercare(["install"] + options + [try await device.product.bundle("1.1.0").string])
    }

    /// Puts what a shell script does with its arguments before the agent; gives the option of `device boot` for it.
    static func agent(_ device: Device, through script: String) throws -> [String] {
        let wrapper = device.path("agent")
        let text = "#!/bin/sh\nset -eu\n\(script) \(try Programs.path("aftercare")) \"$@\"\n"
        try Storage().replace(wrapper, with: Array(text.utf8), mode: 0o755)
        return ["--agent", wrapper.string]
    }
}
