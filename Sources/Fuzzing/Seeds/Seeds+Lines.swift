import Agent
import Console
import Documents
import Ledger
import Peripherals
import Platform
import Servicing
import SystemPackage
import Transfers
import Trust
import Vocabulary

extension Seeds {
    /// Commands as people type them, with the keys of terminals between them.
    static func keys(_ door: Door) -> [[UInt8]] {
        let commands = ServiceCommand.allCases.map { "\($0.rawValue)\r" }
        let answers = ["yes\r", "terminal vt100\r", "help update\r", "rollback \"the pump stops\"\ryes\r", "wait\r"]
        let sequences = [
            "\u{1B}[A\u{1B}[B\u{1B}[1;5C\u{1B}[3~", "stat\t\r", "up?\u{15}\u{3}", "\u{1B}[?1;2c", "ä漢\u{7F}\u{8}\r",
        ]
        let lines = commands + answers + sequences
        if door == .session {
            return lines.map { Array("\r\r\($0)".utf8) } + [Array("\r\r\(lines.joined())".utf8), hello]
        }
        return lines.flatMap { line in [0, 7].map { [$0] + Array(line.utf8) } }
    }

    private static var hello: [UInt8] {
        [0x0D] + Frame(.hello, Array(#"{"payload":8192,"protocol":1,"session":"1"}"#.utf8)).encoded
            + message(.request, 1, ["command": "status"]).encoded + Frame(.bye).encoded
    }

    /// A message that fits into one frame: its offset and its length, four bytes each, before it.
    private static func message(_ type: FrameType, _ number: UInt16, _ value: JSON) -> Frame {
        let bytes = value.canonicalBytes
        let length = (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) }
        return Frame(type, number: number, [0, 0, 0, 0] + length + bytes)
    }

    /// What a service tool and a device say to each other in a visit.
    private static var conversation: [Frame] {
        let answer: JSON = ["answer": Templates.status, "stream": ["number": 1, "direction": "in"]]
        let digest = String(repeating: "0", count: 64)
        return [
            Frame(.hello, Array(#"{"payload":8192,"protocol":1,"session":"1"}"#.utf8)),
            Frame(.probe, number: 3, [1, 0x11]),
            message(.request, 1, ["command": "status"]),
            message(.request, 2, ["command": "update", "source": "line"]),
            message(.request, 3, ["command": "export", "what": "ledger"]),
            Frame(.offer, number: 1, Array("{\"head\":\"\(digest)\",\"name\":\"a\",\"size\":100000}".utf8)),
            Frame(.data, number: 1, Piece(offset: 0, bytes: [UInt8](repeating: 1, count: 4096)).payload),
            Frame(.want, number: 2, ByteRanges.encode([0..<4096, 4096..<8192])),
            Frame(.wantAnswer, number: 1, ByteRanges.encode([0..<20])),
            message(.answer, 1, answer), message(.answer, 2, answer), Frame(.wantRequest, number: 1),
            message(.answer, 1, ["fault": ["code": "AC-3501", "kind": "refused", "reason": "no", "advice": ""]]),
            Frame(.ready, number: 1, Array(#"{"direction":"in"}"#.utf8)),
            Frame(.ready, number: 2, Array(#"{"available":8192,"direction":"out","request":2,"whole":true}"#.utf8)),
            Frame(.event, Array(#"{"bytes":1}"#.utf8)), Frame(.end, number: 1, Array(#"{"answer":{}}"#.utf8)),
            Frame(.bye, Array(#"{"reason":"done"}"#.utf8)),
        ]
    }

    /// Frames as `SpelledFrames` reads them.
    private static func spelled(_ frames: [Frame]) -> [UInt8] {
        let order: [FrameType] = [
            .hello, .welcome, .bye, .probe, .echo, .request, .wantRequest, .answer, .wantAnswer, .event, .ready, .offer,
            .want, .data, .end,
        ]
        var bytes: [UInt8] = []
        for frame in frames {
            bytes.append(UInt8(order.firstIndex(of: frame.type) ?? 0))
            for number in [Int(frame.number), frame.payload.count] {
                bytes += [UInt8(number & 255), UInt8(number >> 8)]
            }
            bytes += frame.payload
        }
        return bytes
    }

    static func lines(_ door: Door) throws -> [[UInt8]] {
        let frames = conversation
        let encoded = frames.map(\.encoded)
        switch door {
        case .frames:
            let typed: [UInt8] = [0, 255] + Array("status\r".utf8) + encoded.joined()
            return encoded.map { [0, 16] + $0 } + [[1, 7] + spelled(frames), typed]
        case .conversation:
            var seeds: [[UInt8]] = [[0] + Array(encoded.joined()), [2] + Array(encoded.joined())]
            for choice: UInt8 in [1, 3] {
                seeds.append([choice] + spelled(frames))
                seeds += frames.map { [choice] + spelled([$0]) }
            }
            return seeds
        default:
            let ranges = ByteRanges.encode([0..<4096, 8192..<8256, (1 << 40)..<(1 << 40 + 1)])
            let steps: [UInt8] = [0, 0, 2, 1, 0, 4, 0, 0, 2, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 2, 0, 9, 0]
            let size: [UInt8] = [0, 0, 1, 0, 0, 0, 0, 0]
            let pulls: [UInt8] = [1, 2, 0, 200, 9, 0, 0, 2, 2, 0, 3, 0, 4, 255, 3, 0, 5, 1, 1, 1, 0]
            let stream: [UInt8] = [3] + steps + size + [UInt8](repeating: 7, count: 9000)
            return [[0] + ranges, pulls, [2, 0] + spelled(frames), stream]
        }
    }

    static func peripherals(_ door: Door) -> [[UInt8]] {
        if door == .firmware {
            let header: [UInt8] = [
                0x3D, 0xB8, 0xF3, 0x96, 0, 0, 0, 0, 32, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 0, 0, 0, 0, 0,
                0, 0,
            ]
            let body = header + [1, 2, 3, 4]
            let whole = body + [0x07, 0x69, 40, 0, 0x10, 0, 32, 0] + SHA256.digest(of: body).bytes
            return [[0] + whole, [1] + body]
        }
        let image: CBOR = [
            "image": 0, "slot": 0, "version": "1.2.3", "hash": .bytes([UInt8](repeating: 1, count: 32)), "active": true,
            "confirmed": true, "pending": false, "permanent": false, "bootable": true,
        ]
        let bodies: [CBOR] = [
            ["images": [image, image], "splitStatus": 0], ["rc": 13, "rsn": "no"], ["err": ["group": 1, "rc": 30]],
            ["off": 512], ["buf_size": 2048, "buf_count": 4], ["r": "hello"], ["output": "Zephyr pump 1.2.3"], [:],
            ["n": .null, "u": .undefined, "d": .decimal(1.5), "m": -7, "b": .bytes([]), "l": []],
        ]
        let messages = bodies.map { SMPMessage(.readAnswer, .imageState, $0, sequence: 7).encoded }
        let babble = [0] + Array("*** Booting Zephyr ***\n".utf8)
        let framed = messages.map { babble + ConsoleFraming.lines(of: $0).joined() }
        return bodies.map { [2] + $0.encoded } + messages.map { [1] + $0 } + framed
    }

    /// Answers of servers: a whole file, its rest after a break, a refusal, a heartbeat's receiver.
    static var answers: [[UInt8]] {
        func piece(_ text: String) -> [UInt8] {
            let bytes = Array(text.replacing("\n", with: "\r\n").utf8)
            return [UInt8(bytes.count & 255), UInt8(bytes.count >> 8)] + bytes
        }
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        let first = "HTTP/1.1 200 OK\nContent-Length: 10\nETag: \"a\"\nLast-Modified: \(date)\nDate: \(date)\n\nabcde"
        let rest =
            "HTTP/1.1 206 Partial Content\nContent-Range: bytes 5-9/10\nETag: \"a\"\nLast-Modified: \(date)\n\nfghij"
        let chunked = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nabcde\n0\n\n"
        let busy = "HTTP/1.1 503 Busy\nRetry-After: 120\nContent-Length: 0\n\n"
        let partly = #"{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too old"}}"#
        let accepted =
            "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: \(partly.utf8.count)\n\n\(partly)"
        func fields(_ texts: [String], _ status: Int, _ body: String) -> [UInt8] {
            var bytes: [UInt8] = [2]
            for text in texts { bytes += [UInt8(text.utf8.count)] + Array(text.utf8) }
            bytes += [UInt8(status & 255), UInt8(status >> 8)]
            return bytes + Array(body.utf8)
        }
        let files: [[String]] = [[first, rest], [first, first], [chunked], [busy], [first, busy, rest]]
        var seeds: [[UInt8]] = files.map { answers in [0] + answers.flatMap(piece) }
        for answer in [accepted, busy] { seeds.append([1] + piece(answer).dropFirst(2)) }
        return seeds + [
            fields(["application/json", "", date], 200, partly), fields(["text/html", date, date], 503, ""),
            fields(["application/json", "60", ""], 429, "{}"), [3] + Array(date.utf8),
        ]
    }

    static func ledgers(_ door: Door, _ ground: Ground) throws -> [[UInt8]] {
        let key = try DeviceKey.open(file: ground.path("device.key"), storage: ground.storage)
        let signer = try LedgerSigner(device: "IP4-000417", key: key)
        let folder = try SampleLedger.make(in: ground, entries: 6, signer: signer)
        let reader = LedgerFolder(folder, storage: ground.storage)
        let entries = try ground.storage.read(folder.appending(LedgerFile.name), limit: 1 << 20)
        switch door {
        case .ledger:
            let keys = try ground.storage.read(folder.appending("keys.json"), limit: 1 << 20)
            let checkpoints = try ground.storage.read(folder.appending("checkpoints.jsonl"), limit: 1 << 20)
            return [
                [0] + entries, [8] + entries, [0] + entries.dropLast(40), [4], [12], [4, 3, 0, 9], [5], [6], [1] + keys,
                [2] + checkpoints, [12, 0, 40, 1, 7],
            ]
        case .export:
            var bytes: [UInt8] = []
            try LedgerExport(reader, signer: signer).write { (piece) throws(FuzzingError) in bytes += piece }
            return [[0] + bytes, [2] + bytes, [1], [3], [3, 0, 9, 0, 1], [1, 3, 0, 1]]
        default:
            let checkpoints = try reader.checkpoints()
            let witness = try Witness(
                folder: ground.path("witness"), name: "auditor", key: try PrivateKey.generate(.ed25519),
                storage: ground.storage)
            let requests = checkpoints.prefix(1).map { WitnessRequest(old: 0, proof: [], checkpoint: $0).text }
            return checkpoints.map { [0] + Array($0.note.utf8) } + requests.map { [1] + Array($0.utf8) }
                + [[2] + Array(witness.verifierKey.utf8)]
        }
    }
}
