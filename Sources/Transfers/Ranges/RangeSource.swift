package import Bundles
package import Platform
import Synchronization
import Vocabulary

/// A bundle that comes over a serial line: the agent's end of a stream socket, read by ranges.
///
/// How it works: the socket first brings the size of everything, 8 bytes, once a sender is there. Then every request of 12 bytes
/// (offset, 8 bytes, and length, 4 bytes, both little-endian) is answered by the bytes it names and nothing else, in the order of
/// the requests, which only go forward. What is read on and on is asked for ahead, about a second of it; after a jump that begins
/// anew with little, because nothing that was asked for can be taken back. So what a device has already is never sent.
package final class RangeSource: ByteSource {
    private static let requestLength: UInt64 = 16 << 10
    private static let aheadLimits: ClosedRange<UInt64> = 4 << 10...256 << 10

    private let socket: StreamSocket
    private let state = Mutex(State())
    private let wish = Cancellation()

    private struct State {
        /// Where the next read starts, and what was asked for and has not come, front to back.
        var position: UInt64 = 0
        var asked: [Range<UInt64>] = []
        var ahead = RangeSource.aheadLimits.lowerBound
        var rate = TransferRate(baud: nil)
        var size: UInt64?

        var end: UInt64 { max(position, asked.last?.upperBound ?? 0) }
    }

    /// The descriptor stays its owner's; the source has one of its own.
    package init(_ stream: borrowing OpenFile) throws(BundleError) {
        do throws(StorageError) {
            socket = try StreamSocket(copyOf: stream.descriptor, name: stream.path)
        } catch { throw .unreadable(error) }
    }

    deinit { socket.shutDown() }

    /// Waits until a sender is there; nil where none comes.
    package var totalSize: UInt64? {
        do throws(BundleError) { return try size() } catch { return nil }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(BundleError) -> Int {
        let size = try size()
        return try state.withLock { (state) throws(BundleError) in
            let wanted = min(UInt64(buffer.count), size - min(size, state.position))
            guard wanted > 0 else { return 0 }
            try ask(for: wanted, of: size, &state)
            try forget(upTo: state.position, &state)
            let first = state.asked[0]
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(wanted, first.length))])
            let count = UInt64(try receive(into: part, &state))
            state.position += count
            state.rate.note(count, at: .now)
            return Int(count)
        }
    }

    package var isSlow: Bool { true }

    package func skip(_ count: UInt64) throws(BundleError) -> UInt64 {
        let size = try size()
        return state.withLock { state in
            let skipped = min(count, size - min(size, state.position))
            state.position += skipped
            // What was asked for ahead still comes and is forgotten then; from here on it is guessed anew.
            if state.position > (state.asked.last?.upperBound ?? 0) { state.ahead = Self.aheadLimits.lowerBound }
            return skipped
        }
    }

    /// Ends the read that blocks on another thread, and every later one.
    package func cancel() {
        wish.cancel()
        socket.shutDown()
    }

    private func size() throws(BundleError) -> UInt64 {
        try state.withLock { (state) throws(BundleError) in
            if let size = state.size { return size }
            let bytes: [UInt8]?
            do throws(StorageError) { bytes = try socket.read(all: 8) } catch { throw failure(error) }
            guard let bytes else { throw brokenOff(state) }
            let size = UInt64(littleEndian: bytes)
            state.size = size
            return size
        }
    }

    /// Asks for what is wanted now and, as long as it is read on without a jump, for more and more ahead.
    private func ask(for wanted: UInt64, of size: UInt64, _ state: inout State) throws(BundleError) {
        let goal = min(state.position + wanted + state.ahead, size)
        // Half of it is left to come before more is asked for, so that requests are few.
        guard state.end < goal, state.end < state.position + wanted || goal - state.end > state.ahead / 2 else {
            return
        }
        var requests: [Range<UInt64>] = []
        var start = state.end
        while start < goal {
            let range = start..<min(goal, start + Self.requestLength)
            requests.append(range)
            start = range.upperBound
        }
        let isTaken: Bool
        do throws(StorageError) {
            isTaken = try socket.write(ByteRanges.encode(requests))
        } catch { throw failure(error) }
        guard isTaken else { throw brokenOff(state) }
        state.asked += requests
        let second = min(
            max(state.rate.bytes(in: .seconds(1)), Self.aheadLimits.lowerBound), Self.aheadLimits.upperBound)
        state.ahead = min(state.ahead * 2, second)
    }

    /// Lets what comes before `position` go by: it was asked for ahead of a jump.
    private func forget(upTo position: UInt64, _ state: inout State) throws(BundleError) {
        var scratch = [UInt8](repeating: 0, count: 16384)
        while let first = state.asked.first, first.lowerBound < position {
            let count = Int(min(min(first.upperBound, position) - first.lowerBound, UInt64(scratch.count)))
            _ = try scratch.withMutableBytes { (bytes) throws(BundleError) in
                try receive(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]), &state)
            }
        }
    }

    /// Takes the next bytes of the first range that was asked for.
    private func receive(into buffer: UnsafeMutableRawBufferPointer, _ state: inout State) throws(BundleError) -> Int {
        let count: Int
        do throws(StorageError) { count = try socket.read(into: buffer) } catch { throw failure(error) }
        guard count > 0 else { throw brokenOff(state) }
        let rest = (state.asked[0].lowerBound + UInt64(count))..<state.asked[0].upperBound
        if rest.isEmpty { state.asked.removeFirst() } else { state.asked[0] = rest }
        return count
    }

    private func brokenOff(_ state: State) -> BundleError {
        if wish.isCancelled { return .cancelled }
        let error = TransferError.brokeOff(at: state.position, of: state.size ?? 0)
        return .transfer(error.code, reason: error.description)
    }

    private func failure(_ error: StorageError) -> BundleError { wish.isCancelled ? .cancelled : .unreadable(error) }
}
