// swift-tools-version: 6.2
import PackageDescription

// The house, from the ground up. A target may depend only on targets of a lower row, and only on what it names here:
// `Tests/ArchitectureTests` reads this file and refuses anything else. See docs/architecture.md.

/// One setting for every target of ours: Swift 6 mode and the checks that keep imports honest.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "aftercare",
    products: [
        .executable(name: "aftercare", targets: ["aftercare"]),
        .executable(name: "aftercare-fleet", targets: ["aftercare-fleet"]),
        .executable(name: "power-cut-sweep", targets: ["power-cut-sweep"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C: what Swift cannot import by itself
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCBOR", pkgConfig: "libcbor", providers: [.apt(["libcbor-dev"])]),
        .systemLibrary(name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CLinux"),
        .target(name: "CTOML"),

        // Platform: Swift over C; the one place that touches the machine
        .target(name: "Vocabulary"),
        .target(name: "Documents", dependencies: ["Vocabulary", "CTOML", system]),
        .target(
            name: "Platform",
            dependencies: [
                "Vocabulary", "COpenSSL", "CSystemd", "CCurl", "CZstd", "CZlib", "CCBOR", "CQRencode", "CSQLite",
                "CLinux", system, logging,
            ]),

        // Domain
        .target(name: "Trust", dependencies: ["Vocabulary", "Documents", "Platform", system]),
        .target(name: "Bundles", dependencies: ["Vocabulary", "Documents", "Platform", "Trust", system]),
        .target(name: "BootControl", dependencies: ["Vocabulary", "Documents", "Platform", system]),
        .target(name: "Ledger", dependencies: ["Vocabulary", "Documents", "Platform", "Trust", system]),
        .target(
            name: "ChangeControl", dependencies: ["Vocabulary", "Documents", "Platform", "Trust", "Bundles", system]),
        .target(name: "Hardware", dependencies: ["Vocabulary", "Documents", "Platform", system]),
        .target(name: "Peripherals", dependencies: ["Vocabulary", "Documents", "Platform", system]),

        .target(name: "Servicing", dependencies: ["Vocabulary", "Documents", "Platform", "Trust", system]),

        // Capabilities
        .target(name: "Installation", dependencies: ["Vocabulary", "Platform", "Bundles", system]),
        .target(name: "SelfTests", dependencies: ["Vocabulary", "Documents", "Platform", system]),
        .target(name: "Health", dependencies: ["Vocabulary", "Documents", "Platform", "Hardware", system]),
        .target(name: "Heartbeats", dependencies: ["Vocabulary", "Documents", "Platform", system]),
        .target(
            name: "Integrity",
            dependencies: ["Vocabulary", "Documents", "Platform", "Trust", "Bundles", "ChangeControl", system]),
        .target(
            name: "Releases",
            dependencies: [
                "Vocabulary", "Documents", "Platform", "Trust", "Bundles", "ChangeControl", "Servicing", system,
            ]),

        .target(name: "Transfers", dependencies: ["Vocabulary", "Documents", "Platform", "Bundles", system]),
        .target(name: "NetworkDiagnosis", dependencies: ["Vocabulary", "Documents", "Platform", system]),

        // Compositions
        .target(
            name: "Agent",
            dependencies: [
                "Vocabulary", "Documents", "Platform", "Trust", "Bundles", "BootControl", "Ledger", "ChangeControl",
                "Hardware", "Peripherals", "Servicing", "Installation", "SelfTests", "Health", "Heartbeats",
                "NetworkDiagnosis", "Transfers", "Integrity", system, logging, lifecycle, signals,
            ]),
        .target(
            name: "Console",
            dependencies: [
                "Vocabulary", "Documents", "Platform", "Servicing", "Health", "Transfers", system, logging,
            ]),
        .target(
            name: "VirtualDevice",
            dependencies: ["Vocabulary", "Documents", "Platform", "BootControl", "Hardware", system]),

        // Proof: what is done to the product to see whether it holds
        .target(
            name: "Fuzzing",
            dependencies: [
                "Vocabulary", "Documents", "Platform", "Trust", "Bundles", "BootControl", "Ledger", "ChangeControl",
                "Hardware", "Peripherals", "Servicing", "Installation", "SelfTests", "Health", "Heartbeats",
                "Transfers", "Integrity", "Releases", "Agent", "Console", "TestSupport", system,
            ]),

        // Programs, and what makes a program of commands
        .target(name: "Commands", dependencies: ["Vocabulary", arguments]),
        .executableTarget(
            name: "aftercare",
            dependencies: [
                "Vocabulary", "Documents", "Platform", "Trust", "Bundles", "BootControl", "Ledger", "ChangeControl",
                "Hardware", "Servicing", "Installation", "Agent", "Health", "Heartbeats", "NetworkDiagnosis",
                "Transfers", "Console", "Commands", arguments, system, logging,
            ]),
        .executableTarget(
            name: "aftercare-fleet",
            dependencies: [
                "Vocabulary", "Documents", "Platform", "Trust", "Bundles", "ChangeControl", "Ledger", "Releases",
                "VirtualDevice", "Hardware", "Servicing", "Transfers", "Commands", arguments, system,
            ]),

        // The proof that power cuts do no harm: part of no device
        .target(
            name: "PowerCuts",
            dependencies: [
                "Vocabulary", "Documents", "Platform", "Trust", "Bundles", "BootControl", "Ledger", "ChangeControl",
                "Peripherals", "Integrity", "Heartbeats", "Servicing", "Agent", "TestSupport", system, logging,
            ]),
        .executableTarget(
            name: "power-cut-sweep",
            dependencies: [
                "Vocabulary", "Documents", "Platform", "PowerCuts", "TestSupport", "Commands", arguments, system,
            ]),

        // Tests
        .target(
            name: "TestSupport",
            dependencies: [
                "Vocabulary", "Documents", "Platform", "Trust", "Bundles", "ChangeControl", "Releases", system,
            ]),
    ]
)

for (tests, tested) in [
    "ArchitectureTests": [],
    "VocabularyTests": [],
    "DocumentsTests": ["Documents"],
    "PlatformTests": ["Platform", logging],
    "TrustTests": ["Trust", "Bundles", "Platform", "Documents", "Releases"],
    "BundlesTests": ["Bundles", "ChangeControl", "Trust", "Platform", "Documents", "Releases"],
    "BootControlTests": ["BootControl", "Documents", "Platform"],
    "LedgerTests": ["Ledger", "Trust", "Platform", "Documents"],
    "ChangeControlTests": ["ChangeControl", "Bundles", "Trust", "Releases", "Platform", "Documents"],
    "HardwareTests": ["Hardware", "Platform", "Documents"],
    "PeripheralsTests": ["Peripherals", "Platform", "Documents"],
    "HealthTests": ["Health", "Hardware", "Platform", "Documents"],
    "HeartbeatsTests": ["Heartbeats", "Platform", "Documents"],
    "ServicingTests": ["Servicing", "Trust", "Releases", "Platform", "Documents"],
    "TransfersTests": ["Transfers", "Bundles", "Platform", "Documents"],
    "NetworkDiagnosisTests": ["NetworkDiagnosis", "Platform", "Documents"],
    "ConsoleTests": ["Console", "Servicing", "Transfers", "Platform", "Documents"],
    "IntegrityTests": ["Integrity", "ChangeControl", "Bundles", "Trust", "Platform", "Documents"],
    "InstallationTests": ["Installation", "Bundles", "Trust", "Platform", "Documents"],
    "SelfTestsTests": ["SelfTests", "Platform", "Documents"],
    "VirtualDeviceTests": ["VirtualDevice", "Hardware", "Platform"],
    "AgentTests": [
        "Agent", "BootControl", "Bundles", "ChangeControl", "Ledger", "Hardware", "Peripherals", "Installation",
        "SelfTests", "Health", "Heartbeats", "Servicing", "Transfers", "Integrity", "Platform", "Documents", "Trust",
        logging, "Releases", "PowerCuts",
    ],
    "PowerCutsTests": ["PowerCuts", "Agent", "Ledger", "Platform", "Documents"],
    "CommandsTests": ["Commands"],
    "FuzzingTests": ["Fuzzing", "Platform", "Documents"],
    "EndToEndTests": [
        "Platform", "Documents", "Bundles", "Trust", "Ledger", "Releases", "Servicing", "Transfers",
    ],
] as [String: [Target.Dependency]] {
    package.targets.append(
        .testTarget(
            name: tests, dependencies: ["TestSupport", "Vocabulary", system] + tested,
            exclude: tests == "FuzzingTests" ? ["Findings"] : []))
}

// Linked with libFuzzer, which brings its own `main`: no other program can be built with it (scripts/fuzz).
if Context.environment["AFTERCARE_FUZZ"] == "1" {
    package.products.append(.executable(name: "fuzz", targets: ["fuzz"]))
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["Vocabulary", "Fuzzing", "Platform", system],
            // Its `main` is libFuzzer's.
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}

// A warning is an error in scripts/test, and only there: a newer compiler's new warning must not stop anyone's build.
let strictness: [SwiftSetting] = Context.environment["AFTERCARE_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : []

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + settings + strictness
}
