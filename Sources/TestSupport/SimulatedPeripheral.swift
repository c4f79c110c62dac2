package import Documents
import Foundation
import Platform
import Synchronization
package import SystemPackage

/// A microcontroller with MCUboot behind a pseudo-terminal, made of other people's framing and messages.
///
/// It is `Tests/Peers/smp_device.py`. Its flash outlives its restarts, and its cable can be pulled; it ends with its
/// owner.
package final class SimulatedPeripheral: Sendable {
    /// A symbolic link, gone while the cable is pulled.
    package let path: FilePath
    private let folder: TemporaryFolder
    private let commands: FileHandle
    private let answers: FileHandle
    private let turn = Mutex(())

    /// `images` are those in each image's slots, the first of which runs; `faults` is what the program's comment lists.
    package static func start(
        images: [Int: [[UInt8]]], faults: JSON = [:]
    ) async throws -> SimulatedPeripheral {
        try await BlockingThread.run("peripheral") { try SimulatedPeripheral(images, faults) }
    }

    private init(_ images: [Int: [[UInt8]]], _ faults: JSON) throws {
        folder = try TemporaryFolder()
        path = folder.file("ttyMCU")
        let entries = images.map { number, slots in
            let texts = (0..<2).map { slots.indices.contains($0) ? Self.hex(slots[$0]) : "\"\"" }
            return "\"\(number)\": {\"slots\": [\(texts.joined(separator: ", "))], \"confirmed\": true}"
        }
        let flash = try folder.write("flash.json", "{\"images\": {\(entries.joined(separator: ", "))}}")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Tool.python)
        process.arguments = [Self.program, "run", flash.string, path.string, Self.text(faults)]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        commands = input.fileHandleForWriting
        answers = output.fileHandleForReading
        guard try line() == "ready" else { throw Errno.noSuchAddressOrDevice }
    }

    deinit { try? commands.close() }

    package static var program: String { peer("smp_device.py") }

    /// A program of the folder `Tests/Peers`.
    package static func peer(_ name: String) -> String {
        ProjectFolder.file("Tests/Peers/\(name)").string
    }

    /// A firmware file that MCUboot would take, the same for the same seed; its code has `size` bytes.
    package static func image(
        _ version: String, size: Int = 4000, seed: Int = 1, isProtected: Bool = false
    ) throws -> [UInt8] {
        let options = isProtected ? ["--protected"] : []
        let result = try Tool.run([Tool.python, program, "image", version, "\(size)", "\(seed)"] + options)
        guard result.status == 0 else { throw Errno.invalidArgument }
        return result.output
    }

    package func pull() async throws { try await obey("{\"pull\": true}") }

    package func plug() async throws { try await obey("{\"plug\": true}") }

    /// Has other faults from now on; those that come once, come again.
    package func set(faults: JSON) async throws { try await obey("{\"faults\": \(Self.text(faults))}") }

    /// What is in its flash: `boots`, and for each of `images` the `hashes` of its slots, `confirmed` and `pending`.
    package func flash() async throws -> JSON {
        let text = try await obey("{\"flash\": true}")
        return try JSONReader.read(Array(text.utf8), limit: 1 << 20)
    }

    @discardableResult
    private func obey(_ command: String) async throws -> String {
        try await BlockingThread.run("peripheral") { [self] in
            try turn.withLock { _ in
                try commands.write(contentsOf: Data((command + "\n").utf8))
                return try line()
            }
        }
    }

    private func line() throws -> String {
        var line: [UInt8] = []
        while true {
            guard let byte = try answers.read(upToCount: 1)?.first else { throw Errno.brokenPipe }
            guard byte != UInt8(ascii: "\n") else { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        "\"" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
    }

    private static func text(_ json: JSON) -> String { json.canonicalText }
}
