import Foundation
package import Hardware
import Platform
package import SystemPackage

/// A board in a folder: the kernel's files that a profile's drivers read, and a script of what happens to them.
///
/// How it works: `step(to:)` is given the seconds since the board was switched on, does the script's events up to then, and writes
/// the files whose content is another now. It keeps no time of its own, so tests need not wait.
package struct VirtualBoard: Sendable {
    package let profile: BoardProfile
    package let root: FilePath
    private let files: BoardFiles
    private var script: ArraySlice<DriftScript.Event>
    private var parts: [String: Part]
    /// The parts whose value moves by itself.
    private var moving: Set<String> = []
    private var dice = SystemRandomNumberGenerator()

    private struct Part: Sendable {
        let place: BoardPlace
        var value: Reading.Value
        var ramp: (from: Double, to: Double, began: Double, over: Double)?
        var wobble = 0.0
        var isFrozen = false
        var fault: DriftScript.Fault?
        /// What the file holds; nil where it is no plain file.
        var written: String?

        init(_ place: BoardPlace) {
            self.place = place
            value = place.start
            written = place.text(place.start)
        }
    }

    /// Makes the tree in `root`, which is a folder of its own; a script that names what the profile has not is refused.
    package init(profile: BoardProfile, root: FilePath, script: DriftScript? = nil) throws(VirtualDeviceError) {
        self.profile = profile
        self.root = root
        files = BoardFiles(root: root)
        try files.make("/")
        parts = Dictionary(
            try BoardLayout.make(profile, in: files).map { ($0.indicator.name, Part($0)) }, uniquingKeysWith: { $1 })
        for event in script?.events ?? [] where parts[event.indicator] == nil {
            throw .cannot("play the script", reason: "the profile has no file for '\(event.indicator)'")
        }
        self.script = script?.events[...] ?? []
    }

    /// The file of an indicator, with the board's folder; nil for one that has none.
    package func file(of indicator: String) -> FilePath? {
        parts[indicator].map { FilePath(files.located($0.place.path)) }
    }

    /// When the script's next event is, in seconds; nil after the last.
    package var nextEvent: Double? { script.first?.time }

    /// Goes on to `seconds` after it was switched on.
    package mutating func step(to seconds: Double) throws(VirtualDeviceError) {
        while let event = script.first, event.time <= seconds {
            script.removeFirst()
            try play(event)
        }
        for name in moving { try move(name, to: seconds) }
    }

    /// Plays in real time until `isOn` says no, looking at the clock every `period` seconds; blocks.
    package mutating func run(every period: Double, while isOn: () -> Bool) throws(VirtualDeviceError) {
        let start = monotonicNanoseconds()
        while isOn() {
            try step(to: Double(monotonicNanoseconds() - start) / 1e9)
            Thread.sleep(forTimeInterval: period)
        }
    }

    /// Does at once what an event of a script would.
    package mutating func play(_ event: DriftScript.Event) throws(VirtualDeviceError) {
        // Where the value has got to by then is what a freeze keeps.
        try move(event.indicator, to: event.time)
        guard var part = parts[event.indicator] else {
            throw .cannot("play the script", reason: "the profile has no file for '\(event.indicator)'")
        }
        switch event.action {
        case .set(let text):
            part.ramp = nil
            part.value =
                part.place.indicator.unit == .word ? .word(text) : Double(text).map { .number($0) } ?? .word(text)
        case .ramp(let from, let to, let span):
            part.ramp = (from, to, event.time, span)
            part.value = .number(from)
        case .wobble(let width): part.wobble = width.magnitude
        case .freeze: part.isFrozen = true
        case .fault(let fault):
            part.fault = fault
            try breakFile(part.place.path, fault)
            part.written = nil
        case .restore:
            if part.fault == .hang { files.release(part.place.path) }
            (part.fault, part.isFrozen) = (nil, false)
        }
        parts[event.indicator] = part
        if part.ramp != nil || part.wobble > 0 {
            moving.insert(event.indicator)
        } else {
            moving.remove(event.indicator)
        }
        try move(event.indicator, to: event.time)
    }

    private mutating func move(_ name: String, to seconds: Double) throws(VirtualDeviceError) {
        guard var part = parts[name] else { return }
        if let ramp = part.ramp {
            let share = min(1, max(0, (seconds - ramp.began) / ramp.over))
            part.value = .number(ramp.from + (ramp.to - ramp.from) * share)
            if share >= 1 {
                part.ramp = nil
                if part.wobble == 0 { moving.remove(name) }
            }
        }
        var shown = part.value
        if part.wobble > 0, case .number(let number) = shown {
            shown = .number(number + Double.random(in: -part.wobble...part.wobble, using: &dice))
        }
        let text = part.place.text(shown)
        if !part.isFrozen, part.fault == nil, part.written != text {
            try files.write(part.place.path, text)
            part.written = text
        }
        parts[name] = part
    }

    private func breakFile(_ path: String, _ fault: DriftScript.Fault) throws(VirtualDeviceError) {
        switch fault {
        case .hang: try files.hang(path)
        case .text: try files.write(path, "sensor not calibrated\n")
        case .empty: try files.write(path, "")
        case .huge: try files.write(path, String(repeating: "1234567890\n", count: 20_000_000 / 11))
        case .absent: files.remove(path)
        case .minInt: try files.write(path, "-2147483648\n")
        }
    }
}
