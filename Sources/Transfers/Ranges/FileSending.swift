package import Documents
package import Platform
package import Vocabulary

/// Sends a file to a console that a person has told to receive one, as `sz` does: over the line a terminal program hands over.
///
/// The device decides what it takes. Whoever starts this anew after it was ended goes on where it was. Used by one thread.
package struct FileSending {
    package struct Settings: Sendable {
        /// How long to wait for the device to ask for a file, and for any sign of it later.
        package var patience: Duration = .seconds(30)

        package init() {}
    }

    private let line: any ByteLine
    private let settings: Settings
    private let cancellation: Cancellation
    private var sender: RangeSender
    private var decoder = FrameDecoder()

    package init(
        _ file: SentFile, over line: any ByteLine, settings: Settings = Settings(),
        cancellation: Cancellation = Cancellation()
    ) {
        self.line = line
        self.settings = settings
        self.cancellation = cancellation
        sender = RangeSender(file)
    }

    /// Whether a console at the other end waits for a file; one that does says so when it is asked.
    package static func isAwaited(over line: any ByteLine, within time: Duration) throws(FaultReport) -> Bool {
        var decoder = FrameDecoder()
        let end = ContinuousClock.now + time
        do throws(SerialError) {
            while ContinuousClock.now < end {
                try line.write(Frame(.probe).encoded, within: time)
                let next = min(end, .now + .milliseconds(400))
                while ContinuousClock.now < next {
                    let frames = decoder.feed(try line.read(4096, within: next - .now))
                    if frames.contains(where: { $0.type == .ready }) { return true }
                }
            }
        } catch { throw FaultReport(error) }
        return false
    }

    /// Gives what the device made of the file; `sent` says how much went over the line and where in the file that is,
    /// `told` how the device's own work stands.
    package mutating func run(
        sent: (_ bytes: UInt64, _ position: UInt64) -> Void = { _, _ in }, told: (JSON) -> Void = { _ in }
    ) throws(FaultReport) -> JSON {
        let result: Result<JSON, FaultReport>
        do throws(TransferError) { result = try send(sent, told) } catch { throw FaultReport(error) }
        return try result.get()
    }

    private mutating func send(
        _ sent: (_ bytes: UInt64, _ position: UInt64) -> Void, _ told: (JSON) -> Void
    ) throws(TransferError) -> Result<JSON, FaultReport> {
        var heard = ContinuousClock.now
        // A console that waits answers at once, and not only when it is time to call again.
        try say(Frame(.probe))
        while !cancellation.isCancelled {
            for frame in try hear(within: sender.hasWork ? .zero : .milliseconds(200)) {
                heard = .now
                if frame.type == .end, let result = try Self.result(frame) {
                    try say(Frame(.bye, json: ["reason": "done"]))
                    return result
                }
                if frame.type == .event, let news = frame.json { told(news) }
                if frame.type == .bye { throw .ended(frame.json?["reason"]?.string ?? "") }
                if let reply = sender.hear(frame) { try say(reply) }
            }
            if let data = try sender.next() {
                try say(data)
                sent(sender.sentBytes, sender.position)
            }
            guard ContinuousClock.now - heard < settings.patience else {
                let seconds = Int(settings.patience.inSeconds)
                throw sender.isOffered ? .lost(seconds: seconds) : .noAnswer(seconds: seconds)
            }
        }
        throw .cancelled
    }

    private static func result(_ frame: Frame) throws(TransferError) -> Result<JSON, FaultReport>? {
        guard let json = frame.json else { return nil }
        do throws(DocumentError) { return try AnswerForm.read(json) } catch { throw .malformed("answer", error) }
    }

    private func say(_ frame: Frame) throws(TransferError) {
        do throws(SerialError) { try line.write(frame.encoded, within: .seconds(20)) } catch { throw .line(error) }
    }

    private mutating func hear(within time: Duration) throws(TransferError) -> [Frame] {
        do throws(SerialError) { return decoder.feed(try line.read(4096, within: time)) } catch { throw .line(error) }
    }
}
