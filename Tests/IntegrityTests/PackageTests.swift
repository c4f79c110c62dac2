import Foundation
import Integrity
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// dpkg, and the rights that it wants.
private let hasDpkg = (try? Tool.run(["dpkg", "--version"]))?.status == 0 && geteuid() == 0

@Suite("The system's packages", .enabled(if: hasDpkg))
struct PackageTests {
    fileprivate static let plan = "[packages]\ndpkg = \"/var/lib/dpkg/status\""

    /// A root with a package data base of dpkg's own making.
    private struct Root {
        let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
            for name in ["status", "available"] { try folder.write("root/var/lib/dpkg/\(name)", "") }
            for name in ["info", "updates", "triggers"] { try folder.write("root/var/lib/dpkg/\(name)/.keep", "") }
            try? FileManager.default.removeItem(atPath: folder.file("root/var/lib/dpkg/updates/.keep").string)
        }

        /// Builds and installs a package with one file.
        func install(_ name: String, _ version: String) throws {
            try folder.write(
                "build/\(name)/DEBIAN/control",
                """
                Package: \(name)
                Version: \(version)
                Architecture: all
                Maintainer: Test <test@example.org>
                Description: a package
                 of a test.
                 .
                 Status: install ok installed

                """)
            try folder.write("build/\(name)/usr/share/\(name)", version)
            let deb = folder.file("\(name).deb").string
            try require(["dpkg-deb", "--root-owner-group", "--build", folder.file("build/\(name)").string, deb])
            try dpkg(["--install", deb])
        }

        func dpkg(_ arguments: [String]) throws {
            try require(["dpkg", "--root=\(folder.file("root"))", "--force-all", "--log=/dev/null"] + arguments)
        }

        private func require(_ arguments: [String]) throws {
            let result = try Tool.run(arguments)
            try #require(result.status == 0, "\(result.error)")
        }

        /// What dpkg itself says is on the disk.
        func oracle() throws -> Set<String> {
            let format = "${db:Status-Status} package ${Package}:${Architecture} ${Version}\n"
            let result = try Tool.run([
                "dpkg-query", "--admindir=\(folder.file("root/var/lib/dpkg"))", "--show", "--showformat=\(format)",
            ])
            let lines = result.text.split(separator: "\n").filter { !$0.hasPrefix("config-files") }
            return Set(lines.map { String($0.drop { $0 != " " }.dropFirst()) })
        }

        func measure() throws -> Measurement {
            try Measurer(
                try IntegrityPlan(PackageTests.plan), images: [], root: folder.file("root"), storage: Storage()
            ).measure(at: .unhurried)
        }
    }

    private func list(_ measured: Measurement) -> Set<String> {
        Set(measured.items.map { "\($0.subject) \($0.fingerprint.text ?? "")" })
    }

    @Test("An operating system that updated itself is found, package by package, as dpkg-query tells them")
    func update() throws {
        let root = try Root()
        try root.install("libpump", "1:2.0-1+b1")
        try root.install("pump", "1.0~rc1-1")
        try root.install("old", "3")
        let before = try root.measure()
        #expect(before.items.count == 3)
        #expect(list(before) == (try root.oracle()))
        try root.install("pump", "1.1-1")
        try root.install("new", "0.1")
        try root.dpkg(["--purge", "old"])
        let after = try root.measure()
        #expect(list(after) == (try root.oracle()))
        let drifts = Expectation(signed: [], baseline: before).drifts(in: after, at: Moment.first)
        #expect(
            drifts.map(\.description) == [
                "package new:all 0.1 is new", "package old:all 3 is gone", "package pump:all 1.0~rc1-1 → 1.1-1",
            ])
    }

    @Test("A package that is half there is told with its state")
    func halfInstalled() throws {
        let root = try Root()
        try root.install("pump", "1.0")
        let status = try root.folder.read("root/var/lib/dpkg/status")
        let text = String(decoding: status, as: UTF8.self).replacing(
            "ok installed", with: "ok half-configured", maxReplacements: 1)
        try root.folder.write("root/var/lib/dpkg/status", text)
        #expect(try root.measure().items.first?.fingerprint.text == "1.0 (half-configured)")
    }

    @Test(
        "A list that cannot be dpkg's is a problem, and says nothing of packages",
        arguments: [
            "Package: a\n\n", "no field\n", "Package: a\nStatus: install ok installed\n\n",
            "Package: a b\nStatus: install ok installed\nVersion: 1\n\n",
            "Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: a\nStatus: install ok installed\nVersion: 2\n",
            "Package: a\nStatus: install ok installed\nVersion: \u{1B}[2J\n",
        ])
    func malformed(_ text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("var/lib/dpkg/status", text)
        let measured = try Measurer.measure(Self.plan, in: folder)
        #expect(measured.problems.map(\.scope) == [.packages] && measured.items.isEmpty)
        let before = Measurement(items: [Item(Subject(.package, "curl:all"), Fingerprint(.package, text: "1"))])
        #expect(Expectation(signed: [], baseline: before).drifts(in: measured, at: Moment.first).isEmpty)
    }

    @Test("A list that is gone is drift of all that it held")
    func gone() throws {
        let measured = try Measurer.measure(Self.plan, in: try TemporaryFolder())
        let before = Measurement(items: [Item(Subject(.package, "curl:all"), Fingerprint(.package, text: "1"))])
        let drifts = Expectation(signed: [], baseline: before).drifts(in: measured, at: Moment.first)
        #expect(drifts.map(\.description) == ["package curl:all 1 is gone"])
    }
}
