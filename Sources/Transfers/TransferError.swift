package import Documents
package import Platform
package import Vocabulary

/// Why something did not get over the line.
package enum TransferError: Fault, Equatable {
    /// The line itself failed; the code is the one of the cause.
    case line(SerialError)
    /// A socket or file on this side failed; the code is the one of the cause.
    case storage(StorageError)
    case noAnswer(seconds: Int)
    /// Small frames come back and one with every byte does not.
    case notTransparent
    case protocolVersion(Int64)
    case lost(seconds: Int)
    case ended(String)
    case malformed(String, DocumentError)
    case tooLarge(String, bytes: Int, limit: Int)
    case busy(limit: Int)
    case noSender(seconds: Int)
    case nothingToSend
    case anotherFile(size: UInt64, expected: UInt64)
    case sourceChanged(String)
    case cancelled
    /// The agent, or whoever reads ranges, asked for what may not be asked.
    case badRange(offset: UInt64, length: UInt32)
    case noRoom(bytes: UInt64)
    case nothingCame
    case tooManyFiles(Int)
    case zmodem(String)
    /// rz or sz could not be run; the code is the one of the cause.
    case program(ProcessError)
    case exportDamaged(bytes: UInt64, expected: String)
    case brokeOff(at: UInt64, of: UInt64)

    package var code: FaultCode {
        switch self {
        case .line(let cause): cause.code
        case .storage(let cause): cause.code
        case .noAnswer: FaultCode(3501)
        case .notTransparent: FaultCode(3502)
        case .protocolVersion: FaultCode(3503)
        case .lost: FaultCode(3504)
        case .ended: FaultCode(3505)
        case .malformed: FaultCode(3506)
        case .tooLarge: FaultCode(3507)
        case .busy: FaultCode(3508)
        case .noSender: FaultCode(3509)
        case .nothingToSend: FaultCode(3510)
        case .anotherFile: FaultCode(3511)
        case .sourceChanged: FaultCode(3512)
        case .cancelled: FaultCode(3513)
        case .badRange: FaultCode(3514)
        case .brokeOff: FaultCode(3515)
        case .noRoom: FaultCode(3516)
        case .nothingCame: FaultCode(3517)
        case .tooManyFiles: FaultCode(3518)
        case .zmodem: FaultCode(3519)
        case .program(let cause): cause.code
        case .exportDamaged: FaultCode(3540)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .line(let cause): cause.kind
        case .storage(let cause): cause.kind
        case .noAnswer: .unreachable
        case .protocolVersion, .malformed, .tooLarge, .anotherFile, .badRange, .tooManyFiles: .refused
        case .busy: .inUse
        case .nothingToSend: .usage
        case .notTransparent, .lost, .ended, .noSender, .sourceChanged, .cancelled, .brokeOff, .noRoom, .nothingCame,
            .zmodem, .exportDamaged:
            .failed
        case .program(let cause): cause.kind
        }
    }

    package var description: String {
        switch self {
        case .line(let cause): cause.description
        case .storage(let cause): cause.description
        case .noAnswer(let seconds): "nothing on the line answered in machine mode for \(seconds) s"
        case .notTransparent: "the line does not let every byte through"
        case .protocolVersion(let version): "the other end speaks version \(version) of the line protocol, this one 1"
        case .lost(let seconds): "nothing was heard from the other end for \(seconds) s"
        case .ended(let reason): "the other end ended the conversation: \(reason)"
        case .malformed(let what, let cause): "the \(what) that came over the line is refused: \(cause.description)"
        case .tooLarge(let what, let bytes, let limit):
            "the \(what) has \(bytes) bytes, more than the limit of \(limit)"
        case .busy(let limit): "\(limit) requests are being carried out already"
        case .noSender(let seconds): "nobody began to send within \(seconds) s"
        case .nothingToSend: "the device wants a file, and none was given"
        case .anotherFile(let size, let expected):
            "the file that is sent now, of \(size) bytes, is not the one that was begun, of \(expected)"
        case .sourceChanged(let name): "'\(name)' was changed while it was sent"
        case .cancelled: "the transfer was cancelled"
        case .badRange(let offset, let length):
            "\(length) bytes from byte \(offset) were asked for, which goes back or beyond the end"
        case .noRoom(let bytes): "the device has room for \(bytes) bytes only"
        case .nothingCame: "no file came by ZMODEM"
        case .tooManyFiles(let count): "\(count) files came by ZMODEM, where one was expected"
        case .zmodem(let words): "the ZMODEM transfer failed\(words.isEmpty ? "" : ": \(words)")"
        case .program(let cause): cause.description
        case .exportDamaged(let bytes, let expected):
            "the \(bytes) bytes that came are not those that the device exported, \(expected)"
        case .brokeOff(let offset, let size): "the transfer broke off at byte \(offset) of \(size)"
        }
    }

    package var advice: String {
        switch self {
        case .line(let cause): cause.advice
        case .storage(let cause): cause.advice
        case .noAnswer:
            "Check the cable, the speed and that the device's console stands at its prompt or is logged off."
        case .notTransparent: "Set the line to 8 data bits, and turn software flow control (XON/XOFF) off at both ends."
        case .protocolVersion: "Use the aftercare-fleet that belongs to the device's release, or a newer one."
        case .lost, .brokeOff: "Check the cable, then begin again: what the device has already is not sent again."
        case .noSender: "Start 'aftercare-fleet send FILE' in the terminal program while the console waits."
        case .nothingToSend: "Name the file."
        case .anotherFile: "Send the file that was begun, or cancel the update first."
        case .noRoom: "Use 'aftercare-fleet send', which needs no room on the device."
        case .nothingCame, .zmodem: "Send it again, or use 'aftercare-fleet send', which goes on where it stopped."
        case .tooManyFiles: "Send one file at a time."
        case .program(let cause): cause.advice
        case .exportDamaged: "Export it again."
        case .sourceChanged: "Send a file that nobody writes to."
        default: ""
        }
    }
}
