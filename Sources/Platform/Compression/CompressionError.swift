package import Vocabulary

/// Why zstd or zlib did not do what it was asked.
package enum CompressionError: Fault, Equatable {
    case zstd(String, reason: String)
    case zlib(String, reason: String)
    /// The bytes are not exactly one frame that says how long its content is.
    case notOneFrame
    case contentLength(found: UInt64, expected: Int)

    package var code: FaultCode {
        switch self {
        case .zstd: FaultCode(1070)
        case .notOneFrame: FaultCode(1071)
        case .contentLength: FaultCode(1072)
        case .zlib: FaultCode(1073)
        }
    }

    package var description: String {
        switch self {
        case .zstd(let verb, let reason), .zlib(let verb, let reason): "cannot \(verb): \(reason)"
        case .notOneFrame: "it is not one whole frame that says how long its content is"
        case .contentLength(let found, let expected): "its content has \(found) bytes, expected \(expected)"
        }
    }
}
