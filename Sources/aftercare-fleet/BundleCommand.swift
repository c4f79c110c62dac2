import ArgumentParser
import Bundles
import ChangeControl
import Commands
import Platform
import Releases
import SystemPackage
import Trust
import Vocabulary

struct BundleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle", abstract: "Build, approve and look at bundles.",
        subcommands: [
            Build.self, PageCommand.self, ApproveCommand.self, WithdrawCommand.self, InspectCommand.self,
        ])

    struct Build: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build a release into a bundle; the same input gives the same bytes.",
            discussion: """
                RELEASE is a release's TOML; its change record is RELEASE.change.toml beside it. The bundle has no \
                approvals yet: 'bundle approve' adds them, by other people and on other machines.
                """)

        @Argument(help: "The release's description.", completion: .file(extensions: ["toml"]))
        var release: String
        @Option(name: .shortAndLong, help: "Where the bundle goes.")
        var output: String
        @Option(name: .long, help: "The folder that image paths are relative to.", completion: .directory)
        var images: String?
        @Option(name: .long, help: "NAME=FILE: the file of an image, instead of the one the release names.")
        var image: [ImageArgument] = []
        @Option(
            name: .long, help: "The folder of the rule packs; by default 'rules' beside the release or one folder up.",
            completion: .directory)
        var rules: String?
        @Option(name: .long, help: "How many threads compress.")
        var threads: Int?
        @Flag(name: .shortAndLong, help: "Show no progress.")
        var quiet = false

        func run() async throws {
            let storage = Storage()
            let source = try ReleaseSource.read(
                FilePath(release), in: storage, imagesFolder: images.map { FilePath($0) },
                files: Dictionary(image.map { ($0.name, FilePath($0.file)) }) { $1 },
                sourceDateEpoch: Environment.value("SOURCE_DATE_EPOCH"))
            if let judgement = try JudgedRecord.judgement(rules, for: release) {
                let refusals = judgement.findings(in: source.change).count { $0.severity == .refuse }
                if refusals > 0 { throw ReleaseError.contradictions(FilePath(release), refusals) }
            } else if !quiet {
                Terminal.write("\(release): not judged, because there are no rule packs beside it\n", to: .messages)
            }
            let builder = ReleaseBuilder(source, storage: storage, threads: threads ?? processorCount())
            let line = BuildProgress(isQuiet: quiet, total: try builder.totalLength())
            let cancellation = Cancellation()
            let interruption = Interruption { cancellation.cancel() }
            defer { interruption.end() }
            let manifest = try await builder.build(
                to: FilePath(output), cancellation: cancellation, progress: { line.show($0) })
            line.end()
            let size = try storage.open(FilePath(output), .read).size()
            Terminal.say("\(output): \(manifest.product) \(manifest.version), \(ByteCount(size)), not approved yet")
        }
    }
}

/// `NAME=FILE` on the command line.
struct ImageArgument: ExpressibleByArgument {
    let name: String
    let file: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        (name, file) = (parts[0], parts[1])
    }
}

/// A time on the command line.
struct TimeArgument: ExpressibleByArgument {
    let time: Timestamp

    init?(argument: String) {
        guard let time = Timestamp(argument) else { return nil }
        self.time = time
    }
}
