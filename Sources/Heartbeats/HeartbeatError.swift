package import Platform
package import SystemPackage
package import Vocabulary

/// Why a heartbeat was not queued, or an endpoint did not take it.
package enum HeartbeatError: Fault, Equatable {
    case queue(DatabaseError)
    case tooLarge(bytes: Int, limit: Int)
    case captivePortal(String, type: String)
    case redirected(String, Int)
    case refused(String, Int, reason: String)
    case busy(String, Int)
    case partlyRefused(String, count: Int64, reason: String)
    case transfer(HTTPError)
    case secret(FilePath, reason: String)
    case noEndpoint
    case noEgress(String)
    case compression(CompressionError)
    case notCollected

    package var code: FaultCode {
        switch self {
        case .queue(let error): error.code
        case .tooLarge: FaultCode(3301)
        case .captivePortal: FaultCode(3302)
        case .redirected: FaultCode(3303)
        case .refused: FaultCode(3304)
        case .busy: FaultCode(3305)
        case .partlyRefused: FaultCode(3306)
        case .transfer(let error): error.code
        case .secret: FaultCode(3307)
        case .noEndpoint: FaultCode(3308)
        case .noEgress: FaultCode(3309)
        case .compression(let error): error.code
        case .notCollected: FaultCode(3310)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .queue(let error): error.kind
        case .transfer(let error): error.kind
        case .tooLarge, .captivePortal, .redirected, .refused, .partlyRefused: .refused
        case .secret, .noEndpoint, .noEgress: .usage
        case .busy, .compression, .notCollected: .failed
        }
    }

    package var description: String {
        switch self {
        case .queue(let error): error.description
        case .tooLarge(let bytes, let limit): "an item of \(bytes) bytes is larger than the limit of \(limit) bytes"
        case .captivePortal(let url, let type): "'\(url)' answered with '\(type)', which no OTLP receiver does"
        case .redirected(let url, let status): "'\(url)' answered with a redirect (status \(status))"
        case .refused(let url, let status, let reason): "'\(url)' refused with status \(status): \(reason)"
        case .busy(let url, let status): "'\(url)' cannot take it now (status \(status))"
        case .partlyRefused(let url, let count, let reason): "'\(url)' refused \(count) values: \(reason)"
        case .transfer(let error): error.description
        case .secret(let path, let reason): "'\(path)' \(reason)"
        case .noEndpoint: "no endpoint is configured to send heartbeats to"
        case .noEgress(let id): "no body is kept of the transfer '\(id)'"
        case .compression(let error): error.description
        case .notCollected: "the agent does not say in time how the device is"
        }
    }

    package var advice: String {
        switch self {
        case .queue(let error): error.advice
        case .transfer(let error): error.advice
        case .captivePortal: "A network login page stands in between: log in, or have the address let through."
        case .redirected: "Put the address that it points to into the configuration."
        case .refused: "Check the address, the credentials and what the receiver's log says."
        case .secret: "See docs/heartbeats.md for what the file must hold; it may have at most 16 KiB."
        case .noEndpoint: "Name one in [[heartbeat.endpoints]]."
        case .noEgress: "'aftercare egress list' shows what was sent and which bodies are kept."
        default: ""
        }
    }
}
