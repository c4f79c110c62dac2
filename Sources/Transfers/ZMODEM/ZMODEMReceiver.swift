package import Platform
package import SystemPackage
import Vocabulary

/// Receives one file by ZMODEM from any terminal program, with `rz` of lrzsz behind it.
///
/// The spool folder is the receiver's alone. What a transfer that broke off left in it goes with the next one: `rz` either refuses
/// paths that lead out of its folder or goes on with a file that is there, not both. `aftercare-fleet send` goes on.
package struct ZMODEMReceiver: Sendable {
    package var program: FilePath = "/usr/bin/rz"
    /// How long the far end may say nothing.
    package var silence: Duration = .seconds(60)
    /// No transfer takes longer.
    package var timeout: Duration = .seconds(24 * 3600)
    private let spool: FilePath
    private let storage: Storage

    /// `spool` is made where it is not there.
    package init(spool: FilePath, storage: Storage) {
        self.spool = spool
        self.storage = storage
    }

    /// Waits for a file of at most `limit` bytes and gives its path; ends when its task is cancelled.
    package func receive(over line: any ByteLine, limit: UInt64) async throws(TransferError) -> FilePath {
        let room: UInt64
        do throws(StorageError) {
            try storage.createFolder(spool)
            for name in try storage.names(in: spool) { try storage.remove(spool.appending(name)) }
            room = try storage.freeSpace(in: spool)
        } catch { throw .storage(error) }
        let most = min(limit, room)
        guard most > 0 else { throw .noRoom(bytes: 0) }
        var limits = ProcessLimits()
        limits.fileSize = most
        // Restricted: no path that leads out, no name that exists is overwritten, nothing is run (rz(1)).
        let arguments = [
            program.string, "--zmodem", "--binary", "--restricted", "--quiet", "--timeout=50",
        ]
        // Escapes can double what is sent, and what was lost comes again.
        try await ZMODEMRun(program: program, arguments: arguments, folder: spool, limits: limits).carry(
            over: line, silence: silence, timeout: timeout, limit: most * 2 + 1 << 20, fileLimit: most)
        let names = try names()
        guard let name = names.first, names.count == 1 else {
            try clear()
            throw names.isEmpty ? .nothingCame : .tooManyFiles(names.count)
        }
        return spool.appending(name)
    }

    /// Removes what lies in the spool folder.
    package func clear() throws(TransferError) {
        do throws(StorageError) {
            for name in try storage.names(in: spool) { try storage.remove(spool.appending(name)) }
        } catch { throw .storage(error) }
    }

    private func names() throws(TransferError) -> [String] {
        do throws(StorageError) { return try storage.names(in: spool) } catch { throw .storage(error) }
    }
}

/// Sends one file by ZMODEM to any terminal program, with `sz` of lrzsz behind it.
package struct ZMODEMSender: Sendable {
    package var program: FilePath = "/usr/bin/sz"
    package var silence: Duration = .seconds(60)
    package var timeout: Duration = .seconds(24 * 3600)

    package init() {}

    /// Ends when its task is cancelled.
    package func send(_ file: FilePath, over line: any ByteLine) async throws(TransferError) {
        let arguments = [program.string, "--zmodem", "--binary", "--quiet", "--timeout=100", "--", file.string]
        try await ZMODEMRun(program: program, arguments: arguments, folder: "/", limits: ProcessLimits()).carry(
            over: line, silence: silence, timeout: timeout, limit: .max, fileLimit: .max)
    }
}

/// One run of a program of lrzsz.
struct ZMODEMRun {
    let program: FilePath
    let arguments: [String]
    let folder: FilePath
    let limits: ProcessLimits

    /// SIGXFSZ: it wrote more than it may.
    private static let fileTooLarge: Int32 = 25

    func carry(
        over line: any ByteLine, silence: Duration, timeout: Duration, limit: UInt64, fileLimit: UInt64
    ) async throws(TransferError) {
        let bridge: ZMODEMLine
        let far: OpenFile
        do throws(StorageError) {
            let (near, end) = try StreamSocket.pair(name: program)
            bridge = ZMODEMLine(line, near, isReceiving: fileLimit < .max)
            far = end
        } catch { throw .storage(error) }
        let running = Task { await run(far, timeout: timeout) }
        let carrying = Task {
            await bridge.carry(silence: silence, limit: limit)
            // A program whose line is gone would go on trying for a while.
            if bridge.cause != nil { running.cancel() }
        }
        let result = await withTaskCancellationHandler {
            await running.value
        } onCancel: {
            running.cancel()
        }
        bridge.end()
        await carrying.value
        if let failure = Self.failure(result, bridge.cause, silence, fileLimit) {
            await bridge.clear()
            throw failure
        }
    }

    private func run(_ stream: OpenFile, timeout: Duration) async -> Result<ProcessResult, ProcessError> {
        do throws(ProcessError) {
            return .success(
                try await ChildProcess.run(
                    arguments: arguments, folder: folder, stream: stream, timeout: timeout, outputLimit: 4096,
                    sandbox: ProcessSandbox(limits: limits, isolation: .network)))
        } catch { return .failure(error) }
    }

    private static func failure(
        _ result: Result<ProcessResult, ProcessError>, _ cause: ZMODEMLine.Cause?, _ silence: Duration,
        _ fileLimit: UInt64
    ) -> TransferError? {
        switch (result, cause) {
        case (_, .silence): .lost(seconds: Int(silence.inSeconds))
        case (_, .tooMuch): .tooLarge("file", bytes: Int(clamping: fileLimit) &+ 1, limit: Int(clamping: fileLimit))
        case (_, .line(let error)): .line(error)
        case (.failure(.cancelled), _), (_, .cancelled): .cancelled
        case (.failure(let error), _): .program(error)
        case (.success(let ended), _):
            switch ended.ending {
            case .exited(0): nil
            case .signalled(fileTooLarge):
                .tooLarge("file", bytes: Int(clamping: fileLimit) &+ 1, limit: Int(clamping: fileLimit))
            case .timedOut: .lost(seconds: Int(ended.duration.inSeconds))
            case .exited, .signalled: .zmodem(ended.error.text.split(separator: "\n").last.map(String.init) ?? "")
            }
        }
    }
}
