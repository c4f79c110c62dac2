import Ledger
import Platform
import TestSupport
import Testing
import Vocabulary

/// RFC 6962 §2.1, word for word and with no thought of time: the oracle of these tests.
enum NaiveTree {
    static func root(_ leaves: some RandomAccessCollection<Digest>) -> Digest {
        let leaves = Array(leaves)
        if leaves.isEmpty { return SHA256.digest(of: []) }
        if leaves.count == 1 { return leaves[0] }
        let half = split(leaves.count)
        return SHA256.digest(of: [1] + root(leaves[..<half]).bytes + root(leaves[half...]).bytes)
    }

    static func path(_ index: Int, _ leaves: [Digest]) -> [Digest] {
        if leaves.count == 1 { return [] }
        let half = split(leaves.count)
        return index < half
            ? path(index, Array(leaves[..<half])) + [root(leaves[half...])]
            : path(index - half, Array(leaves[half...])) + [root(leaves[..<half])]
    }

    static func proof(_ old: Int, _ leaves: [Digest]) -> [Digest] { subproof(old, leaves, true) }

    private static func subproof(_ old: Int, _ leaves: [Digest], _ isWhole: Bool) -> [Digest] {
        if old == leaves.count { return isWhole ? [] : [root(leaves)] }
        let half = split(leaves.count)
        return old <= half
            ? subproof(old, Array(leaves[..<half]), isWhole) + [root(leaves[half...])]
            : subproof(old - half, Array(leaves[half...]), false) + [root(leaves[..<half])]
    }

    private static func split(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }
}

@Suite("The tree over a ledger's lines")
struct TreeTests {
    /// The eight leaves of certificate-transparency's and transparency-dev's tests, and the roots of the trees they
    /// make.
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test("The roots are those that other implementations publish", arguments: 0...8)
    func knownRoots(size: Int) throws {
        var range = CompactRange()
        for leaf in Self.leaves.prefix(size) { range.append(leaf: SHA256.leafHash(of: try #require(Hex.decode(leaf)))) }
        #expect(range.root.hex == Self.roots[size])
        #expect(range.hashes.count == size.nonzeroBitCount)
    }

    private static let some = (0..<70).map { SHA256.leafHash(of: [UInt8($0)]) }

    @Test("A range that is cut anywhere and joined again has the root of the whole")
    func joining() {
        for size in 0...40 {
            let root = NaiveTree.root(Self.some[..<size])
            for cut in 0...size {
                var left = CompactRange()
                var right = CompactRange(begin: UInt64(cut))
                for leaf in Self.some[..<cut] { left.append(leaf: leaf) }
                for leaf in Self.some[cut..<size] { right.append(leaf: leaf) }
                let kept = CompactRange(begin: UInt64(cut), end: UInt64(size), hashes: right.hashes)
                #expect(kept == right)
                if let kept { left.append(kept) }
                #expect(left.root == root)
            }
        }
        #expect(CompactRange(begin: 0, end: 3, hashes: [Self.some[0]]) == nil)
    }

    @Test("Every inclusion proof leads to the root, and to no other with another leaf, place, size or hash")
    func inclusion() {
        for size in 1...33 {
            let leaves = Array(Self.some[..<size])
            let root = NaiveTree.root(leaves)
            for index in 0..<size {
                let proof = NaiveTree.path(index, leaves)
                func found(_ leaf: Digest, _ index: Int, _ size: Int, _ proof: [Digest]) -> Digest? {
                    MerkleProof.root(leaf: leaf, index: UInt64(index), size: UInt64(size), proof: proof)
                }
                #expect(found(leaves[index], index, size, proof) == root)
                #expect(found(Self.some[69], index, size, proof) != root)
                #expect(size == 1 || found(leaves[index], (index + 1) % size, size, proof) != root)
                #expect(found(leaves[index], index, size, proof + [root]) != root)
                #expect(proof.isEmpty || found(leaves[index], index, size, proof.dropLast()) != root)
                #expect(found(leaves[index], size, size, proof) == nil)
            }
        }
    }

    @Test("Every consistency proof holds, and none with another root, size or hash")
    func consistency() {
        for size in 0...33 {
            let leaves = Array(Self.some[..<size])
            let root = NaiveTree.root(leaves)
            for old in 0...size {
                let before = NaiveTree.root(leaves[..<old])
                let proof = old == 0 ? [] : NaiveTree.proof(old, leaves)
                func holds(_ old: Int, _ before: Digest, _ root: Digest, _ proof: [Digest]) -> Bool {
                    MerkleProof.isConsistent(
                        old: UInt64(old), before, size: UInt64(size), root, proof: proof)
                }
                #expect(holds(old, before, root, proof))
                #expect(!holds(old, Self.some[69], root, proof))
                #expect(old == 0 || !holds(old, before, Self.some[69], proof))
                #expect(!holds(old, before, root, proof + [root]))
                #expect(!holds(size + 1, before, root, proof))
                for position in proof.indices {
                    var other = proof
                    other[position] = Self.some[68]
                    #expect(!holds(old, before, root, other))
                }
            }
        }
    }
}
