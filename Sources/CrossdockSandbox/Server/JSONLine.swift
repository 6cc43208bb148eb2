internal import CrossdockData

/// Writes one object of scalars as a line of JSON.
struct JSONLine {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    init() {}

    mutating func add(_ name: String, _ text: String?) {
        key(name)
        if let text {
            JSONEscapes.write(text.utf8, to: &bytes)
        } else {
            bytes.append(contentsOf: "null".utf8)
        }
    }

    mutating func add(_ name: String, _ number: Int?) {
        key(name)
        bytes.append(contentsOf: (number.map(String.init) ?? "null").utf8)
    }

    /// - Parameter json: Valid JSON text without line ends.
    mutating func add(_ name: String, json: some Sequence<UInt8>) {
        key(name)
        bytes.append(contentsOf: json)
    }

    /// The object without a line end.
    consuming func object() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func key(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        JSONEscapes.write(name.utf8, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }
}

extension Array {
    /// The first position from which on `isAfter` holds; elements must be sorted by it.
    func partitionPoint(_ isAfter: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
