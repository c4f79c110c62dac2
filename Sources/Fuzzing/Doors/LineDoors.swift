import Bundles
import Documents
import Platform
import Servicing
import Synchronization
import SystemPackage
import Transfers
import Vocabulary

/// Bytes as they come over a line in machine mode, between noise: frames, and the `hello` that asks for it.
///
/// Choices: 0 the input says what frames there are, and they are made whole, with noise between them.
struct FramesDoor: Entrance {
    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        let step = 1 + Int(feed.byte())
        let content = choices.contains(.bit(0)) ? SpelledFrames.bytes(&feed) : feed.remainder
        var decoder = FrameDecoder()
        var frames: [Frame] = []
        for start in stride(from: 0, to: content.count, by: step) {
            frames += decoder.feed(content[start..<min(content.count, start + step)])
        }
        var whole = FrameDecoder()
        try promise("frames are the same in pieces of any size", whole.feed(content) == frames)
        try promise("what is lost was there", decoder.losses.bytes <= content.count)
        for frame in frames {
            try promise("a payload is bounded", frame.payload.count <= Frame.payloadLimit)
            var again = FrameDecoder()
            try promise("a frame that is said again is the same", again.feed(frame.encoded) == [frame])
        }
        try Self.detect(content, step)
    }

    private static func detect(_ content: [UInt8], _ step: Int) throws(FuzzingError) {
        var detector = MachineModeDetector()
        var (text, place) = (0, 0)
        while place < content.count {
            let end = min(content.count, place + step)
            let finding = detector.feed(Array(content[place..<end]))
            text += finding.text.count
            place = end
            if let hello = finding.hello {
                try promise("only a hello begins machine mode", hello.type == .hello)
                try promise("what is behind a hello is kept", finding.rest.count < step)
                break
            }
        }
        text += detector.release().count
        try promise("a person's bytes are not made more", text <= content.count)
    }
}

/// Frames as an input spells them: one byte of type, two of number, two of length, the payload; 255 for the type is noise instead.
enum SpelledFrames {
    private static let limit = 64

    static func list(_ feed: inout Feed) -> [Frame] { runs(&feed).compactMap(\.frame) }

    static func bytes(_ feed: inout Feed) -> [UInt8] { bursts(&feed).flatMap { $0 } }

    /// Each frame, and each noise, by itself.
    static func bursts(_ feed: inout Feed) -> [[UInt8]] { runs(&feed).map { $0.frame?.encoded ?? $0.noise } }

    private static func runs(_ feed: inout Feed) -> [(frame: Frame?, noise: [UInt8])] {
        var runs: [(frame: Frame?, noise: [UInt8])] = []
        while !feed.isEmpty, runs.count < limit {
            let kind = feed.byte()
            if kind == 255 {
                runs.append((nil, feed.piece()))
            } else {
                runs.append((Frame(type(kind), number: UInt16(feed.word()), payload(&feed)), []))
            }
        }
        return runs
    }

    private static func payload(_ feed: inout Feed) -> [UInt8] {
        Array(feed.longPiece().prefix(Frame.payloadLimit))
    }

    /// Known types for most bytes, any for the rest.
    private static func type(_ byte: UInt8) -> FrameType {
        let known: [FrameType] = [
            .hello, .welcome, .bye, .probe, .echo, .request, .wantRequest, .answer, .wantAnswer, .event, .ready,
            .offer, .want, .data, .end,
        ]
        return byte < 0x80 ? known[Int(byte) % known.count] : FrameType(rawValue: byte)
    }
}

/// A whole conversation in machine mode: a service tool that may say anything, or a device that may.
///
/// Choices: 0 the input spells whole frames; 1 it is the device that is not trusted, and the tool that listens.
struct ConversationDoor: Entrance {
    /// How long a request may take to open its stream before the next frame comes.
    private static let patience: Duration = .microseconds(500)

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        let bursts = choices.contains(.bit(0)) ? SpelledFrames.bursts(&feed) : [feed.remainder]
        if choices.contains(.bit(1)) {
            let line = FedLine(bursts)
            Self.listen(as: line)
            try promise("no tool listens for ever", !line.wasReadForever)
        } else {
            try promise("no device listens for ever", !Self.serve(bursts).wasReadForever)
        }
    }

    private static func serve(_ bursts: [[UInt8]]) -> FedLine {
        let begun = Mutex((count: 0, known: 0))
        let line = FedLine(bursts) { last in
            var decoder = FrameDecoder()
            guard decoder.feed(last).contains(where: { $0.type == .request }) else { return }
            let deadline = ContinuousClock.now + patience
            while begun.withLock({ $0.count == $0.known }), ContinuousClock.now < deadline {}
            begun.withLock { $0.known = $0.count }
        }
        let server = LineServer(line) { request, streams throws(FaultReport) in
            let stream =
                switch request["command"] {
                case "update": try streams.source()
                case "export": try streams.sink()
                default: OpenFile?.none
                }
            begun.withLock { $0.count += 1 }
            guard let stream else { return request }
            switch request["command"] {
            case "update":
                guard let bundle = try? RangeSource(stream) else { return .null }
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = try? buffer.withMutableBytes { (bytes) throws(BundleError) in try bundle.read(into: bytes) }
                return .number(count ?? 0)
            default:
                let sink = try? StreamSocket(copyOf: stream.descriptor, name: stream.path)
                _ = try? sink?.write([UInt8](repeating: 0x2E, count: 4096))
                return [:]
            }
        }
        _ = try? server.run(hello: Frame(.hello, Array(#"{"protocol":1,"session":"1"}"#.utf8)))
        return line
    }

    private static func listen(as line: FedLine) {
        var settings = LineClient.Settings(baud: 115_200)
        settings.patience = .milliseconds(50)
        let client = LineClient(line, settings: settings)
        _ = try? client.perform(["command": "status"])
        _ = try? client.perform(["command": "export", "what": "ledger"])
    }
}

/// Ranges as they are asked for and come: the lists, the puller that decides, the sender of a file, and the agent's end of a stream.
///
/// The first byte, modulo four, says which.
struct TransferDoor: Entrance {
    private let file: SentFile

    init(_ ground: Ground) throws {
        let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        file = try SentFile(try ground.write("1.1.0.aftercare", content), in: ground.storage)
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        switch feed.byte() % 4 {
        case 0: try Self.list(feed.remainder)
        case 1: try Self.pull(&feed)
        case 2: try send(&feed)
        default: try Self.read(&feed)
        }
    }

    private static func list(_ bytes: [UInt8]) throws(FuzzingError) {
        if let piece = Piece(payload: bytes) {
            try promise("a piece is written as it was read", piece.payload == bytes)
            _ = piece.range
        }
        guard let ranges = ByteRanges.decode(bytes) else { return }
        try promise("a list of ranges is written as it was read", ByteRanges.encode(ranges) == bytes)
        try promise("a list of ranges is short", ranges.count <= ByteRanges.limit)
    }

    /// A puller asks for everything that is added, for no more at once than its window, and ends when it has come.
    private static func pull(_ feed: inout Feed) throws(FuzzingError) {
        var now = ContinuousClock.now
        var puller = RangePuller(rate: TransferRate(baud: [nil, 9600, 115_200, 921_600][Int(feed.byte()) % 4]))
        var end = UInt64(feed.word()) * (1 + UInt64(feed.byte()))
        puller.add(0..<end)
        var outstanding: [Range<UInt64>] = []
        for _ in 0..<512 where !feed.isEmpty {
            switch feed.byte() % 6 {
            case 0, 1:
                for range in puller.due(at: now) {
                    try promise("only what was added is asked for", range.upperBound <= end && !range.isEmpty)
                    outstanding.append(range)
                }
            case 2: if !outstanding.isEmpty { _ = puller.take(outstanding.removeFirst(), at: now) }
            case 3: if !outstanding.isEmpty { outstanding.remove(at: feed.word() % outstanding.count) }
            case 4: now += .milliseconds(feed.word())
            default:
                let stranger = UInt64(feed.word())
                _ = puller.take(stranger..<stranger + UInt64(feed.word()), at: now)
                let more = UInt64(feed.byte())
                puller.add(end..<end + more)
                end += more
                puller.restart()
            }
            if outstanding.count > 4096 { outstanding.removeFirst(2048) }
        }
    }

    private func send(_ feed: inout Feed) throws(FuzzingError) {
        var sender = RangeSender(feed.byte() & 1 == 0 ? file : nil)
        for frame in SpelledFrames.list(&feed) {
            if let said = sender.hear(frame) { try promise("a sender offers, and nothing else", said.type == .offer) }
            let data: Frame?
            do throws(TransferError) { data = try sender.next() } catch { return }
            guard let data, let piece = Piece(payload: data.payload) else { continue }
            try promise("only what is in the file is sent", piece.range.upperBound <= file.size)
        }
    }

    /// The agent's end: what comes in place of a bundle is its size, and then whatever was asked for.
    private static func read(_ feed: inout Feed) throws(FuzzingError) {
        let steps = (0..<8).map { _ in (isSkip: feed.byte() & 1 == 1, count: feed.word()) }
        let content = feed.remainder
        do {
            let (near, far) = try StreamSocket.pair(name: "a stream")
            let source = try RangeSource(far)
            // What the console sends fits into the socket, so nobody has to write while we read.
            _ = try near.write(Array(content.prefix(64 << 10)))
            near.endWriting()
            var (position, size) = (UInt64(0), source.totalSize ?? 0)
            for step in steps {
                if step.isSkip {
                    position += try source.skip(UInt64(step.count))
                } else {
                    var buffer = [UInt8](repeating: 0, count: max(1, step.count))
                    let count = try buffer.withMutableBytes { (bytes) throws(BundleError) in
                        try source.read(into: bytes)
                    }
                    try promise("no more is read than there is room for", count <= buffer.count)
                    position += UInt64(count)
                }
                size = source.totalSize ?? 0
                try promise("no more is read than there is", position <= size)
            }
        } catch let error as FuzzingError {
            throw error
        } catch {
            return
        }
    }
}
