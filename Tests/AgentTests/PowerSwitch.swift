import Platform
import Synchronization
import SystemPackage
import TestSupport

/// The power of a simulated machine: goes off at the change of a given number, and then nothing reaches the medium any more.
///
/// What was written and not flushed may be lost when the power goes, each sector for itself; `settleMedium()` decides it.
final class PowerSwitch: StorageObserver {
    /// A write that no flush has followed yet, and what it wrote over.
    private struct Pending {
        let path: FilePath
        let offset: UInt64
        let before: [UInt8]
    }

    private struct State {
        var changes = 0
        var isCut = false
        var pending: [Pending] = []
        var ring: (@Sendable () -> Void)?
    }

    private static let sector = 512

    private let number: Int
    private let state = Mutex(State())

    /// Cuts at the change of this number, from 0; a write that is cut leaves the first half of itself.
    init(cutAt number: Int = .max) { self.number = number }

    var isCut: Bool { state.withLock { $0.isCut } }
    var changes: Int { state.withLock { $0.changes } }

    func onCut(_ ring: @escaping @Sendable () -> Void) { state.withLock { $0.ring = ring } }

    func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
        let (decision, ring) = state.withLock { state -> (StorageDecision, (@Sendable () -> Void)?) in
            guard !state.isCut else { return (.fail(.ioError), nil) }
            if case .flush(let path) = operation { state.pending.removeAll { $0.path == path } }
            if let pending = Self.pending(operation) { state.pending.append(pending) }
            defer { state.changes += 1 }
            guard state.changes == number else { return (.proceed, nil) }
            state.isCut = true
            guard case .write(_, _, let count) = operation else { return (.fail(.ioError), state.ring) }
            return (.tear(keeping: count / 2, .ioError), state.ring)
        }
        ring?()
        return decision
    }

    private static func pending(_ operation: StorageOperation) -> Pending? {
        let (path, offset, count): (FilePath, UInt64, Int)
        switch operation {
        case .write(let place, let start, let length): (path, offset, count) = (place, start, length)
        case .zero(let place, let start, let length): (path, offset, count) = (place, start, Int(length))
        default: return nil
        }
        var before = [UInt8](repeating: 0, count: count)
        if let file = try? FileDescriptor.open(path, .readOnly) {
            // What lies behind the end of the file so far was never there: zeros.
            _ = try? before.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: Int64(offset), into: $0) }
            try? file.close()
        }
        return Pending(path: path, offset: offset, before: before)
    }

    /// Loses about half of the sectors that no flush had made durable.
    func settleMedium(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        for write in state.withLock({ $0.pending }).reversed() {
            guard let file = try? FileDescriptor.open(write.path, .writeOnly) else { continue }
            defer { try? file.close() }
            let size = UInt64(try file.seek(offset: 0, from: .end))
            for start in stride(from: 0, to: write.before.count, by: Self.sector) where Bool.random(using: &dice) {
                let place = write.offset + UInt64(start)
                guard place < size else { continue }
                let end = min(start + Self.sector, write.before.count, Int(size - write.offset))
                _ = try file.writeAll(toAbsoluteOffset: Int64(place), write.before[start..<end])
            }
        }
    }
}
