/// Takes the tags out of HTML and leaves its text.
///
/// `<br>` and `</p>` become line ends, entities what they stand for; comments, scripts and style
/// sheets have no text.
enum HTMLStripper {
    static func strip(_ text: Bytes, _ scratch: inout ScratchArena) -> Bytes {
        guard text.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) else {
            return text
        }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var at = 0
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "<"):
                if let end = skipMarkup(text, at, &result) {
                    at = end
                    continue
                }
            case UInt8(ascii: "&"):
                if let end = decodeEntity(text, at, &result) {
                    at = end
                    continue
                }
            default: break
            }
            result.append(text[at])
            at += 1
        }
        return scratch.copy(result)
    }

    /// - Returns: Where the text goes on; nil when this `<` is only a character.
    private static func skipMarkup(
        _ text: Bytes, _ start: Int, _ result: inout [UInt8]
    ) -> Int? {
        if hasPrefix(text, start, "<!--") {
            return find("-->", text, from: start + 4).map { $0 + 3 } ?? text.count
        }
        var at = start + 1
        let isClosing = at < text.count && text[at] == UInt8(ascii: "/")
        if isClosing { at += 1 }
        let nameStart = at
        while at < text.count, isNameByte(text[at]) { at += 1 }
        let isDeclaration = at < text.count && at == nameStart && text[at] == UInt8(ascii: "!")
        guard at > nameStart || isDeclaration else { return nil }
        let name = Bytes(rebasing: text[nameStart..<at])
        guard let end = tagEnd(text, at) else { return nil }
        if TextBytes.equalFolded(name, "br") || (isClosing && TextBytes.equalFolded(name, "p")) {
            result.append(UInt8(ascii: "\n"))
        }
        if !isClosing {
            for element: StaticString in ["script", "style"]
            where TextBytes.equalFolded(name, element) {
                return closingTag(of: element, text, from: end) ?? text.count
            }
        }
        return end
    }

    /// After the `>` that ends a tag; quotes in attributes may hold others.
    private static func tagEnd(_ text: Bytes, _ start: Int) -> Int? {
        var at = start
        var quote: UInt8 = 0
        while at < text.count {
            let byte = text[at]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return at + 1
            } else if byte == UInt8(ascii: "<") {
                // Another tag begins: this one was none, and must not cost a walk to the end.
                return nil
            }
            at += 1
        }
        return nil
    }

    private static func closingTag(
        of name: StaticString, _ text: Bytes, from start: Int
    ) -> Int? {
        var at = start
        while let found = find("</", text, from: at) {
            let end = found + 2 + name.utf8CodeUnitCount
            if end <= text.count,
                TextBytes.equalFolded(Bytes(rebasing: text[(found + 2)..<end]), name)
            {
                return tagEnd(text, end)
            }
            at = found + 2
        }
        return nil
    }

    private static func decodeEntity(
        _ text: Bytes, _ start: Int, _ result: inout [UInt8]
    ) -> Int? {
        var end = start + 1
        while end < text.count, end - start < 12, text[end] != UInt8(ascii: ";") { end += 1 }
        guard end < text.count, text[end] == UInt8(ascii: ";"), end > start + 1 else { return nil }
        let name = TextBytes.string(Bytes(rebasing: text[(start + 1)..<end]))
        let scalar: Unicode.Scalar? =
            if name.hasPrefix("#x") || name.hasPrefix("#X") {
                UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
            } else if name.hasPrefix("#") {
                UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
            } else {
                HTMLEntities.scalar(named: name)
            }
        guard let scalar, scalar.value != 0 else { return nil }
        result.append(contentsOf: String(scalar).utf8)
        return end + 1
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || TextBytes.isDigit(byte)
            || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-")
    }

    private static func hasPrefix(_ text: Bytes, _ start: Int, _ prefix: StaticString) -> Bool {
        let end = start + prefix.utf8CodeUnitCount
        return end <= text.count
            && TextBytes.equal(Bytes(rebasing: text[start..<end]), prefix)
    }

    private static func find(_ needle: StaticString, _ text: Bytes, from start: Int) -> Int? {
        TextBytes.find(
            Bytes(start: needle.utf8Start, count: needle.utf8CodeUnitCount), in: text, from: start)
    }
}
