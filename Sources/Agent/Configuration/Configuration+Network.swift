import Heartbeats
package import NetworkDiagnosis
package import Platform

extension Configuration {
    /// The servers that this device has to reach.
    ///
    /// Secrets that cannot be read are left out, so that the network can be judged all the same.
    package func networkEndpoints(storage: Storage) -> [DiagnosisEndpoint] {
        heartbeat.endpoints.compactMap { endpoint in
            let request = (try? endpoint.probe(storage: storage)) ?? endpoint.probeWithoutSecrets
            return DiagnosisEndpoint(name: endpoint.name, kind: .heartbeats, request: request)
        }
    }
}
