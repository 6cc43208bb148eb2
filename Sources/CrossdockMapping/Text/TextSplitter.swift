/// Cuts a text into the pieces of `split` and `line`.
enum TextSplitter {
    struct Pieces {
        var pieces: [Bytes]
        /// Text for which there was no target left.
        var hasRest: Bool
    }

    /// Pieces of at most `width` scalars; runs of spaces count as one.
    static func split(
        _ text: Bytes, width: Int, atWord: Bool, count: Int, _ scratch: inout ScratchArena
    ) -> Pieces {
        let text = singleSpaced(text, trims: atWord, &scratch)
        var result = Pieces(pieces: [], hasRest: false)
        var at = 0
        while result.pieces.count < count, at < text.count {
            if atWord { while at < text.count, text[at] == UInt8(ascii: " ") { at += 1 } }
            let rest = Bytes(rebasing: text[at...])
            guard !rest.isEmpty else { break }
            guard let cut = TextBytes.cut(rest, after: width) else {
                result.pieces.append(rest)
                at = text.count
                break
            }
            let end = atWord ? wordEnd(rest, cut) : cut
            result.pieces.append(Bytes(rebasing: rest[..<end]))
            at += end
        }
        if atWord { while at < text.count, text[at] == UInt8(ascii: " ") { at += 1 } }
        result.hasRest = at < text.count
        return result
    }

    /// The last space at or before the width; a word longer than that is cut.
    private static func wordEnd(_ text: Bytes, _ cut: Int) -> Int {
        var at = cut
        while at > 0 {
            if text[at] == UInt8(ascii: " ") { return at }
            at -= 1
        }
        return cut
    }

    private static func singleSpaced(
        _ text: Bytes, trims: Bool, _ scratch: inout ScratchArena
    ) -> Bytes {
        let space = UInt8(ascii: " ")
        let memory = scratch.allocate(text.count)
        var count = 0
        for byte in text where byte != space || count == 0 || memory[count - 1] != space {
            memory[count] = byte
            count += 1
        }
        if trims, count > 0, memory[count - 1] == space { count -= 1 }
        return Bytes(start: memory, count: count)
    }

    /// One piece per target, the last takes the unsplit rest.
    static func split(_ text: Bytes, by separator: Bytes, count: Int) -> [Bytes] {
        var pieces: [Bytes] = []
        var at = 0
        while pieces.count + 1 < count,
            let found = TextBytes.find(separator, in: text, from: at)
        {
            pieces.append(Bytes(rebasing: text[at..<found]))
            at = found + separator.count
        }
        pieces.append(Bytes(rebasing: text[at...]))
        return pieces
    }

    /// Calls `body` with each line; CR, LF and CRLF end one. False ends the walk.
    static func eachLine(_ text: Bytes, _ body: (Bytes) -> Bool) {
        var start = 0
        var at = 0
        while at < text.count {
            let byte = text[at]
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
                at += 1
                continue
            }
            guard body(Bytes(rebasing: text[start..<at])) else { return }
            at += 1
            if byte == UInt8(ascii: "\r"), at < text.count, text[at] == UInt8(ascii: "\n") {
                at += 1
            }
            start = at
        }
        if start < text.count { _ = body(Bytes(rebasing: text[start...])) }
    }

    /// One line, or nil when the text has no such line.
    static func line(_ number: Int, of text: Bytes) -> Bytes? {
        var found: Bytes?
        var current = 0
        eachLine(text) { line in
            current += 1
            if current == number { found = line }
            return current < number
        }
        return found
    }

    /// Lines `first` to `last` joined by a space, blank ones left out; nil when nothing is left.
    static func lines(
        _ range: LineRange, of text: Bytes, _ scratch: inout ScratchArena
    ) -> Bytes? {
        let memory = scratch.allocate(text.count + 1)
        var count = 0
        var current = 0
        eachLine(text) { line in
            current += 1
            guard current >= range.first else { return true }
            if let last = range.last, current > last { return false }
            if TextBytes.trimmed(line).isEmpty { return true }
            if count > 0 {
                memory[count] = UInt8(ascii: " ")
                count += 1
            }
            for byte in line {
                memory[count] = byte
                count += 1
            }
            return true
        }
        return count == 0 ? nil : Bytes(start: memory, count: count)
    }
}
