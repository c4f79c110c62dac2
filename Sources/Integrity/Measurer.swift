package import Platform
package import SystemPackage
import Vocabulary

/// Measures what a plan names; blocks as long as that takes, so it belongs on a thread of its own.
package struct Measurer: Sendable {
    /// An image and where it is.
    package struct Image: Sendable, Equatable {
        package let name: String
        package let place: FilePath
        /// How much of the place is the image; nil where nothing says so, and all of it is measured.
        package let length: UInt64?

        package init(_ name: String, place: FilePath, length: UInt64?) {
            (self.name, self.place, self.length) = (name, place, length)
        }
    }

    private let plan: IntegrityPlan
    private let images: [Image]
    private let root: FilePath
    private let storage: Storage

    /// `root` is where the running system's `/` is.
    package init(_ plan: IntegrityPlan, images: [Image], root: FilePath, storage: Storage) {
        (self.plan, self.images, self.root, self.storage) = (plan, images, root, storage)
    }

    /// Measures on a thread that gives way to everything else.
    package func measureIdly(at pace: MeasuringPace) async throws(IntegrityError) -> Measurement {
        try await BlockingThread.run("integrity") { () throws(IntegrityError) in
            _ = IdlePriority.take()
            return try measure(at: pace)
        }
    }

    package func measure(at pace: MeasuringPace) throws(IntegrityError) -> Measurement {
        var tally = Tally()
        var reader = ContentReader(pace: pace)
        for image in images { try measure(image, with: &reader, into: &tally) }
        for rule in plan.files { try measure(rule, with: &reader, into: &tally) }
        for tree in plan.trees {
            var walk = TreeWalk(tree, room: IntegrityPlan.itemLimit - tally.count)
            try walk.run(root: root, pace: pace, with: &reader)
            tally.add(walk)
        }
        if let packages = plan.packages { measurePackages(packages, into: &tally) }
        return tally.measurement(bytes: reader.bytes)
    }

    private func measure(
        _ image: Image, with reader: inout ContentReader, into tally: inout Tally
    ) throws(IntegrityError) {
        let subject = Subject(.image, image.name)
        do throws(ContentReader.Failure) {
            let (size, digest) = try reader.image(image.place, length: image.length, storage: storage)
            tally.add(Item(subject, Fingerprint(.image, size: size, digest: digest)))
        } catch {
            switch error {
            case .ended(let end): throw end
            case .gone, .replaced: tally.fail(subject, "'\(image.place)' is not there")
            case .problem(let reason): tally.fail(subject, reason)
            }
        }
    }

    private func measure(
        _ rule: FileRule, with reader: inout ContentReader, into tally: inout Tally
    ) throws(IntegrityError) {
        let subject = Subject.file(Array(rule.path.string.utf8))
        let place = root.pushing(rule.path.removingRoot())
        let name = Array((place.lastComponent?.string ?? "").utf8)
        do throws(ContentReader.Failure) {
            let folder: OpenFolder
            do throws(StorageError) { folder = try .open(FileIdentity.resolve(place.removingLastComponent())) } catch {
                throw ContentReader.Failure(error)
            }
            tally.add(Item(subject, try reader.entry(name, in: folder).0))
        } catch {
            switch error {
            case .ended(let end): throw end
            // It is not there: whether it should be is the comparison's to say.
            case .gone: return
            case .replaced: tally.fail(subject, "it changes while it is measured")
            case .problem(let reason): tally.fail(subject, reason)
            }
        }
    }

    private func measurePackages(_ list: FilePath, into tally: inout Tally) {
        do throws(IntegrityError) {
            let items = try PackageList.items(root.pushing(list.removingRoot()), storage: storage)
            for item in items { tally.add(item) }
        } catch .cannotRead(.cannot(_, _, .noSuchFileOrDirectory)) {
            return
        } catch {
            tally.note(Measurement.Problem(Subject(.package, list.string), .packages, reason: error.description))
        }
    }
}

/// What is measured so far.
struct Tally {
    private var items: [Subject: Item] = [:]
    private var problems: [Measurement.Problem] = []
    private var problemCount = 0

    var count: Int { items.count }

    /// One file of two rules is one item.
    mutating func add(_ item: Item) { items[item.subject] = item }

    mutating func fail(_ subject: Subject, _ reason: String) {
        add(Item(subject, Fingerprint(.unreadable)))
        note(Measurement.Problem(subject, reason: reason.printable(limit: 256)))
    }

    /// What leaves more than one item open is never left out.
    mutating func note(_ problem: Measurement.Problem) {
        problemCount += 1
        if problem.scope != .item || problems.count < Measurement.problemLimit { problems.append(problem) }
    }

    mutating func add(_ walk: borrowing TreeWalk) {
        for item in walk.items { add(item) }
        for problem in walk.problems { note(problem) }
    }

    func measurement(bytes: UInt64) -> Measurement {
        Measurement(items: Array(items.values), problems: problems, problemCount: problemCount, bytes: bytes)
    }
}
