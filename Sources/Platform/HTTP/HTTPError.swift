package import Vocabulary

/// Why something could not be fetched or sent over HTTP.
///
/// Addresses are shown without what could be a secret in them.
package enum HTTPError: Fault, Equatable {
    case unsuitable(String, reason: String)
    case cannotResolve(String, reason: String)
    case cannotConnect(String, reason: String)
    case notTrusted(String, reason: String)
    case status(String, Int)
    case tooSlow(String, seconds: Int)
    case tooLarge(String, limit: UInt64)
    case endedEarly(String, at: UInt64, reason: String)
    case changed(String, at: UInt64)
    case cancelled(String)
    case proxyRefused(String, Int)
    case redirected(String, times: Int)

    package var code: FaultCode {
        switch self {
        case .unsuitable: FaultCode(1040)
        case .cannotResolve: FaultCode(1041)
        case .cannotConnect: FaultCode(1042)
        case .notTrusted: FaultCode(1043)
        case .status: FaultCode(1044)
        case .tooSlow: FaultCode(1045)
        case .tooLarge: FaultCode(1046)
        case .endedEarly: FaultCode(1047)
        case .changed: FaultCode(1048)
        case .cancelled: FaultCode(1049)
        case .proxyRefused: FaultCode(1080)
        case .redirected: FaultCode(1081)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .unsuitable: .usage
        case .notTrusted, .tooLarge, .changed: .refused
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .unsuitable(let url, let reason): "cannot fetch '\(url)': \(reason)"
        case .cannotResolve(let url, let reason): "cannot find the server of '\(url)': \(reason)"
        case .cannotConnect(let url, let reason): "cannot connect to the server of '\(url)': \(reason)"
        case .notTrusted(let url, let reason): "the connection to '\(url)' is not to be trusted: \(reason)"
        case .status(let url, let status): "the server answered '\(url)' with status \(status)"
        case .tooSlow(let url, let seconds): "'\(url)' came too slowly: the server was waited for \(seconds) s"
        case .tooLarge(let url, let limit): "'\(url)' is larger than the limit of \(limit) bytes"
        case .endedEarly(let url, let offset, let reason): "'\(url)' broke off at byte \(offset): \(reason)"
        case .changed(let url, let offset): "'\(url)' was changed on the server while it was fetched, at byte \(offset)"
        case .cancelled(let url): "the exchange with '\(url)' was called off"
        case .proxyRefused(let url, let status): "the proxy on the way to '\(url)' answered with status \(status)"
        case .redirected(let url, let times): "'\(url)' was redirected more than \(times) times"
        }
    }

    package var advice: String {
        switch self {
        case .cannotResolve, .cannotConnect: "Check the network, the proxy and the name of the server."
        case .proxyRefused: "Check the proxy's rules, and the user and password for it."
        case .notTrusted: "Check the server's certificate, the authorities that are trusted, and the clock."
        default: ""
        }
    }
}
