/// Finds the frames in what a line brings, in pieces of any size, whatever stands between them.
///
/// It holds at most one frame.
package struct FrameDecoder: Sendable {
    /// What came and was no frame.
    package struct Losses: Equatable, Sendable {
        /// Runs of bytes between two zeros that were no frame: noise, or a frame that was damaged.
        package var runs = 0
        package var bytes = 0

        package init(runs: Int = 0, bytes: Int = 0) {
            self.runs = runs
            self.bytes = bytes
        }
    }

    package private(set) var losses = Losses()
    private var held: [UInt8] = []
    /// How many bytes of a run were let go because it is longer than any frame.
    private var overflow = 0

    package init() {}

    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [Frame] {
        var frames: [Frame] = []
        for byte in bytes {
            if byte == 0 {
                if let frame = endRun() { frames.append(frame) }
            } else if overflow > 0 || held.count == Frame.encodedLimit {
                overflow += 1
            } else {
                held.append(byte)
            }
        }
        return frames
    }

    private mutating func endRun() -> Frame? {
        defer {
            held.removeAll(keepingCapacity: true)
            overflow = 0
        }
        guard !held.isEmpty else { return nil }
        if overflow == 0, let frame = Frame(encoded: held) { return frame }
        losses.runs += 1
        losses.bytes += held.count + overflow
        return nil
    }
}
