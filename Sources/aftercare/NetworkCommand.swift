import Agent
import ArgumentParser
import Commands
import Documents
import NetworkDiagnosis
import Platform
import SystemPackage
import Vocabulary

struct NetworkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Find out what stands between the device and its servers; needs no daemon.",
        discussion: """
            Looks, one step after the other, at the link, the address, the gateway, and for each server that the configuration names \
            at its name, the proxy, the connection, TLS, the time and the answer. Below a bad step stands what to tell those who run \
            the network. Steps that stand on a bad one are skipped. Nothing is changed.

            Exit status: 0 where no step is bad, 1 where one is.
            """)

    @OptionGroup var place: ConfigurationOptions
    @Option(name: .long, help: "An address to look at instead of the configured servers; can be repeated.")
    var url: [String] = []
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard url.count <= NetworkDiagnosis.endpointLimit else {
            throw ValidationError("there are more than \(NetworkDiagnosis.endpointLimit) addresses")
        }
        for address in url where Self.endpoint(address) == nil {
            throw ValidationError("'\(HTTPRequest(address).shownURL)' is neither an http nor an https address")
        }
    }

    func run() async throws {
        let storage = Storage()
        let configuration = try url.isEmpty ? Configuration.read(place.path, storage: storage) : nil
        let endpoints = configuration?.networkEndpoints(storage: storage) ?? url.compactMap { Self.endpoint($0) }
        let machine = NetworkMachine(root: configuration?.places.hardware ?? "/") { Environment.value($0) }
        let diagnosis = NetworkDiagnosis(endpoints: endpoints, machine: machine)
        let isJSON = output.json
        let work = Task {
            await diagnosis.run { step in
                if !isJSON { Terminal.write(Self.text(step)) }
            }
        }
        let interruption = Interruption { work.cancel() }
        let steps = await work.value
        interruption.end()
        if isJSON { output.print(.object(["steps": .array(steps.map(\.json))])) { "" } }
        if steps.contains(where: { $0.verdict == .bad }) { throw ExitCode(1) }
    }

    private static func endpoint(_ address: String) -> DiagnosisEndpoint? {
        let request = HTTPRequest(address)
        return DiagnosisEndpoint(name: request.shownURL, kind: .files, request: request)
    }

    private static func text(_ step: DiagnosisStep) -> String {
        let place = step.endpoint.map { "\(step.step.rawValue) of \($0)" } ?? step.step.rawValue
        let verdict = step.verdict.rawValue + String(repeating: " ", count: 8 - step.verdict.rawValue.count)
        let advice = step.tell.isEmpty ? "" : "        \(step.tell)\n"
        return "\(verdict)\(place): \(step.found)\n\(advice)"
    }
}
