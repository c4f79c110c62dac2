import Foundation
import Glibc
import Platform
import SystemPackage
import TestSupport
import Testing
import Transfers

@Suite("ZMODEM, with lrzsz at the other end")
struct ZMODEMTests {
    private let folder: TemporaryFolder
    private let content: [UInt8]
    private let file: FilePath

    init() throws {
        folder = try TemporaryFolder()
        var dice = Dice(seed: 23)
        content = (0..<200_000).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        file = try folder.write("away/release.aftercare", content)
    }

    private var spool: FilePath { folder.file("spool") }

    /// Runs `sz` or `rz` at the tool's end of a cable, as a terminal program does.
    private func program(_ arguments: [String], on cable: PacedCable, in folder: FilePath = "/tmp") throws -> Process {
        let line = try FileDescriptor.open(cable.tool, .readWrite, options: [.noFollow])
        defer { try? line.close() }
        let copies = [try line.duplicate(), try line.duplicate()]
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.string)
        process.standardInput = FileHandle(fileDescriptor: copies[0].rawValue, closeOnDealloc: true)
        process.standardOutput = FileHandle(fileDescriptor: copies[1].rawValue, closeOnDealloc: true)
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Both programs forget what came before they were ready, and then wait for seconds until they try again.
    private func receiver(silence: Duration = .seconds(60)) -> ZMODEMReceiver {
        var receiver = ZMODEMReceiver(spool: spool, storage: Storage())
        receiver.silence = silence
        return receiver
    }

    private func failure(of body: () async throws -> Void) async -> TransferError? {
        do {
            try await body()
            return nil
        } catch { return error as? TransferError }
    }

    @Test("A file that sz sends arrives whole, under its own name and nowhere else")
    func receive() async throws {
        let cable = try PacedCable(baud: 921_600)
        let port = try SerialPort(cable.device)
        let sz = try program(["sz", "-q", "-b", file.string], on: cable)
        let path = try await receiver().receive(over: port, limit: 1 << 20)
        sz.waitUntilExit()
        #expect(sz.terminationStatus == 0)
        #expect(path == spool.appending("release.aftercare"))
        #expect(try Storage().read(path, limit: 1 << 20) == content)
    }

    @Test("What a broken transfer left does not stand in the way of the next")
    func leftover() async throws {
        let storage = Storage()
        try storage.createFolder(spool)
        try storage.replace(spool.appending("release.aftercare"), with: Array(content[..<150_000]))
        let cable = try PacedCable(baud: 921_600)
        let port = try SerialPort(cable.device)
        let sz = try program(["sz", "-q", "-b", file.string], on: cable)
        let path = try await receiver().receive(over: port, limit: 1 << 20)
        sz.waitUntilExit()
        #expect(try storage.read(path, limit: 1 << 20) == content)
    }

    @Test("A name that leads out of the spool folder is refused")
    func escape() async throws {
        let cable = try PacedCable(baud: 921_600)
        let port = try SerialPort(cable.device)
        let sz = try program(["sz", "-q", "-b", "-f", "../away/release.aftercare"], on: cable, in: try inner())
        let error = await failure { _ = try await receiver().receive(over: port, limit: 1 << 20) }
        sz.waitUntilExit()
        #expect(error != nil)
        #expect(try Storage().names(in: spool) == [])
        #expect(try folder.read("away/release.aftercare") == content)
    }

    private func inner() throws -> FilePath {
        let inner = folder.file("inner")
        try Storage().createFolder(inner)
        return inner
    }

    @Test("A file larger than it may be is refused, and the line can be used afterwards")
    func tooLarge() async throws {
        let cable = try PacedCable(baud: 921_600)
        let port = try SerialPort(cable.device)
        let sz = try program(["sz", "-q", "-b", file.string], on: cable)
        let error = await failure { _ = try await receiver().receive(over: port, limit: 50_000) }
        sz.waitUntilExit()
        #expect(error == .tooLarge("file", bytes: 50_001, limit: 50_000))
        #expect(sz.terminationStatus != 0)
        #expect(try port.read(100, within: .milliseconds(300)) == [])
        try receiver().clear()
        #expect(try Storage().names(in: spool) == [])
    }

    @Test("A sender that stops is given up; what came is kept until it is cleared")
    func stopped() async throws {
        let cable = try PacedCable(baud: 115_200)
        let port = try SerialPort(cable.device)
        let sz = try program(["sz", "-q", "-b", file.string], on: cable)
        let number = sz.processIdentifier
        // SIGTERM would let it say good-bye.
        cable.whenDeviceGot(30_000) { kill(number, SIGKILL) }
        let error = await failure { _ = try await receiver(silence: .seconds(3)).receive(over: port, limit: 1 << 20) }
        #expect(error == .lost(seconds: 3))
        #expect(cable.bytesToDevice < content.count)
        #expect(try Storage().names(in: spool) == ["release.aftercare"])
    }

    @Test("Nobody who sends is given up, and no file is said to have come")
    func nobody() async throws {
        let cable = try PacedCable()
        let port = try SerialPort(cable.device)
        let error = await failure { _ = try await receiver(silence: .seconds(3)).receive(over: port, limit: 1 << 20) }
        #expect(error == .lost(seconds: 3))
    }

    @Test("A file of the device arrives at rz whole")
    func send() async throws {
        let cable = try PacedCable(baud: 921_600)
        let port = try SerialPort(cable.device)
        let target = folder.file("got")
        try Storage().createFolder(target)
        let rz = try program(["rz", "-q", "-b"], on: cable, in: target)
        try await ZMODEMSender().send(file, over: port)
        rz.waitUntilExit()
        #expect(rz.terminationStatus == 0)
        #expect(try folder.read("got/release.aftercare") == content)
    }
}
