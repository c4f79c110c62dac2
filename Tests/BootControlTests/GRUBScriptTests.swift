import BootControl
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// The script that ships, run by a real GRUB (grub-emu) without a machine.
@Suite("The GRUB script, in GRUB", .timeLimit(.minutes(3)))
struct GRUBScriptTests {
    private let folder: TemporaryFolder
    private let scheme = GRUBScheme(slotSets: [.a, .b], attempts: 3)

    init() throws {
        folder = try TemporaryFolder()
        try BootScripts.copy("grub/aftercare-select.cfg", into: folder)
        try BootScripts.copy("grub/grub.cfg", into: folder)
    }

    /// Runs a configuration to its `halt` and gives the lines of output that start with `=`.
    private func run(_ text: String) throws -> [String] {
        try folder.write("main/grub.cfg", text + "\nhalt\n")
        try folder.write("device.map", "(hd0) \(folder.path)/disk\n")
        let result = try Tool.run([
            "timeout", "150", "grub-emu", "-d", "\(folder.path)/main", "-m", "\(folder.path)/device.map", "-r", "host",
        ])
        try #require(result.status == 0, "grub-emu (package grub-emu): \(result.error)")
        return result.text.split(whereSeparator: \.isNewline).compactMap { line in
            line.firstIndex(of: "=").map { String(line[$0...]) }
        }
    }

    /// What the loader sees: to GRUB a variable without a value is a missing one.
    private func expected(_ state: BootVariables, failed: Set<SlotSet>) -> String {
        let decision = scheme.decide(state, failed: failed)
        let after = state.merging(decision.saving) { $1 }
        let choice: String
        switch decision.choice {
        case .slotSet(let set): choice = set.name
        case .technician: choice = ""
        }
        let counted = decision.saving.keys.sorted().joined(separator: " ")
        let values = ["A_LEFT", "A_TRY", "B_LEFT", "B_TRY"].map { after[$0] ?? "" }
        return "=" + ([choice, counted] + values).joined(separator: "|")
    }

    @Test("The script decides as the specification does, in every state of two slot sets")
    func decision() throws {
        // One set's values are all combinations, the other's those that can make a difference; then the other way round.
        let full = [["1", "0", "!"], ["0", "1", "", "x"], ["3", "1", "0", "", "10", "$A_OK"]]
        let few = [["1", "0"], ["0", "1"], ["2"]]
        let orders = ["", "A B", "B A", "A", "B", "B  B A", " C B!\tA", "A;B", "( A"]
        let common = [orders, ["", "A", "B", "A B", "!"], ["", "1"], [""]]
        try compare(common + full + few)
        try compare(common + few + full)
        let counts = (0...12).map { "\($0)" }
        try compare([["A B", "B A"], [""], [""], [""], ["1"], ["0"], counts, ["1"], ["0"], counts])
    }

    private func compare(_ lists: [[String]]) throws {
        let names =
            ["ORDER", "CONFIRMED", "aftercare_failed_A", "aftercare_failed_B"]
            + ["A_OK", "A_TRY", "A_LEFT", "B_OK", "B_TRY", "B_LEFT"]
        var text = "source (host)\(folder.path)/aftercare-select.cfg\n"
        // Loop variables of their own: the function changes what it counts.
        for (index, list) in lists.enumerated() {
            text += "for v\(index) in \(list.map { "'\($0)'" }.joined(separator: " ")); do\n"
        }
        text += names.indices.map { "set \(names[$0])=\"$v\($0)\"\n" }.joined()
        text += "aftercare_select\n"
        text += "echo \"=$aftercare_choice|$aftercare_counted|$A_LEFT|$A_TRY|$B_LEFT|$B_TRY\"\n"
        text += String(repeating: "done\n", count: lists.count)

        let lines = try run(text)
        let states = product(lists)
        try #require(lines.count == states.count)
        var differing = 0
        for (row, line) in zip(states, lines) {
            let state = Dictionary(zip(names, row)) { $1 }
            let failed: Set<SlotSet> = state["aftercare_failed_A"] == "1" ? [.a] : []
            let wanted = expected(state, failed: failed)
            guard wanted != line, differing < 10 else { continue }
            differing += 1
            Issue.record("\(state): the script says \(line), the specification \(wanted)")
        }
    }

    /// The configuration that ships, with the real `load_env` and `save_env` on a FAT disk; no kernel ever loads, so that one
    /// boot shows the whole chain of decisions.
    @Test(
        "The whole configuration loads, counts, saves and goes on as the specification does",
        arguments: ["load", "boot"])
    func wholeBoot(failing: String) throws {
        var numbers = Dice(seed: 5)
        let states = randomStates(count: 150, using: &numbers)
        try makeDisk(states)
        try folder.write("aftercare-board.cfg", board(failing: failing))
        var text = "set aftercare_folder=(host)\(folder.path)\n"
        for index in states.indices {
            text += "set test_environment=(hd0)/e\(index)\necho \"=state\"\nsource $aftercare_folder/grub.cfg\n"
        }
        let output = try run(text).split(separator: "=state", omittingEmptySubsequences: false).dropFirst()
        try #require(output.count == states.count)
        for (index, (state, lines)) in zip(states, output).enumerated() {
            var (variables, failed, wanted) = (state, Set<SlotSet>(), [String]())
            while case .slotSet(let set) = scheme.decide(variables, failed: failed).choice {
                variables.merge(scheme.decide(variables, failed: failed).saving) { $1 }
                wanted.append("=\(set) rauc.slot=\(set) aftercare.slot=\(set)")
                failed.insert(set)
            }
            #expect(Array(lines) == wanted, "\(state)")
            #expect(try saved(index) == variables.filter { !$0.value.isEmpty }, "\(state)")
        }
    }

    @Test("Where the environment cannot be saved, a trial is passed over and the confirmed set boots")
    func readOnlyEnvironment() throws {
        // GRUB cannot write to the host's files: its save_env fails.
        let armed = scheme.activating(.b, confirmed: .a, in: scheme.initial(confirmed: .a))
        try GRUBEnvironment(path: folder.file("grubenv"), storage: Storage()).create(armed)
        try folder.write("aftercare-board.cfg", board(failing: "load"))
        let lines = try run(
            """
            set aftercare_folder=(host)\(folder.path)
            set test_environment=$aftercare_folder/grubenv
            source $aftercare_folder/grub.cfg
            """)
        #expect(lines == ["=A rauc.slot=A aftercare.slot=A"])
    }

    @Test("An environment that is no environment ends at the technician's menu")
    func corruptEnvironment() throws {
        try folder.write("grubenv", [UInt8](repeating: 0x55, count: 1024))
        try folder.write("aftercare-board.cfg", board(failing: "load"))
        let lines = try run(
            """
            set aftercare_folder=(host)\(folder.path)
            set test_environment=$aftercare_folder/grubenv
            source $aftercare_folder/grub.cfg
            echo "=end $timeout $default"
            """)
        #expect(lines == ["=end -1 0"])
    }

    @Test("The environment cannot set a variable that is not ours")
    func foreignVariables() throws {
        let path = folder.file("grubenv").string
        _ = try Tool.run(["grub-editenv", path, "create"])
        _ = try Tool.run([
            "grub-editenv", path, "set", "prefix=(hd9)/evil", "aftercare_choice=B", "aftercare_console=x",
        ])
        try folder.write("aftercare-board.cfg", board(failing: "load"))
        let lines = try run(
            """
            set aftercare_folder=(host)\(folder.path)
            set test_environment=$aftercare_folder/grubenv
            set prefix=(host)/good
            source $aftercare_folder/grub.cfg
            echo "=$prefix|$aftercare_console"
            """)
        #expect(lines == ["=(host)/good|"])
    }

    private func board(failing: String) -> String {
        """
        set aftercare_environment="$test_environment"
        set aftercare_wait=0
        function aftercare_load { echo "=$1 $aftercare_arguments"; \(failing == "load" ? "return 1" : "return 0"); }
        function aftercare_boot { return 1; }
        """
    }

    private func randomStates(count: Int, using numbers: inout Dice) -> [BootVariables] {
        let values: [(String, [String])] = [
            ("ORDER", ["", "A B", "A B", "B A", "B A", "B"]), ("CONFIRMED", ["", "A", "B"]),
            ("A_OK", ["", "0", "1", "1"]), ("A_TRY", ["", "0", "0", "1"]), ("A_LEFT", ["", "0", "1", "3", "x"]),
            ("B_OK", ["", "0", "1", "1"]), ("B_TRY", ["", "0", "0", "1"]), ("B_LEFT", ["", "0", "1", "3", "x"]),
        ]
        return (0..<count).map { _ in
            values.reduce(into: [:]) { state, choice in
                let value = choice.1.randomElement(using: &numbers) ?? ""
                if !value.isEmpty { state[choice.0] = value }
            }
        }
    }

    /// A FAT image with one environment for each state, written by us.
    private func makeDisk(_ states: [BootVariables]) throws {
        let disk = folder.file("disk").string
        var files: [String] = []
        for (index, state) in states.enumerated() {
            files.append(folder.file("e\(index)").string)
            try GRUBEnvironment(path: folder.file("e\(index)"), storage: Storage()).create(state)
        }
        for command in [
            ["truncate", "-s", "4M", disk], ["mkfs.vfat", "-r", "512", disk], ["mcopy", "-i", disk] + files + ["::"],
        ] {
            let result = try Tool.run(command, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
            try #require(result.status == 0, "\(command[0]) (packages dosfstools, mtools): \(result.error)")
        }
    }

    /// The environment that GRUB saved, read by us.
    private func saved(_ index: Int) throws -> BootVariables {
        let target = folder.file("saved")
        let result = try Tool.run(["mcopy", "-n", "-o", "-i", folder.file("disk").string, "::e\(index)", target.string])
        try #require(result.status == 0, "mcopy: \(result.error)")
        return try GRUBEnvironment(path: target, storage: Storage()).read(scheme.names)
    }
}
