/// Quantiles of any number of values in bounded memory: a merging t-digest.
///
/// See Ted Dunning and Otmar Ertl, "Computing Extremely Accurate Quantiles Using t-Digests", 2019; the scale function is their k1. Values
/// are kept as centroids, small ones at both ends and larger ones in the middle, so that the tails, which matter for limits, are the
/// most exact. As long as no more values came than there is room for centroids, all of them are kept and quantiles are exact.
package struct QuantileSketch: Sendable, Equatable {
    package struct Centroid: Sendable, Equatable {
        package let mean: Float
        package let weight: UInt32
    }

    /// How many centroids there are at most after compressing.
    package static let compression = 32
    /// How many there may be before they are compressed.
    private static let room = 64

    package private(set) var centroids: [Centroid]

    package init(centroids: [Centroid] = []) { self.centroids = centroids }

    package mutating func add(_ value: Double) {
        centroids.append(Centroid(mean: Float(value), weight: 1))
        if centroids.count >= Self.room { centroids = Self.compressed(centroids) }
    }

    /// Gives back the memory that only adding needs.
    package mutating func seal() {
        let sealed = centroids.count > Self.compression ? Self.compressed(centroids) : centroids
        centroids = Array(sealed[...])
    }

    /// The value below which the share `q` of what was added lies, between the exact `minimum` and `maximum`.
    package static func quantile(
        _ q: Double, of sorted: [Centroid], minimum: Double, maximum: Double
    ) -> Double? {
        guard let last = sorted.last else { return nil }
        let total = sorted.reduce(0.0) { $0 + Double($1.weight) }
        let rank = q * total
        // A centroid stands for the middle of its values; below the first and beyond the last middle the extremes are known.
        var (reached, before, valueBefore) = (0.0, 0.0, minimum)
        for (index, centroid) in sorted.enumerated() {
            let middle = reached + Double(centroid.weight) / 2
            if rank < middle {
                // A single value at the end is the extreme itself.
                if index == 0, centroid.weight == 1 { return minimum }
                let share = middle > before ? (rank - before) / (middle - before) : 1
                return valueBefore + (Double(centroid.mean) - valueBefore) * share
            }
            (before, valueBefore) = (middle, Double(centroid.mean))
            reached += Double(centroid.weight)
        }
        guard last.weight > 1, total > before else { return maximum }
        return valueBefore + (maximum - valueBefore) * (rank - before) / (total - before)
    }

    private static func compressed(_ centroids: [Centroid]) -> [Centroid] {
        let sorted = centroids.sorted { $0.mean < $1.mean }
        let total = sorted.reduce(0.0) { $0 + Double($1.weight) }
        var result: [Centroid] = []
        result.reserveCapacity(room)
        var (sum, weight, done) = (0.0, 0.0, 0.0)
        var end = limit(after: 0)
        for centroid in sorted {
            let added = Double(centroid.weight)
            if weight > 0, (done + weight + added) / total > end {
                result.append(Centroid(mean: Float(sum / weight), weight: UInt32(weight)))
                done += weight
                (sum, weight) = (0, 0)
                end = limit(after: done / total)
            }
            sum += Double(centroid.mean) * added
            weight += added
        }
        result.append(Centroid(mean: Float(sum / weight), weight: UInt32(weight)))
        return result
    }

    /// The quantile up to which a centroid that starts at `q` may reach: one step of k1(q) = δ/2π · asin(2q − 1).
    ///
    /// With q = sin²(a) a step adds π/δ to the angle a, which the addition theorem does without a table of sines.
    private static func limit(after q: Double) -> Double {
        let (sine, cosine) = (q.squareRoot(), max(0, 1 - q).squareRoot())
        guard cosine * cosineOfStep > sine * sineOfStep else { return 1 }
        let next = sine * cosineOfStep + cosine * sineOfStep
        return next * next
    }

    /// Of π/32: δ is `compression`.
    private static let sineOfStep = 0.098_017_140_329_560_6
    private static let cosineOfStep = 0.995_184_726_672_196_9
}
