package import Platform
import Vocabulary

extension SMPClient {
    /// How large a packet is where the peripheral does not say: the smallest of those that are delivered.
    private static let packetSizeUnsaid = 256
    /// How often the peripheral may ask for something earlier, and how often in a row for what it was just sent.
    private static let mostSetbacks = 16
    private static let mostStalls = 4

    package func upload(
        _ image: [UInt8], number: Int, cancellation: Cancellation, progress: (_ done: Int) -> Void
    ) throws(PeripheralError) {
        var upload = Upload(
            image: image, number: number, digest: SHA256.digest(of: image).bytes, room: try packetRoom())
        var resumptions = 0
        while true {
            let reached = upload.reached
            do throws(PeripheralError) {
                // From the start each time: the peripheral knows the file by its digest, and says what it wants next.
                upload.offset = 0
                return try send(&upload, cancellation, progress)
            } catch {
                switch error {
                case .noAnswer, .serial: break
                default: throw error
                }
                resumptions = upload.reached > reached ? 0 : resumptions + 1
                guard resumptions <= timing.resumptions else { throw error }
            }
        }
    }

    /// What fits into a packet besides header and CRC.
    private func packetRoom() throws(PeripheralError) -> Int {
        do throws(PeripheralError) {
            return min(try packetSize(), 4096) - SMPHeader.byteCount - 4
        } catch {
            if case .refused(_, _, let refusal) = error, refusal.isUnsupported {
                return Self.packetSizeUnsaid - SMPHeader.byteCount - 4
            }
            throw error
        }
    }

    private func send(
        _ upload: inout Upload, _ cancellation: Cancellation, _ progress: (_ done: Int) -> Void
    ) throws(PeripheralError) {
        let size = upload.image.count
        var (setbacks, stalls) = (0, 0)
        while true {
            guard !cancellation.isCancelled else { throw .cancelled(name) }
            let answer = try ask(
                .write, .imageUpload, upload.piece, within: upload.offset == 0 ? timing.erase : timing.answer)
            guard let offset = answer["off"]?.integer else { throw lacking("off", .imageUpload) }
            guard (0...size).contains(offset) else { throw .offsetOutside(name, offset: offset, of: size) }
            if offset > upload.reached {
                stalls = 0
            } else if offset < upload.offset {
                setbacks += 1
            } else if offset == upload.offset {
                stalls += 1
            }
            guard setbacks <= Self.mostSetbacks, stalls <= Self.mostStalls else {
                throw .uploadStalled(name, offset: offset, of: size)
            }
            upload.offset = offset
            upload.reached = max(upload.reached, offset)
            progress(offset)
            guard offset < size else { return }
        }
    }
}

/// An upload under way.
private struct Upload {
    let image: [UInt8]
    let number: Int
    let digest: [UInt8]
    /// How many bytes of CBOR fit into a packet.
    let room: Int
    var offset = 0
    /// The furthest that the peripheral ever asked for.
    var reached = 0

    init(image: [UInt8], number: Int, digest: [UInt8], room: Int) {
        self.image = image
        self.number = number
        self.digest = digest
        self.room = room
    }

    /// The next piece, as large as fits; the first one says what comes.
    var piece: CBOR {
        var members: [String: CBOR] = ["off": .number(offset), "data": .bytes([])]
        if offset == 0 {
            members["image"] = .number(number)
            members["len"] = .number(image.count)
            members["sha"] = .bytes(digest)
        }
        // The head of the data grows by two bytes with them.
        let count = max(1, room - CBOR.map(members).encoded.count - 2)
        members["data"] = .bytes(Array(image[offset..<min(offset + count, image.count)]))
        return .map(members)
    }
}
