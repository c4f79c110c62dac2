import Platform
import Vocabulary

/// TLS, the time, and what the endpoint says: everything that needs a conversation with it.
struct TrustSteps {
    let endpoint: DiagnosisEndpoint
    let proxy: DiagnosisEndpoint.Server?
    let own: String
    let now: Timestamp
    let patience: Duration

    private static let answerLimit = 1 << 20

    private var server: String { endpoint.server.description }
    private var isSecure: Bool { endpoint.server.scheme == "https" }

    /// What a look at the server's certificates showed.
    typealias Look = Result<[Certificate], HTTPError>
    typealias Reply = Result<HTTPResponse, HTTPError>

    /// Looks at whoever answers; nil where there is no TLS.
    func look() async -> Look? {
        guard isSecure else { return nil }
        var request = endpoint.request
        request.connectTimeout = patience
        do throws(HTTPError) {
            return .success(try await HTTPClient.certificates(of: request, timeout: patience))
        } catch {
            return .failure(error)
        }
    }

    /// Asks the endpoint itself, as the device would but for the content.
    func reply() async -> Reply {
        var request = endpoint.request
        request.redirectLimit = 0
        request.connectTimeout = patience
        do throws(HTTPError) {
            return .success(
                try await HTTPClient.get(request, limit: Self.answerLimit, timeout: patience + .seconds(2)))
        } catch .tooLarge {
            // A file is there and longer than needs to be seen.
            return .success(HTTPResponse(status: 200, body: []))
        } catch {
            return .failure(error)
        }
    }

    /// The step `tcp` where a proxy makes the connection: what it said about that.
    func tcp(through proxy: DiagnosisEndpoint.Server, _ look: Look?) -> DiagnosisStep {
        let name = proxy.description
        switch look {
        case .failure(.proxyRefused(_, let status)):
            let fault = NetworkFault.proxyRefused(name, status, target: server, from: own)
            return DiagnosisStep(.tcp, endpoint.name, bad: fault)
        case .failure(.cannotConnect(_, let reason)), .failure(.cannotResolve(_, let reason)):
            return DiagnosisStep(.tcp, endpoint.name, bad: .proxyFailed(name, target: server, reason: reason))
        case .failure, .success:
            return DiagnosisStep(.tcp, endpoint.name, .good, "'\(name)' makes the connection to '\(server)'")
        case nil:
            return DiagnosisStep(.tcp, endpoint.name, .skipped, "'\(name)' passes requests on itself")
        }
    }

    func tls(_ look: Look?, _ reply: Reply) -> DiagnosisStep {
        switch look {
        case nil: return DiagnosisStep(.tls, endpoint.name, .skipped, "the address is without TLS")
        case .failure(let error): return DiagnosisStep(.tls, endpoint.name, bad: .notTLS(server, reason: words(error)))
        case .success(let certificates):
            guard let own = certificates.first else {
                return DiagnosisStep(.tls, endpoint.name, .unknown, "'\(server)' showed no certificate")
            }
            if case .failure(.notTrusted(_, let reason)) = reply {
                return DiagnosisStep(.tls, endpoint.name, bad: fault(own, certificates, reason))
            }
            let found = "'\(server)' shows '\(own.subject)' by '\(own.issuer)', valid until \(own.notAfter)"
            return DiagnosisStep(.tls, endpoint.name, .good, found)
        }
    }

    /// Why a certificate was not accepted: the times first, because a wrong clock makes every chain a bad one.
    private func fault(_ own: Certificate, _ chain: [Certificate], _ reason: String) -> NetworkFault {
        if let early = chain.first(where: { $0.notBefore > now }) {
            return .notYetValid(server, issuer: early.issuer, from: early.notBefore, now: now)
        }
        if let late = chain.first(where: { $0.notAfter < now }) {
            return .expired(server, issuer: late.issuer, until: late.notAfter, now: now)
        }
        guard own.isFor(host: endpoint.server.host) else {
            return .otherName(server, subject: own.subject, issuer: own.issuer)
        }
        return .untrusted(server, issuer: own.issuer, reason: reason)
    }

    /// The reason alone, without the sentence around it.
    private func words(_ error: HTTPError) -> String {
        switch error {
        case .cannotConnect(_, let reason), .notTrusted(_, let reason), .endedEarly(_, _, let reason),
            .cannotResolve(_, let reason), .unsuitable(_, let reason):
            reason
        case .tooSlow(_, let seconds): "nothing came in \(seconds) s"
        default: error.description
        }
    }
}

extension TrustSteps {
    /// Kerberos and most tokens take five minutes (RFC 4120 §5.10).
    private static let tolerance: Int64 = 300

    /// `known` is the newest time of which the device is sure.
    func time(_ reply: Reply, known: Timestamp?) -> DiagnosisStep {
        if let known, now < known {
            return DiagnosisStep(.time, endpoint.name, bad: .clockBehind(device: now, known: known))
        }
        guard case .success(let answer) = reply, let date = answer.fields.date.flatMap({ Timestamp(httpDate: $0) })
        else { return DiagnosisStep(.time, endpoint.name, .unknown, "'\(server)' does not say what time it is") }
        guard abs(now.seconds - date.seconds) <= Self.tolerance else {
            return DiagnosisStep(.time, endpoint.name, bad: .clockWrong(device: now, server: date))
        }
        let confidence = isSecure ? "by a server that TLS vouches for" : "by a server that nobody vouches for"
        let found = "the device's clock is \(now.seconds - date.seconds) s ahead of \(date), said \(confidence)"
        return DiagnosisStep(.time, endpoint.name, .good, found)
    }

    func answer(_ reply: Reply) -> DiagnosisStep {
        let answer: HTTPResponse
        switch reply {
        case .failure(.proxyRefused(_, let status)):
            let name = proxy?.description ?? "in between"
            return DiagnosisStep(
                .endpoint, endpoint.name, bad: .proxyRefused(name, status, target: server, from: own))
        case .failure(let error):
            return DiagnosisStep(.endpoint, endpoint.name, bad: .noAnswer(server, reason: words(error)))
        case .success(let response): answer = response
        }
        let type = answer.fields.contentType.map { " of type '\($0.prefix(64))'" } ?? ""
        let found = "'\(server)' answered with status \(answer.status)\(type)"
        let isPage = answer.fields.contentType?.lowercased().hasPrefix("text/html") == true
        switch answer.status {
        // Network Authentication Required (RFC 6585 §6).
        case 511: return DiagnosisStep(.endpoint, endpoint.name, bad: .portal(server, to: "status 511"))
        case 300..<400: return redirect(answer, found)
        case 200..<300 where isPage && endpoint.kind == .heartbeats:
            return DiagnosisStep(.endpoint, endpoint.name, bad: .portal(server, to: "a page where none should be"))
        case 401, 403: return DiagnosisStep(.endpoint, endpoint.name, bad: .notWelcome(server, answer.status))
        case 500...: return DiagnosisStep(.endpoint, endpoint.name, bad: .badStatus(server, answer.status))
        case 404 where endpoint.kind == .files:
            return DiagnosisStep(.endpoint, endpoint.name, bad: .badStatus(server, answer.status))
        // A receiver of heartbeats takes no GET, and says so with one of these.
        default: return DiagnosisStep(.endpoint, endpoint.name, .good, found)
        }
    }

    /// A portal leads away without TLS, or where nobody else would lead: a receiver of heartbeats leads nowhere.
    private func redirect(_ answer: HTTPResponse, _ found: String) -> DiagnosisStep {
        let location = answer.fields.location ?? "nowhere"
        let shown = HTTPRequest(String(location.prefix(256))).shownURL
        let target = DiagnosisEndpoint.Server(location)
        let isPortal =
            endpoint.kind == .heartbeats || target.map { $0.scheme == "http" && $0 != endpoint.server } == true
        if isPortal { return DiagnosisStep(.endpoint, endpoint.name, bad: .portal(server, to: shown)) }
        let tell = target.map { "Allow outbound TCP from \(own) to \($0) too: '\(server)' leads there." } ?? ""
        return DiagnosisStep(.endpoint, endpoint.name, .good, "\(found), which leads to '\(shown)'", tell: tell)
    }
}
