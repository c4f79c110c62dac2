import ArgumentParser
import Commands
import Documents
import SystemPackage

/// What every command that prints takes.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print JSON whose members only ever grow in number.")
    var json = false

    /// The columns that a table may take; none where nobody looks at it.
    var width: Int? { Terminal.isInteractive(.output) ? Terminal.width(of: .output) : nil }

    /// Prints one answer in the form that was asked for.
    func print(_ value: JSON, text: () -> String) {
        Terminal.write(json ? value.prettyText + "\n" : text())
    }
}

/// Where a device's configuration is.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: "The device's configuration. Also taken from AFTERCARE_CONFIG.",
        completion: .file(extensions: ["toml"]))
    var config: String?

    var path: FilePath { FilePath(config ?? Environment.value("AFTERCARE_CONFIG") ?? "/etc/aftercare/aftercare.toml") }
}
