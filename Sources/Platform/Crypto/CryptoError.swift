import COpenSSL
package import Vocabulary

/// What OpenSSL refused to do, in its own words.
package enum CryptoError: Fault, Equatable {
    case openSSL(String, reason: String)

    package var code: FaultCode { FaultCode(1010) }

    package var description: String {
        switch self {
        case .openSSL(let verb, let reason): "cannot \(verb): \(reason)"
        }
    }

    /// Takes the oldest error of this thread, which is the cause, and clears the rest.
    static func last(_ verb: String) -> CryptoError {
        let number = ERR_get_error()
        ERR_clear_error()
        guard number != 0 else { return .openSSL(verb, reason: "no reason given") }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(number, &text, text.count)
        return .openSSL(
            verb, reason: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
