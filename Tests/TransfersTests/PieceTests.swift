import Testing
import Transfers

@Suite("Pieces and ranges")
struct PieceTests {
    @Test("A piece is written as it was read, and knows where it ends", arguments: [0, 1, 4096])
    func whole(count: Int) throws {
        let bytes = [UInt8](repeating: 7, count: count)
        let payload = Piece(offset: 1 << 40, bytes: bytes).payload
        let piece = try #require(Piece(payload: payload))
        #expect(piece.payload == payload)
        #expect(piece.range == (1 << 40)..<(1 << 40 + UInt64(count)))
    }

    @Test("A piece that would end beyond any file is none")
    func beyond() {
        #expect(Piece(payload: [UInt8](repeating: 0xFF, count: 8) + [1]) == nil)
        #expect(Piece(payload: [0xFE] + [UInt8](repeating: 0xFF, count: 7) + [1]) != nil)
        #expect(Piece(payload: [1, 2, 3]) == nil)
    }
}
